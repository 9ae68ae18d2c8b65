"""Watches ourselves: a late or stopped loop, a stepped clock, too little of anything.

A stalled loop makes a healthy target look dead (measured: a server answers in 0.2 s, our loop is
blocked for 3 s, the client reports a timeout), so every look carries these figures.

A late beat has one of three reasons, told apart by what the system counted meanwhile: we ran (a
stall of our own), we were ready and waited for a processor (starved), or neither (stopped).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from monitor import machine
from monitor.model import SelfHealth

if TYPE_CHECKING:
    from monitor.machine import Effort
    from monitor.ports import Clock

BEAT_S = 0.2
KEEP_S = 120.0  # longer than any look
STEP_S = 0.5  # a jump of the wall clock against the monotonic one that counts
PAUSE_S = 1.0  # a stop shorter than this is lateness like any other
STARVED_OVER_S = 2.0  # starving is a share of at least this much time
SLOWLY_EVERY = 25  # beats between readings of what changes slowly


class Machine(Protocol):
    """What the system says about us; `monitor.machine` is the real one."""

    def effort(self) -> Effort:
        """Processor time and waiting."""
        ...

    def open_files(self) -> tuple[int, int]:
        """Descriptors open and allowed."""
        ...

    def memory_share(self) -> float:
        """Memory used of what we may use."""
        ...

    def clock_error_s(self) -> float:
        """How wrong the wall clock may be."""
        ...


@dataclass(frozen=True, slots=True)
class _Beat:
    mono_s: float
    lag_s: float
    step_s: float
    paused_s: float
    starved: float


class LoopWatch:
    """Measures while `run` runs (port `SelfWatch`)."""

    def __init__(self, clock: Clock, system: Machine = machine) -> None:
        self._clock = clock
        self._system = system
        self._beats: deque[_Beat] = deque()  # those with something to tell
        self._due_s = clock.monotonic() + BEAT_S
        self._offset_s = self._offset()
        self._effort = system.effort()
        self._waits: deque[tuple[float, float]] = deque(
            [(clock.monotonic(), self._effort.waited_s)]
        )
        self._read_slowly()

    def _offset(self) -> float:
        return self._clock.utc().timestamp() - self._clock.monotonic()

    def _read_slowly(self) -> None:
        self._files, self._limit = self._system.open_files()
        self._memory = self._system.memory_share()
        self._clock_error_s = self._system.clock_error_s()

    async def run(self) -> None:
        """Beat until cancelled."""
        beats = 0
        while True:
            now_s = self._clock.monotonic()
            self._due_s = now_s + BEAT_S
            await self._clock.sleep(BEAT_S)
            self._note()
            beats += 1
            if beats % SLOWLY_EVERY == 0:
                self._read_slowly()

    def _note(self) -> None:
        now_s = self._clock.monotonic()
        lag_s = max(0.0, now_s - self._due_s)
        step_s = self._step()
        self._offset_s += step_s
        before, self._effort = self._effort, self._system.effort()
        paused_s = _stopped(lag_s, before, self._effort)
        starved = self._starving(now_s)
        if lag_s > BEAT_S / 4 or step_s or paused_s or starved > 0.1:  # noqa: PLR2004 - worth a line
            self._beats.append(_Beat(now_s, lag_s, step_s, paused_s, starved))
        while self._beats and self._beats[0].mono_s < now_s - KEEP_S:
            self._beats.popleft()

    def _starving(self, now_s: float) -> float:
        self._waits.append((now_s, self._effort.waited_s))
        while len(self._waits) > 2 and self._waits[1][0] <= now_s - STARVED_OVER_S:  # noqa: PLR2004 - a stretch has two ends
            self._waits.popleft()
        since_s, waited_s = self._waits[0]
        took_s = max(now_s - since_s, STARVED_OVER_S)
        return min(1.0, max(0.0, self._effort.waited_s - waited_s) / took_s)

    def _step(self) -> float:
        moved_s = self._offset() - self._offset_s
        return moved_s if abs(moved_s) > STEP_S else 0.0

    def worst_since(self, mono_s: float) -> SelfHealth:
        """The worst of each figure from `mono_s` until now, a beat that is overdue included."""
        lag_s = max(0.0, self._clock.monotonic() - self._due_s)
        step_s = self._step()
        paused_s = _stopped(lag_s, self._effort, self._system.effort()) if lag_s > PAUSE_S else 0.0
        starved = 0.0
        for beat in reversed(self._beats):
            if beat.mono_s < mono_s:
                break
            lag_s = max(lag_s, beat.lag_s)
            step_s = max(step_s, beat.step_s, key=abs)
            paused_s = max(paused_s, beat.paused_s)
            starved = max(starved, beat.starved)
        return SelfHealth(
            lag_s=lag_s,
            clock_step_s=step_s,
            open_files=self._files,
            open_files_limit=self._limit,
            paused_s=paused_s,
            starved=starved,
            memory=self._memory,
            clock_error_s=self._clock_error_s,
        )


def _stopped(lag_s: float, before: Effort, after: Effort) -> float:
    """How much of a late beat nobody of us ran or wanted to: the process or machine stood still."""
    asleep_s = max(0.0, after.slept_s - before.slept_s)
    busy_s = after.ran_s - before.ran_s + after.waited_s - before.waited_s
    stopped_s = max(0.0, lag_s - max(0.0, busy_s))
    return max(asleep_s, stopped_s) if max(asleep_s, stopped_s) > PAUSE_S else 0.0
