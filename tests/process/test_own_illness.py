"""We are ill, everybody else is well: nobody is accused, and we say that it is us."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from pathlib import Path

import pytest

from monitor.demo.tour import until_calm
from monitor.demo.world import World
from monitor.serving import serve
from monitor.settings import load
from tests.process.patience import until

pytestmark = [pytest.mark.process, pytest.mark.alone]

CPU = Path("/sys/fs/cgroup/cpu")
PERIOD_US = 100_000
QUOTA_US = 2_000  # of each period: a fiftieth of one core, less than the looks need
ILL_S = 15.0
SEEN_S = 40.0


class Accusations:
    """Everything the monitor claimed while somebody watched it."""

    def __init__(self) -> None:
        self.named: set[str] = set()
        self.grounds: set[str] = set()

    def note(self, state) -> None:
        for verdict in (state or {}).get("verdicts", ()):
            if verdict["domain"] in ("upstream", "shared") and verdict["level"] != "symptom":
                self.named.add(verdict["party"] or verdict["service"])
            self.grounds |= {ground["key"] for ground in verdict["grounds"]}


@pytest.fixture
def neighbourhood() -> int:
    return random.SystemRandom().randrange(100, 250)


async def watched(world: World, seen: Accusations, keys: set[str], what: str) -> None:
    """Until one of these grounds was given; everything said on the way is noted."""

    async def said() -> bool:
        seen.note(await world.state(timeout_s=1.0))
        return bool(seen.grounds & keys)

    await until(said, SEEN_S, what)


async def test_a_loop_of_ours_that_stalls_for_3_seconds_accuses_nobody(tmp_path, neighbourhood):
    """The application runs in this very loop, so that this loop can be blocked."""
    async with World(
        tmp_path / "data", first_neighbourhood=neighbourhood, with_monitor=False
    ) as world:
        settings = load(world.data / "demo.yaml", environ={**os.environ, **world.secrets})
        ready = asyncio.Event()
        running = asyncio.create_task(serve(settings, ready=ready))
        await ready.wait()
        await until_calm(world)
        seen = Accusations()
        for _ in range(3):
            end_s = time.monotonic() + 3.0
            while time.monotonic() < end_s:
                pass
            await watched(world, seen, {"own_loop_lag"}, "the monitor says that its loop stalled")
        ledger = await world.ledger()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert seen.named == set()
    assert ledger == []


async def test_a_process_that_is_stopped_and_goes_on_accuses_nobody(tmp_path, neighbourhood):
    async with World(tmp_path / "data", first_neighbourhood=neighbourhood) as world:
        await until_calm(world)
        seen = Accusations()
        for stop_s in (4.0, 12.0):
            os.kill(world.monitor_pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(stop_s)  # the fault itself: that time passes
            finally:
                os.kill(world.monitor_pid, signal.SIGCONT)
            seen.grounds.clear()
            await watched(world, seen, {"own_pause"}, "the monitor says that it stood still")
        ledger = await world.ledger()

    assert seen.named == set()
    assert ledger == []


async def test_a_process_without_a_processor_accuses_nobody(tmp_path, neighbourhood):
    group = CPU / f"govah-test-{os.getpid()}"
    try:
        group.mkdir()
    except OSError:
        pytest.skip(f"needs cgroup v1 at {CPU} and root, to take the processor away")
    try:
        async with World(tmp_path / "data", first_neighbourhood=neighbourhood) as world:
            await until_calm(world)
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(QUOTA_US))
            (group / "cgroup.procs").write_text(str(world.monitor_pid))
            seen = Accusations()
            end_s = time.monotonic() + ILL_S
            while time.monotonic() < end_s:
                seen.note(await world.state(timeout_s=5.0))
                await asyncio.sleep(0.5)  # the fault itself: that time passes
            (CPU / "cgroup.procs").write_text(str(world.monitor_pid))
            ours = {"own_loop_lag", "own_processor_short", "own_pause"}
            await watched(world, seen, ours, "the monitor says that it lacked a processor")
            ledger = await world.ledger()
    finally:
        group.rmdir()

    assert seen.named == set()
    assert ledger == []
