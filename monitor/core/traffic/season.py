"""The week by which traffic comes and goes: hours of a day of the week, and of holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import date

HOURS = 24
HOLIDAY = 7  # after the days of the week, Monday first
DAYS = 8
SLOTS = DAYS * HOURS
_HOUR = 60  # minutes
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Season:
    """Where minutes stand in the week, in the page's time zone."""

    zone: str
    holidays: frozenset[date] = frozenset()

    def place(self, minute: int) -> tuple[int, int]:
        """The first minute of a minute's local hour, and that hour's slot in the week."""
        return _place(self, minute)

    def between(self, minute: int) -> tuple[int, int, float]:
        """Two neighbouring slots, and the second's share: hours blend, traffic has no steps."""
        return _between(self, minute)


def minute_of(at: datetime) -> int:
    """Minutes since 1970 at an aware time."""
    return int(at.timestamp() // 60)


def begin_of(minute: int) -> datetime:
    """When a minute begins."""
    return _EPOCH + timedelta(minutes=minute)


@lru_cache(maxsize=1024)
def _place(season: Season, minute: int) -> tuple[int, int]:
    at = begin_of(minute).astimezone(ZoneInfo(season.zone))
    day = HOLIDAY if at.date() in season.holidays else at.weekday()
    return minute - at.minute, day * HOURS + at.hour


@lru_cache(maxsize=1024)
def _between(season: Season, minute: int) -> tuple[int, int, float]:
    hour, slot = season.place(minute)
    past = (minute - hour) / _HOUR - 0.5  # of the hour's middle, in hours
    neighbour = hour - 1 if past < 0 else hour + _HOUR
    return slot, season.place(neighbour)[1], abs(past)
