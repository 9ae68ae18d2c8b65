"""Whether vantages have mains power, as their UPS told us last.

Nothing is kept over a restart: until a vantage is heard again, nothing is known of its mains.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.model import MainsReading


class Mains:
    """The newest reading of each vantage, while it lasts."""

    def __init__(self, lasts_s: Mapping[str, float]) -> None:
        """Know nothing yet.

        Args:
            lasts_s: By vantage, for how long a reading holds without another, in seconds; a
                vantage that is not in it is never remembered.
        """
        self._lasts_s = lasts_s
        self._last: dict[str, MainsReading] = {}

    def told(self, reading: MainsReading) -> None:
        """Take a reading."""
        if reading.vantage in self._lasts_s:
            self._last[reading.vantage] = reading

    def current(self, now: datetime) -> tuple[MainsReading, ...]:
        """What holds at an aware time, by vantage."""
        return tuple(
            reading
            for vantage, reading in sorted(self._last.items())
            if now - reading.at <= timedelta(seconds=self._lasts_s[vantage])
        )
