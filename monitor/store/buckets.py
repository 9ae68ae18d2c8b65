"""Where minutes, hours and days begin.

Days are those of a time zone. Hours are counted from the beginning of their day, so that they
nest in it wherever the zone lies (Tehran is three and a half hours ahead) and a day of 23 or 25
hours is whole hours too.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from monitor.model import Grain
from monitor.store.times import HOUR_US, MINUTE_US, from_us, to_us


@lru_cache(maxsize=4096)
def _day_us(zone: ZoneInfo, minute_us: int) -> tuple[int, int]:
    local = from_us(minute_us).astimezone(zone)
    begin = datetime(local.year, local.month, local.day, tzinfo=zone)
    after = local.date() + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone)
    return to_us(begin), to_us(end)


class Buckets:
    """The calendar of one time zone; all figures are microseconds since 1970."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)

    def begin_us(self, grain: Grain, at_us: int) -> int:
        """When the stretch that `at_us` lies in begins."""
        minute_us = at_us - at_us % MINUTE_US
        if grain is Grain.MINUTE:
            return minute_us
        day_us, _ = _day_us(self._zone, minute_us)
        if grain is Grain.DAY:
            return day_us
        return at_us - (at_us - day_us) % HOUR_US

    def end_us(self, grain: Grain, begin_us: int) -> int:
        """When the stretch that begins at `begin_us` ends; the end does not belong to it."""
        if grain is Grain.MINUTE:
            return begin_us + MINUTE_US
        _, next_day_us = _day_us(self._zone, begin_us)
        return next_day_us if grain is Grain.DAY else min(begin_us + HOUR_US, next_day_us)
