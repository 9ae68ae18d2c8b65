"""The timetable: on the grid, one at a time, and unmoved by the wall clock."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from monitor.schedule import SETTLE_S, Calendar, MonotonicScheduler, phase
from monitor.simulation.clock import VirtualClock
from monitor.simulation.loop import run


async def keep(scheduler: MonotonicScheduler | Calendar, for_s: float) -> None:
    task = asyncio.create_task(scheduler.run())
    await asyncio.sleep(for_s)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def turns(interval_s: float, for_s: float, *, takes_s: float = 0.0, names: int = 1):
    async def main():
        clock = VirtualClock()
        scheduler = MonotonicScheduler(clock)
        begun: dict[str, list[float]] = {}
        missed: list[int] = []

        def turn(name):
            async def run_once():
                begun.setdefault(name, []).append(clock.monotonic())
                await clock.sleep(takes_s)

            return run_once

        for i in range(names):
            scheduler.every(f"check-{i}", interval_s, turn(f"check-{i}"), missed=missed.append)
        await keep(scheduler, for_s)
        return begun, missed

    return run(main())


@given(st.floats(1.0, 300.0), st.integers(1, 5))
def test_turns_never_drift_off_the_grid(interval_s, names):
    begun, missed = turns(interval_s, interval_s * 50, names=names)

    assert missed == []
    for name, times in begun.items():
        assert times[0] <= SETTLE_S
        grid_s = phase(name) * interval_s
        for t_s in times[1:]:
            off = (t_s - grid_s) % interval_s
            assert min(off, interval_s - off) < 1e-3
        gaps = [b - a for a, b in pairwise(times[1:])]
        assert all(abs(gap - interval_s) < 1e-3 for gap in gaps)
        assert times[1] - times[0] <= interval_s + 1e-3


def test_turns_of_many_names_are_spread_and_not_in_one_burst():
    begun, _ = turns(60.0, 130.0, names=200)
    second = sorted(times[1] for times in begun.values())

    busiest = max(sum(1 for t in second if s <= t < s + 1) for s in range(130))
    assert busiest <= 12


def test_a_start_with_very_many_names_is_no_burst_either():
    names, interval_s = 2000, 60.0
    begun, _ = turns(interval_s, interval_s, names=names)
    first = sorted(times[0] for times in begun.values())

    assert len(first) == names
    busiest = max(sum(1 for t in first if s <= t < s + 1) for s in range(60))
    assert busiest < names / SETTLE_S / 2


def test_a_look_that_outlasts_its_interval_is_never_doubled_and_the_loss_is_reported():
    begun, missed = turns(10.0, 200.0, takes_s=25.0)

    gaps = [b - a for a, b in pairwise(begun["check-0"])]
    assert min(gaps) >= 25.0
    assert sum(missed) >= 10


def test_after_a_standstill_there_is_one_run_and_the_rest_is_reported():
    async def main():
        clock = VirtualClock()
        scheduler = MonotonicScheduler(clock)
        begun: list[float] = []
        missed: list[int] = []

        async def look():
            begun.append(clock.monotonic())

        scheduler.every("look", 10.0, look, missed=missed.append)
        task = asyncio.create_task(scheduler.run())
        await asyncio.sleep(25)
        asyncio.get_running_loop()._virtual_s += 100.0  # the process was stopped
        before = len(begun)
        await asyncio.sleep(1)
        after_stop = len(begun) - before
        await asyncio.sleep(30)
        task.cancel()
        return after_stop, missed, begun

    after_stop, missed, begun = run(main())

    assert after_stop == 1
    assert sum(missed) in (9, 10)
    assert begun[-1] - begun[-2] == pytest.approx(10.0)


@pytest.mark.parametrize("step_s", [-3600, 3600, -31_536_000, 31_536_000])
def test_a_wall_clock_that_steps_moves_no_turn(step_s):
    async def main():
        clock = VirtualClock()
        scheduler = MonotonicScheduler(clock)
        begun: list[float] = []

        async def look():
            begun.append(clock.monotonic())

        scheduler.every("look", 10.0, look)
        asyncio.get_running_loop().call_later(55, clock.step, step_s)
        await keep(scheduler, 200)
        return begun

    begun = run(main())

    assert max(b - a for a, b in pairwise(begun)) <= 15.0


def test_a_turn_that_raises_is_logged_and_the_others_go_on(capsys):
    async def main():
        clock = VirtualClock()
        scheduler = MonotonicScheduler(clock)
        good: list[float] = []

        async def bad_turn():
            raise ValueError("a bug")

        async def good_turn():
            good.append(clock.monotonic())

        scheduler.every("bad", 10.0, bad_turn)
        scheduler.every("good", 10.0, good_turn)
        await keep(scheduler, 100)
        return good

    assert len(run(main())) >= 9
    assert "turn_failed" in "".join(capsys.readouterr())


def calendar_runs(steps: dict[float, float], for_s: float):
    async def main():
        clock = VirtualClock()
        calendar = Calendar(clock)
        ran = []

        async def job():
            ran.append(clock.utc())

        calendar.at("daily", CronTrigger(hour=3, minute=40, timezone="Asia/Tehran"), job)
        for at_s, by_s in steps.items():
            asyncio.get_running_loop().call_later(at_s, clock.step, by_s)
        await keep(calendar, for_s)
        return ran

    return run(main())


def test_a_calendar_job_runs_daily_at_its_local_time():
    ran = calendar_runs({}, 5 * 86_400)

    assert len(ran) == 5
    assert all((t + timedelta(hours=3, minutes=30)).strftime("%H:%M") == "03:40" for t in ran)


def test_a_calendar_is_not_blind_for_a_year_after_the_clock_steps_back_a_year():
    ran = calendar_runs({40_000: -31_536_000}, 3 * 86_400)

    assert len(ran) >= 3


def test_a_calendar_makes_no_burst_when_the_clock_steps_forward_a_year():
    ran = calendar_runs({40_000: 31_536_000}, 3 * 86_400)

    assert len(ran) <= 4
