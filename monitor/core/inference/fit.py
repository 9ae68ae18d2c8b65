"""Does the winning explanation look like what was seen? A high posterior does not say so.

Of the explanations we know the best may still be a bad one: then the true fault is one that we do
not know, and nobody may be accused. So what the explanation predicts of every cell is held against
simpler words about that cell alone: it is well; it is hit in full, or in part; it does as it
likes. Answers count by class: a 429 is no 5xx.

Source: ATTRIBUTION §3 (Beta-binomial gate), widened to classes; the prediction is softened by
`SOFTNESS` looks' worth of doubt about its exact shares (Dirichlet-multinomial).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from monitor.core.inference.evidence import OUTCOMES, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from monitor.core.inference.past import Hypothesis, Past
    from monitor.core.inference.table import Table

CLASSES: tuple[tuple[Outcome, ...], ...] = (
    (Outcome.OK,),
    (Outcome.SLOW, Outcome.READ_TIMEOUT),
    (Outcome.DNS_SERVFAIL, Outcome.DNS_NXDOMAIN),
    (Outcome.CONNECTION_REFUSED, Outcome.CONNECT_TIMEOUT, Outcome.CONNECTION_RESET),
    (Outcome.TLS_CERTIFICATE, Outcome.TLS_OTHER),
    (Outcome.HTTP_5XX,),
    (Outcome.HTTP_401,),
    (Outcome.HTTP_429,),
    (Outcome.HTTP_4XX, Outcome.CONTENT_MISMATCH, Outcome.REJECTED),
    (Outcome.NO_RESULT, Outcome.DROP),
)
WELL_SAID = -0.7  # a cell that is explained well makes up for no more than this
BESIDE_LEAST = 1.5  # so much is chance, in a cell that the explanation is not about
MOST_PER_CELL = 3.0  # one odd cell (a cache, a lucky host) alone blocks nothing for long
SOFTNESS, OWN_SOFTNESS = 8.0, 1.5
OPEN_MINDED = 0.25
OTHER_WORDS = 1.1  # nats that a simpler word about a cell costs: there are three of them
BLOCKS, WITHDRAWS = 2.0, 12.0  # nats

_FAILED = 5  # of `CLASSES`: the class that a relay's failures are counted as
_STYLES = np.array([2, 3, 4, 8])
_CLASS_OF = np.zeros((len(OUTCOMES), len(CLASSES)))
for _c, _outcomes in enumerate(CLASSES):
    for _o in _outcomes:
        _CLASS_OF[OUTCOMES.index(_o), _c] = 1.0


def misfit(
    table: Table,
    hypothesis: Hypothesis,
    past: Past,
    about: NDArray[np.int64],
    beside: NDArray[np.int64],
) -> float:
    """How much better the cells explain themselves than the hypothesis explains them, in nats.

    Args:
        table: The compiled world.
        hypothesis: The explanation.
        past: What was seen since it holds.
        about: The cells of the label it is to be named for.
        beside: Other cells: what fails there and is not explained speaks against it, what is well
            there does not speak for it.

    Returns:
        Above `BLOCKS` nobody is accused on it, above `WITHDRAWS` a standing claim falls.
    """
    counts = _classes(table, past.counts(len(table.cells), len(OUTCOMES)))
    inside = _excess(table, hypothesis, counts, about)
    outside = _excess(table, hypothesis, counts, beside) - BESIDE_LEAST
    return float(np.maximum(inside, WELL_SAID).sum() + np.maximum(outside, 0.0).sum())


def _excess(
    table: Table, hypothesis: Hypothesis, counts: NDArray[np.float64], cells: NDArray[np.int64]
) -> NDArray[np.float64]:
    """By how much each cell that was seen explains itself better."""
    cells = cells[counts[cells].sum(axis=1) > 0]
    here = counts[cells]
    view = _classes(table, table.view(hypothesis))[cells]
    told = compound(here, _softness(table, hypothesis, cells)[:, None] * view)
    others = ((), *_strengths(table, hypothesis))
    words = [soft(here, _classes(table, table.view(other))[cells]) for other in others]
    own = compound(here, np.full(here.shape, OPEN_MINDED))
    simplest = np.maximum(np.max(words, axis=0) - OTHER_WORDS, own)
    return np.asarray(np.minimum(MOST_PER_CELL, simplest - told))


def softly(table: Table, hypothesis: Hypothesis, past: Past) -> float:
    """Log-probability of what all cells saw, said softly."""
    counts = _classes(table, past.counts(len(table.cells), len(OUTCOMES)))
    cells = np.flatnonzero(counts.sum(axis=1))
    return float(soft(counts[cells], _classes(table, table.view(hypothesis))[cells]).sum())


def _classes(table: Table, of: NDArray[Any]) -> NDArray[np.float64]:
    """[cell, class]. Through a relay only that it failed is theirs, how is the platform's style."""
    sums = of @ _CLASS_OF
    relays = table.relays
    sums[relays, _FAILED] += sums[np.ix_(relays, _STYLES)].sum(axis=1)
    sums[np.ix_(relays, _STYLES)] = 0.0
    return np.asarray(sums)


def soft(counts: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-probability of each cell's counts, not quite sure of the shares."""
    return compound(counts, SOFTNESS * shares)


def _softness(
    table: Table, hypothesis: Hypothesis, cells: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Less sure of the shares where every cell goes its own way."""
    faults = [table.faults[table.singles[s].fault] for s in hypothesis]
    own = {c for fault in faults if fault.kind.own_way for c in fault.shows}
    return (
        np.where(np.isin(cells, list(own)), OWN_SOFTNESS, SOFTNESS)
        if own
        else np.full(len(cells), SOFTNESS)
    )


def _strengths(table: Table, hypothesis: Hypothesis) -> Sequence[Hypothesis]:
    """The same, with every fault hit in full, and in part."""
    whole = tuple(table.strongest(s) for s in hypothesis)
    part = tuple(table.weakest(s) for s in hypothesis)
    return [each for each in (whole, part) if each != hypothesis]


def compound(counts: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-probability of sequences with these counts under Dirichlet-multinomials, per row."""
    whole = weights.sum(axis=1)
    weights = np.maximum(weights, 1e-6)  # a class that cannot be has not been seen either
    each = np.where(counts > 0, _lgamma(weights + counts) - _lgamma(weights), 0.0).sum(axis=1)
    return np.asarray(each + _lgamma(whole) - _lgamma(whole + counts.sum(axis=1)))


def _lgamma(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm of the gamma function for x > 0, to 1e-8 (Stirling's series beyond x + 7)."""
    product = x * (x + 1) * (x + 2) * (x + 3) * (x + 4) * (x + 5) * (x + 6)
    y = x + 7.0
    series = 1.0 / (12.0 * y) - 1.0 / (360.0 * y**3) + 1.0 / (1260.0 * y**5)
    stirling = (y - 0.5) * np.log(y) - y + 0.9189385332046727 + series
    return np.asarray(stirling - np.log(product))
