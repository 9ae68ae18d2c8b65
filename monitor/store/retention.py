"""How long what is kept, and which old looks an incident protects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from monitor.model import Grain
from monitor.store.times import DAY_US, MINUTE_US, to_us

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from monitor.model import Incident
    from monitor.store.buckets import Buckets

BEGINNING_US = -(2**62)  # before every time a look can have
INCIDENT_LOOKS_DAYS = 1830  # five years
INCIDENT_MARGIN_US = 10 * MINUTE_US


class KeptDays(Protocol):
    """Days until deletion, as the configuration has them."""

    @property
    def looks_days(self) -> int:
        """Of looks no incident protects."""
        ...

    @property
    def minutes_days(self) -> int:
        """Of figures per minute."""
        ...

    @property
    def hours_days(self) -> int:
        """Of figures per hour."""
        ...

    @property
    def days_days(self) -> int:
        """Of figures per day."""
        ...


@dataclass(frozen=True, slots=True)
class Retention:
    """The days that hold where nothing else is configured."""

    looks_days: int = 400
    minutes_days: int = 400
    hours_days: int = 1830
    days_days: int = 3660


def cut_us(days: int, now: datetime, buckets: Buckets) -> int:
    """The begin of the oldest day that is kept: days go as a whole, never in part."""
    return buckets.begin_us(Grain.DAY, to_us(now - timedelta(days=days)))


def figure_days(kept: KeptDays, grain: Grain) -> int:
    """Days a figure of `grain` is kept: at least as long as everything it is computed from."""
    ladder = (kept.looks_days, kept.minutes_days, kept.hours_days, kept.days_days)
    return max(ladder[: 2 + list(Grain).index(grain)])


def span_us(incident: Incident) -> tuple[int, int | None]:
    """When an incident began and ended; None while it is open."""
    if not incident.state.closed:
        return to_us(incident.onset_at), None
    return to_us(incident.onset_at), to_us(incident.resolved_at or incident.since.at)


def deletable_us(
    before_us: int, spans_us: Iterable[tuple[int, int | None]], *, now: datetime
) -> list[tuple[int, int]]:
    """The stretches before `before_us` in which no incident protects the looks.

    Args:
        before_us: Looks that began at or after it stay anyway.
        spans_us: Begin and end of every incident, in any order; an open one has no end.
        now: Aware, UTC; an incident protects for `INCIDENT_LOOKS_DAYS` before it.

    Returns:
        Half-open stretches [begin, end), oldest first.
    """
    oldest_us = to_us(now) - INCIDENT_LOOKS_DAYS * DAY_US
    spared = sorted(
        (
            max(begin - INCIDENT_MARGIN_US, oldest_us),
            before_us if end is None else min(end + INCIDENT_MARGIN_US + 1, before_us),
        )
        for begin, end in spans_us
    )
    found: list[tuple[int, int]] = []
    reached = BEGINNING_US
    for begin, end in spared:
        if begin >= end:
            continue
        if begin > reached:
            found.append((reached, begin))
        reached = max(reached, end)
    if reached < before_us:
        found.append((reached, before_us))
    return found
