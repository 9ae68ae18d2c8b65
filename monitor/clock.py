"""The one place that asks the machine for time and chance."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime
from pathlib import Path

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


class BootClock(SystemClock):
    """A monotonic clock that goes on while the machine sleeps, and from process to process.

    An agent dates its looks by it: its next life can still say how old they are.
    """

    def monotonic(self) -> float:
        """Seconds since the boot, sleep included."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    """Which boot of this machine `BootClock` counts from."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


class SystemIds:
    """Ids from the operating system's source of chance."""

    def look(self) -> str:
        """A fresh id for a look: 16 lower-case hex digits."""
        return os.urandom(8).hex()
