"""Our own health: a late loop, a stepped clock, files."""

from __future__ import annotations

import asyncio

import pytest

from monitor.metrics import resident_bytes
from monitor.selfwatch import LoopWatch
from monitor.simulation.clock import VirtualClock
from monitor.simulation.loop import run


def measured(disturb, *, for_s: float = 10.0):
    async def main():
        clock = VirtualClock()
        watch = LoopWatch(clock)
        task = asyncio.create_task(watch.run())
        await asyncio.sleep(2)
        start_s = clock.monotonic()
        disturb(clock)
        at_once = watch.worst_since(start_s)
        await asyncio.sleep(for_s)
        later = watch.worst_since(start_s)
        afterwards = watch.worst_since(clock.monotonic() - 1.0)
        task.cancel()
        return at_once, later, afterwards

    return run(main())


def stall(seconds):
    def disturb(clock):
        del clock
        asyncio.get_running_loop()._virtual_s += seconds

    return disturb


def test_a_healthy_loop_has_no_lag():
    at_once, later, _ = measured(lambda _: None)

    assert at_once.lag_s < 0.2
    assert later.lag_s < 0.2
    assert later.clock_step_s == 0.0


def test_a_stall_is_seen_at_once_even_before_the_watch_could_run():
    at_once, later, afterwards = measured(stall(3.0))

    assert at_once.lag_s == pytest.approx(3.0, abs=0.3)
    assert later.lag_s == pytest.approx(3.0, abs=0.3)
    assert afterwards.lag_s < 0.2


@pytest.mark.parametrize("by_s", [-3600.0, 3600.0, 2.0, -31_536_000.0])
def test_a_step_of_the_wall_clock_is_seen_with_its_size_and_direction(by_s):
    at_once, later, afterwards = measured(lambda clock: clock.step(by_s))

    assert at_once.clock_step_s == pytest.approx(by_s)
    assert later.clock_step_s == pytest.approx(by_s)
    assert afterwards.clock_step_s == 0.0


def test_open_files_and_memory_are_real_figures():
    at_once, _, _ = measured(lambda _: None)

    assert 0 < at_once.open_files < at_once.open_files_limit
    assert resident_bytes() > 10_000_000
