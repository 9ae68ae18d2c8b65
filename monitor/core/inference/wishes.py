"""Which looks would tell most just now.

Source: controlled sensing (Nitinawarat, Atia, Veeravalli, arXiv 1205.0858): the next look is the
one whose answer says most about what we want to know; here, about who is at fault, not about how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from monitor.core.inference.past import Hypothesis
    from monitor.core.inference.table import Table

MOST, MOST_SETTLED = 10, 3
AGAIN_S = 8.0
SAME_TARGET, SAME_VANTAGE = 0.75, 0.9  # a second answer of one kind tells less than the first


def wishes(
    table: Table,
    candidates: Sequence[tuple[Hypothesis, float]],
    asked_s: Mapping[int, float],
    barred: frozenset[str],
    now_s: float,
    most: int,
) -> tuple[tuple[str, str], ...]:
    """The pairs to look at now, best first.

    Args:
        table: The compiled world.
        candidates: Hypotheses with their probabilities, likeliest first; health is `()`.
        asked_s: When each cell was last asked.
        barred: Vantages that are no use at present.
        now_s: The moment.
        most: At most so many.
    """
    concerned = {
        cell
        for hypothesis, _ in candidates
        for single in hypothesis
        for cell in table.faults[table.singles[single].fault].shows
    }
    looks = [
        c
        for c in sorted(concerned)
        if c < len(table.layout.looks)
        and now_s - asked_s.get(c, -AGAIN_S) >= AGAIN_S
        and table.cells[c].subject not in barred
    ]
    if not looks or len(candidates) < 2:
        return ()
    weights = np.array([w for _, w in candidates])
    weights /= weights.sum()
    shares = np.stack([table.view(h)[looks] for h, _ in candidates])  # [hypothesis, look, outcome]
    groups: dict[tuple[int, ...], list[int]] = {}
    for i, (hypothesis, _) in enumerate(candidates):
        groups.setdefault(tuple(sorted({int(table.label_of[s]) for s in hypothesis})), []).append(i)
    told = -_entropy(np.einsum("h,hco->co", weights, shares))
    for members in groups.values():
        mass = weights[members].sum()
        if mass > 0.0:
            mean = np.einsum("h,hco->co", weights[members] / mass, shares[members])
            told += mass * _entropy(mean)
    gain = -told
    chosen: list[int] = []
    what = np.array([table.cells[c].what for c in looks])
    subject = np.array([table.cells[c].subject for c in looks])
    for _ in range(min(most, len(looks))):
        best = int(np.argmax(gain))
        if gain[best] <= 1e-6:
            break
        chosen.append(looks[best])
        gain[best] = 0.0
        gain = np.where(what == what[best], gain * SAME_TARGET, gain)
        gain = np.where(subject == subject[best], gain * SAME_VANTAGE, gain)
    return tuple((table.cells[c].subject, table.cells[c].what) for c in chosen)


def _entropy(p: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(-(p * np.log(p)).sum(axis=-1))
