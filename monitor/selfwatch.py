"""Watches ourselves: a late event loop, a wall clock that steps, files running out.

A stalled loop makes a healthy target look dead (measured: a server answers in 0.2 s, our loop is
blocked for 3 s, the client reports a timeout), so every look carries these figures.
"""

from __future__ import annotations

import os
import resource
from collections import deque
from typing import TYPE_CHECKING

from monitor.model import SelfHealth

if TYPE_CHECKING:
    from monitor.ports import Clock

BEAT_S = 0.2
KEEP_S = 120.0  # longer than any look
STEP_S = 0.5  # a jump of the wall clock against the monotonic one that counts
FILES_EVERY = 25  # beats between counts of open files


class LoopWatch:
    """Measures while `run` runs (port `SelfWatch`)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._beats: deque[tuple[float, float, float]] = deque()  # (when, lag, clock step)
        self._due_s = clock.monotonic() + BEAT_S
        self._offset_s = self._offset()
        self._files = 0
        self._limit = 0
        self._count_files()

    def _offset(self) -> float:
        return self._clock.utc().timestamp() - self._clock.monotonic()

    def _count_files(self) -> None:
        self._limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        try:
            self._files = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count of entries, nothing is opened
        except OSError:
            self._files = self._limit  # not even this one could be opened

    async def run(self) -> None:
        """Beat until cancelled."""
        beats = 0
        while True:
            now_s = self._clock.monotonic()
            self._due_s = now_s + BEAT_S
            await self._clock.sleep(BEAT_S)
            self._note()
            beats += 1
            if beats % FILES_EVERY == 0:
                self._count_files()

    def _note(self) -> None:
        now_s = self._clock.monotonic()
        lag_s = max(0.0, now_s - self._due_s)
        step_s = self._step()
        self._offset_s += step_s
        if lag_s > BEAT_S / 4 or step_s:
            self._beats.append((now_s, lag_s, step_s))
        while self._beats and self._beats[0][0] < now_s - KEEP_S:
            self._beats.popleft()

    def _step(self) -> float:
        moved_s = self._offset() - self._offset_s
        return moved_s if abs(moved_s) > STEP_S else 0.0

    def worst_since(self, mono_s: float) -> SelfHealth:
        """The worst of each figure from `mono_s` until now, a beat that is overdue included."""
        lag_s = max(0.0, self._clock.monotonic() - self._due_s)
        step_s = self._step()
        for when_s, beat_lag_s, beat_step_s in reversed(self._beats):
            if when_s < mono_s:
                break
            lag_s = max(lag_s, beat_lag_s)
            step_s = max(step_s, beat_step_s, key=abs)
        return SelfHealth(
            lag_s=lag_s, clock_step_s=step_s, open_files=self._files, open_files_limit=self._limit
        )
