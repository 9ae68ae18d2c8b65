"""Stops and continues a process again and again, as an overloaded machine would."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from monitor.demo.processes import send

if TYPE_CHECKING:
    from monitor.demo.processes import Running

STOPPED_S = 4.0
RUNNING_S = 1.0


class Stall:
    """The stalling of one process; it runs on when this ends."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def begin(self, victim: Running) -> None:
        """Stall `victim` from now on; again is nothing new."""
        if self._task is None:
            self._task = asyncio.create_task(_stall(victim))

    async def end(self) -> None:
        """Let it run; returns when it does."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None


async def _stall(victim: Running) -> None:
    send(victim, signal.SIGSTOP)
    try:
        while victim.process.returncode is None:
            await asyncio.sleep(STOPPED_S)
            send(victim, signal.SIGCONT)
            await asyncio.sleep(RUNNING_S)
            send(victim, signal.SIGSTOP)
    finally:
        send(victim, signal.SIGCONT)
