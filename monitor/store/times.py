"""Times as the store keeps them: whole microseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

_US = timedelta(microseconds=1)


def to_us(at: datetime) -> int:
    """Whole microseconds since 1970 of an aware time.

    Raises:
        TypeError: `at` is naive.
    """
    return (at - EPOCH) // _US


def from_us(us: int) -> datetime:
    """The aware UTC time `us` microseconds after 1970."""
    return EPOCH + timedelta(microseconds=us)


def maybe_us(at: datetime | None) -> int | None:
    """`to_us`, where there may be no time."""
    return None if at is None else to_us(at)


def maybe_from_us(us: int | None) -> datetime | None:
    """`from_us`, where there may be no time."""
    return None if us is None else from_us(us)
