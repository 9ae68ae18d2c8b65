"""What is broken, how it answers then, and how that goes over time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from monitor.core.inference.evidence import OUTCOMES, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

INDEX: Mapping[Outcome, int] = {outcome: i for i, outcome in enumerate(OUTCOMES)}


@dataclass(frozen=True, slots=True)
class Break:
    """One part that is broken.

    `strength(times_s)` is the share of looks beginning then that fail on it. A name ages out of
    each resolver's cache on its own: `ages_s` says by how much later the break shows, by whose
    resolver asks (a vantage; `""` for the platform's); empty: at once, everywhere.
    """

    part: str
    row: NDArray[np.float64]  # shares of outcomes, in the order of `OUTCOMES`
    strength: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    ages_s: Mapping[str, float] = field(default_factory=dict)
    together: float = 0.25  # share of looks that fare as all others do in that slot
    spared: float = 0.03  # share of cells that it leaves alone


def row_of(shares: Mapping[Outcome, float]) -> NDArray[np.float64]:
    """Shares by name as a row that sums to one."""
    row = np.zeros(len(OUTCOMES))
    for outcome, share in shares.items():
        row[INDEX[outcome]] = share
    return np.asarray(row / row.sum())


def redrawn(
    shares: Mapping[Outcome, float], concentration: float, chance: np.random.Generator
) -> NDArray[np.float64]:
    """A row near to these shares: Dirichlet with `concentration` times each as its parameters."""
    row = row_of(shares)
    drawn = np.zeros_like(row)
    for i in np.flatnonzero(row):
        drawn[i] = chance.gamma(concentration * row[i])
    total = drawn.sum()
    return np.asarray(drawn / total) if total > 0 else row


def stands(
    onset_s: float, end_s: float, share: float = 1.0
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Broken from the onset to the end."""

    def strength(times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where((times_s >= onset_s) & (times_s < end_s), share, 0.0)

    return strength


def grows(
    onset_s: float, end_s: float, rise_s: float, share: float = 1.0
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Worse and worse for `rise_s`, then as bad as it gets."""

    def strength(times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        grown = np.clip((times_s - onset_s) / rise_s, 0.0, 1.0) * share
        return np.where(times_s < end_s, grown, 0.0)

    return strength


def comes_and_goes(
    onset_s: float, end_s: float, bad_s: float, good_s: float, share: float = 1.0
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Bad and good in turn, bad first."""

    def strength(times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        within = (times_s - onset_s) % (bad_s + good_s) < bad_s
        return np.where((times_s >= onset_s) & (times_s < end_s) & within, share, 0.0)

    return strength
