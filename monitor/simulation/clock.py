"""Virtual time and seeded chance behind the ports."""

from __future__ import annotations

import asyncio
import random  # noqa: TID251 - only its type and a seeded instance
from datetime import UTC, datetime, timedelta

from monitor.model import Instant

START = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)  # midnight in Tehran


class VirtualClock:
    """The running event loop's virtual seconds, with a wall clock that may be stepped."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._stepped = timedelta()
        self._loop = asyncio.get_running_loop()

    def utc(self) -> datetime:
        """The wall clock."""
        return self._start + self._stepped + timedelta(seconds=self.monotonic())

    def true_utc(self) -> datetime:
        """What the wall clock would show had it never been stepped."""
        return self._start + timedelta(seconds=self.monotonic())

    def step(self, by_s: float) -> None:
        """Move the wall clock."""
        self._stepped += timedelta(seconds=by_s)

    def monotonic(self) -> float:
        """Virtual seconds."""
        return self._loop.time()

    def now(self) -> Instant:
        """Both readings."""
        return Instant(self.utc(), self.monotonic())

    async def sleep(self, duration_s: float) -> None:
        """Let virtual time pass."""
        await asyncio.sleep(max(0.0, duration_s))


class SeededIds:
    """Ids that are the same in every run with the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def look(self) -> str:
        """The next id."""
        return f"{self._random.getrandbits(64):016x}"
