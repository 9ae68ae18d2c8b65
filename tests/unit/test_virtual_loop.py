"""Virtual time: fast, exact, and never stuck in silence."""

from __future__ import annotations

import asyncio

import pytest

from monitor.simulation import loop as loop_module
from monitor.simulation.loop import Stuck, run


def test_a_year_of_sleep_takes_no_time_and_wakes_exactly():
    async def main():
        woken = []
        for _ in range(365):
            await asyncio.sleep(86_400)
            woken.append(asyncio.get_running_loop().time())
        return woken

    woken = run(main())

    assert woken[-1] == pytest.approx(365 * 86_400, abs=0.01)


def test_timers_still_fire_beyond_the_194_days_where_a_finer_resolution_livelocks():
    async def main():
        await asyncio.sleep(2**24 + 5)
        async with asyncio.timeout(3):
            await asyncio.sleep(0.25)
        return True

    assert run(main())


def test_waiting_for_what_never_comes_is_an_error_and_not_a_hang():
    async def main():
        await asyncio.Event().wait()

    with pytest.raises(Stuck):
        run(main())


def test_a_task_that_only_yields_is_an_error_and_not_a_hang(monkeypatch):
    monkeypatch.setattr(loop_module, "SPIN_LIMIT", 1000)

    async def main():
        while True:
            await asyncio.sleep(0)

    with pytest.raises(Stuck):
        run(main())


def test_work_for_a_thread_runs_inline_and_its_error_reaches_the_caller():
    async def main():
        here = asyncio.get_running_loop()
        assert await here.run_in_executor(None, lambda a: a + 1, 41) == 42
        with pytest.raises(KeyError):
            await here.run_in_executor(None, {}.__getitem__, "gone")

    run(main())
