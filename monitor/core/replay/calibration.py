"""Whether "99 %" is right 99 times of a hundred: bins, Brier score, expected calibration error."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from monitor.core.replay.wilson import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable

EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0)  # finest where it matters


@dataclass(frozen=True, slots=True)
class Bin:
    """Statements of a confidence within [least, most): how many, and how they turned out."""

    least: float
    most: float
    count: int = 0
    right: int = 0
    stated: float = 0.0  # sum of the confidences
    squares: float = 0.0  # sum of the squared differences to what was so

    def __add__(self, other: Bin) -> Bin:
        return Bin(
            self.least,
            self.most,
            self.count + other.count,
            self.right + other.right,
            self.stated + other.stated,
            self.squares + other.squares,
        )

    @property
    def overconfident(self) -> bool:
        """Whether what was stated lies above the 95 % interval of what was so."""
        return self.count > 0 and self.stated / self.count > wilson(self.right, self.count)[1]


Bins = tuple[Bin, ...]
NO_BINS: Bins = tuple(Bin(least, most) for least, most in pairwise(EDGES))


def binned(statements: Iterable[tuple[float, bool]]) -> Bins:
    """Sort statements (confidence in [0, 1], whether it was so) into bins."""
    counts = [[0, 0, 0.0, 0.0] for _ in NO_BINS]
    for confidence, so in statements:
        place = sum(confidence >= edge for edge in EDGES[1:-1])
        one = counts[place]
        one[0] += 1
        one[1] += so
        one[2] += confidence
        one[3] += (confidence - so) ** 2
    return tuple(
        Bin(empty.least, empty.most, int(n), int(right), stated, squares)
        for empty, (n, right, stated, squares) in zip(NO_BINS, counts, strict=True)
    )


def merged(many: Iterable[Bins]) -> Bins:
    """The sum of several sets of bins."""
    total = NO_BINS
    for bins in many:
        total = tuple(one + other for one, other in zip(total, bins, strict=True))
    return total


def brier(bins: Bins) -> float | None:
    """The mean squared error of the stated confidences (Brier 1950); None without statements."""
    count = sum(one.count for one in bins)
    return sum(one.squares for one in bins) / count if count else None


def ece(bins: Bins) -> float | None:
    """The mean distance of stated from true shares, weighted by bin (Naeini et al. 2015)."""
    count = sum(one.count for one in bins)
    return sum(abs(one.stated - one.right) for one in bins) / count if count else None
