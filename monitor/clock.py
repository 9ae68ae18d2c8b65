"""The one place that asks the machine for time and chance."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime

from monitor.model import Instant


class SystemClock:
    """The machine's two clocks."""

    def utc(self) -> datetime:
        """Aware wall-clock time in UTC; may step."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never steps."""
        return time.monotonic()

    def now(self) -> Instant:
        """Both readings of one moment."""
        return Instant(self.utc(), self.monotonic())

    async def sleep(self, duration_s: float) -> None:
        """Wait on the event loop's clock, which is the monotonic one."""
        await asyncio.sleep(max(0.0, duration_s))


class SystemIds:
    """Ids from the operating system's source of chance."""

    def look(self) -> str:
        """A fresh id for a look: 16 lower-case hex digits."""
        return os.urandom(8).hex()
