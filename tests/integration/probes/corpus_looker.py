"""Looks at the whole corpus as the monitor does, innocent checks beside it, and tells how it went.

`python -m …`, with what `corpus_world` said on standard input; says one line of JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.clock import SystemClock, SystemIds
from monitor.looking import Looker
from monitor.model import Check, Observation, Rules, Vantage
from monitor.schedule import MonotonicScheduler, phase
from monitor.selfwatch import LoopWatch
from probes.registry import make_probes
from probes.spec import Expect, JsonExpectation
from tests.integration.probes.corpus import Place
from tests.integration.probes.corpus_all import CASES
from tests.integration.probes.world import http, vantage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

EVERY_S = 5.0
INNOCENTS = 20
INNOCENT_EVERY_S = 0.5
WARM_PASSES = 2
PASSES = 3


class Tour:
    """All looks of one run, and what they tell."""

    def __init__(self, told: dict) -> None:
        self._clock = SystemClock()
        self._scheduler = MonotonicScheduler(self._clock)
        self._watch = LoopWatch(self._clock)
        self._seen: list[Observation] = []
        self._late_s: list[float] = []
        self._checks: dict[str, Check] = {}
        self._vantages: dict[str, Vantage] = {}
        self._due = {case.name: case.failure for case in CASES}
        self._looker = Looker(
            probes=make_probes(),
            clock=self._clock,
            ids=SystemIds(),
            watch=self._watch,
            seen=self._note,
            checks=self._checks,
            rules=Rules(),
        )
        for case in CASES:
            place = Place(*told["places"][case.name])
            spec = case.spec(place)
            self._add(case.name, spec, EVERY_S, case.timeout_s, place.resolver, case.source)
        fine = http(told["innocent"], expect=Expect(json=(JsonExpectation("ok"),)))
        for number in range(INNOCENTS):
            self._add(f"innocent {number}", fine, INNOCENT_EVERY_S, 2.0, None, "127.0.0.1")

    def _add(self, name, spec, every_s, timeout_s, resolver, source) -> None:
        self._checks[name] = Check(name, "t", ("v",), spec, every_s=every_s, timeout_s=timeout_s)
        self._vantages[name] = vantage(resolver, source)
        grid_s = self._clock.monotonic() + phase(name) * every_s
        self._scheduler.every(name, every_s, self._turn(name, grid_s, every_s))

    def _turn(self, name, grid_s, every_s) -> Callable[[], Awaitable[None]]:
        async def turn() -> None:
            if name not in self._due:
                self._late_s.append((self._clock.monotonic() - grid_s) % every_s)
            await self._looker.look(self._checks[name], self._vantages[name])

        return turn

    def _note(self, observation: Observation) -> None:
        self._seen.append(observation)

    async def run(self) -> dict:
        async with asyncio.TaskGroup() as group:
            running = [
                group.create_task(self._scheduler.run()),
                group.create_task(self._watch.run()),
            ]
            await asyncio.sleep(WARM_PASSES * EVERY_S)
            self._seen.clear()
            self._late_s.clear()
            Path("/proc/self/clear_refs").write_text("5")  # start the high-water mark anew
            before_kib = _memory_kib("VmRSS")
            await asyncio.sleep(PASSES * EVERY_S)
            after_kib, peak_kib = _memory_kib("VmRSS"), _memory_kib("VmHWM")
            for task in running:
                task.cancel()
        return self._told() | {
            "rss_growth_kib": after_kib - before_kib,
            "rss_peak_growth_kib": peak_kib - before_kib,
            "rss_kib": after_kib,
        }

    def _told(self) -> dict:
        late_ms = sorted(1000 * late_s for late_s in self._late_s)
        right = {
            each.check for each in self._seen if each.sighting.failure is self._due.get(each.check)
        }
        over_s = [
            (each.duration_s - self._checks[each.check].timeout_s, each.check)
            for each in self._seen
        ]
        return {
            "looks": len(self._seen),
            "void": sum(each.void is not None for each in self._seen),
            "innocent_looks": len(late_ms),
            "late_p50_ms": late_ms[len(late_ms) // 2],
            "late_p99_ms": late_ms[int(0.99 * len(late_ms))],
            "late_worst_ms": late_ms[-1],
            "most_over": max(over_s),
            "never_right": sorted(set(self._checks) - right),
        }


def _memory_kib(name: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{name}:")[1].split()[0])


if __name__ == "__main__":
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -15)  # we are measured, not the neighbours
    sys.stdout.write(json.dumps(asyncio.run(Tour(json.loads(sys.stdin.readline())).run())))
