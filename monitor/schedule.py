"""When things run: looks on the monotonic clock, calendar jobs by the calendar.

APScheduler's *triggers* know calendars well and are used for that. Its scheduler waits on the wall
clock, and goes blind when that steps back (measured: 31 s without a run after a step of -30 s), so
the waiting is ours, on the monotonic clock: `docs/cadence.md`.
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from monitor.ports import Clock

log = structlog.get_logger(__name__)

ROUNDING_S = 1e-6
SETTLE_S = 4.0  # after a start everything has had its first turn within this time, ...
FIRST_PER_S = 50.0  # ... or, where there are many names, once as many as this had theirs per second
RECHECK_S = 30.0  # a calendar job looks at the wall clock at least this often


def phase(name: str) -> float:
    """A fraction in [0, 1) that depends on the name alone, so that turns spread evenly.

    Source: a hash instead of jitter; APScheduler's `jitter` stretches the period by half of itself.
    """
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


class _Turn:
    """One name on the timetable."""

    __slots__ = ("grid_s", "interval_s", "missed", "name", "run", "task")

    def __init__(
        self,
        name: str,
        interval_s: float,
        grid_s: float,
        run: Callable[[], Awaitable[None]],
        missed: Callable[[int], None] | None,
    ) -> None:
        self.name = name
        self.interval_s = interval_s
        self.grid_s = grid_s  # turns fall on grid_s + k * interval_s
        self.run = run
        self.missed = missed
        self.task: asyncio.Task[None] | None = None

    def after(self, mono_s: float) -> float:
        """The first turn later than `mono_s`, by more than rounding."""
        k = (mono_s - self.grid_s) // self.interval_s
        while self.grid_s + k * self.interval_s <= mono_s + ROUNDING_S:
            k += 1
        return self.grid_s + k * self.interval_s


class MonotonicScheduler:
    """Keeps a timetable on the monotonic clock (port `Scheduler`).

    A turn that comes while the previous run of its name still runs is missed; so are turns that
    passed while the whole process was stopped: one run follows at once, the rest is reported.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[float, int, _Turn]] = []
        self._count = 0
        self._changed = asyncio.Event()

    def every(
        self,
        name: str,
        interval_s: float,
        run: Callable[[], Awaitable[None]],
        *,
        missed: Callable[[int], None] | None = None,
    ) -> None:
        """Run at `phase(name) + k * interval_s`; `missed(n)` reports n turns that could not be.

        Args:
            name: Decides the phase; one run of a name at a time.
            interval_s: Seconds, above 0.
            run: Called for each turn; an exception is logged and the timetable goes on.
            missed: Called with the number of turns lost in a row, before the next run.
        """
        start_s = self._clock.monotonic()
        share = phase(name)
        turn = _Turn(name, interval_s, start_s + share * interval_s, run, missed)
        settle_s = max(SETTLE_S, len(self._heap) / FIRST_PER_S)
        first_s = start_s + share * min(interval_s, settle_s)
        self._push(first_s, turn)
        self._changed.set()

    def _push(self, due_s: float, turn: _Turn) -> None:
        self._count += 1
        heapq.heappush(self._heap, (due_s, self._count, turn))

    async def run(self) -> None:
        """Keep the timetable until cancelled; running turns are cancelled with it."""
        try:
            while True:
                self._changed.clear()
                wait_s = self._heap[0][0] - self._clock.monotonic() if self._heap else 3600.0
                if wait_s > 0:
                    await self._wait(wait_s)
                    continue
                due_s, _, turn = heapq.heappop(self._heap)
                self._take(turn, due_s)
        finally:
            running = [turn.task for _, _, turn in self._heap if turn.task is not None]
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _wait(self, wait_s: float) -> None:
        try:
            async with asyncio.timeout(wait_s):
                await self._changed.wait()
        except TimeoutError:
            pass

    def _take(self, turn: _Turn, due_s: float) -> None:
        now_s = self._clock.monotonic()
        next_s = turn.after(max(now_s, due_s))
        lost = int((now_s - due_s) // turn.interval_s)
        busy = turn.task is not None and not turn.task.done()
        if busy:
            lost += 1
        if lost and turn.missed is not None:
            turn.missed(lost)
        if not busy:
            turn.task = asyncio.create_task(self._guard(turn), name=turn.name)
        self._push(next_s, turn)

    async def _guard(self, turn: _Turn) -> None:
        try:
            await turn.run()
        except Exception:  # a bug in one turn must not stop the others; it is logged with its trace
            log.exception("turn_failed", name=turn.name)


class Trigger(Protocol):
    """The one thing we take from a calendar trigger of APScheduler."""

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """The first moment after `previous_fire_time`, not before `now`."""
        ...


class Calendar:
    """Runs jobs at calendar times; a wall clock that steps costs at most `RECHECK_S` of delay."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jobs: list[tuple[str, Trigger, Callable[[], Awaitable[None]]]] = []

    def at(self, name: str, trigger: Trigger, run: Callable[[], Awaitable[None]]) -> None:
        """Run `run` whenever `trigger` says."""
        self._jobs.append((name, trigger, run))

    async def run(self) -> None:
        """Keep the calendar until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name, trigger, run in self._jobs:
                group.create_task(self._keep(name, trigger, run), name=name)

    async def _keep(self, name: str, trigger: Trigger, run: Callable[[], Awaitable[None]]) -> None:
        while (due := self._next(trigger)) is not None:
            asked = self._clock.utc()
            while (left_s := (due - self._clock.utc()).total_seconds()) > 0:
                await self._clock.sleep(min(left_s, RECHECK_S))
                if self._clock.utc() < asked:  # the wall clock stepped back: ask the calendar anew
                    asked, due = self._clock.utc(), self._next(trigger) or due
            try:
                await run()
            except Exception:  # the calendar goes on; the job comes again at its next time
                log.exception("job_failed", name=name)

    def _next(self, trigger: Trigger) -> datetime | None:
        """The next time after this moment: what a jump forward skipped is not made up for."""
        return trigger.get_next_fire_time(None, self._clock.utc() + timedelta(seconds=1))
