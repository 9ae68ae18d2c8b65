"""What others say and what happens around us, collected for a tick; nobody can hold a tick up."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import structlog

from monitor.model import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from monitor.model import Instant, MainsReading, Notice, TrafficReading

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Around:
    """Asks whoever knows something; who does not answer knows nothing."""

    def __init__(self, *, warned: Callable[[str], None]) -> None:
        """Know nobody yet.

        Args:
            warned: Told `notices_failed`, `traffic_failed` or `mains_failed`, at each failure.
        """
        self._warned = warned
        self._notices: Callable[[datetime], Sequence[Notice]] = lambda _at: ()
        self._traffic: Callable[[Instant], Sequence[TrafficReading]] = lambda _now: ()
        self._mains: Callable[[datetime], Sequence[MainsReading]] = lambda _at: ()
        self._failing: set[str] = set()

    def follow_notices(self, current: Callable[[datetime], Sequence[Notice]]) -> None:
        """Take the notices that hold from `current`."""
        self._notices = current

    def follow_traffic(self, readings: Callable[[Instant], Sequence[TrafficReading]]) -> None:
        """Take what real traffic says from `readings`."""
        self._traffic = readings

    def follow_mains(self, current: Callable[[datetime], Sequence[MainsReading]]) -> None:
        """Take who has mains power from `current`."""
        self._mains = current

    def at(self, now: Instant) -> Surroundings:
        """Everything that holds at `now`; never raises."""
        return Surroundings(
            notices=self._ask("notices", lambda: self._notices(now.at)),
            traffic=self._ask("traffic", lambda: self._traffic(now)),
            mains=self._ask("mains", lambda: self._mains(now.at)),
        )

    def _ask(self, what: str, answer: Callable[[], Sequence[T]]) -> tuple[T, ...]:
        try:
            known = tuple(answer())
        except Exception:
            self._warned(f"{what}_failed")
            if what not in self._failing:  # once, until it works again
                self._failing.add(what)
                log.exception("around_failed", what=what)
            return ()
        self._failing.discard(what)
        return known
