"""What looks add up to: the definition of every figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from monitor.model import Figure, Void
from monitor.store.times import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.model import Grain, Observation
    from monitor.store.buckets import Buckets


class Counts(NamedTuple):
    """The numbers of a figure, durations in microseconds so that they add up exactly."""

    looks: int = 0
    failed: int = 0
    slow: int = 0
    void: int = 0
    missed: int = 0
    duration_sum_us: int = 0
    duration_max_us: int = 0

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(
            self.looks + other.looks,
            self.failed + other.failed,
            self.slow + other.slow,
            self.void + other.void,
            self.missed + other.missed,
            self.duration_sum_us + other.duration_sum_us,
            max(self.duration_max_us, other.duration_max_us),
        )


def duration_us(look: Observation) -> int:
    """How long a look took, in whole microseconds."""
    return round(look.duration_s * 1_000_000)


def tally(look: Observation) -> Counts:
    """What one look counts as: a look, or void, or missed."""
    if look.void is Void.MISSED:
        return Counts(missed=1)
    if look.void is not None:
        return Counts(void=1)
    took_us = duration_us(look)
    slow = look.ok and look.slow
    return Counts(1, int(look.failed), int(slow), 0, 0, took_us, took_us)


def figure(grain: Grain, begin_us: int, target: str, vantage: str, counts: Counts) -> Figure:
    """The value that is handed out."""
    return Figure(
        grain=grain,
        begin_at=from_us(begin_us),
        target=target,
        vantage=vantage,
        looks=counts.looks,
        failed=counts.failed,
        slow=counts.slow,
        void=counts.void,
        missed=counts.missed,
        duration_sum_s=counts.duration_sum_us / 1_000_000,
        duration_max_s=counts.duration_max_us / 1_000_000,
    )


def figures_of(
    looks: Iterable[Observation], grain: Grain, buckets: Buckets
) -> dict[tuple[int, str, str], Counts]:
    """All figures of some looks, from nothing.

    Returns:
        (begin in microseconds, target, vantage) -> counts.
    """
    found: dict[tuple[int, str, str], Counts] = {}
    for look in looks:
        key = (buckets.begin_us(grain, to_us(look.started_at)), look.target, look.vantage)
        found[key] = found.get(key, Counts()).plus(tally(look))
    return found
