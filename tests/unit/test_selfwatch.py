"""Our own health: a late loop, a stop, no processor, a stepped clock, files and memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from monitor import machine
from monitor.machine import Effort
from monitor.metrics import resident_bytes
from monitor.selfwatch import LoopWatch
from monitor.simulation.clock import VirtualClock
from monitor.simulation.loop import run

NONE = Effort(0.0, 0.0, 0.0)


@dataclass
class Quiet:
    """A machine that does what the test says."""

    now: Effort = NONE
    files: tuple[int, int] = (7, 1024)
    memory: float = 0.1
    error_s: float = 0.0
    grows: Effort = NONE  # with every reading

    def effort(self) -> Effort:
        self.now = Effort(
            self.now.ran_s + self.grows.ran_s,
            self.now.waited_s + self.grows.waited_s,
            self.now.slept_s + self.grows.slept_s,
        )
        return self.now

    def open_files(self):
        return self.files

    def memory_share(self):
        return self.memory

    def clock_error_s(self):
        return self.error_s


def measured(disturb, *, for_s: float = 10.0, system=None):
    async def main():
        clock = VirtualClock()
        system_ = system or Quiet()
        watch = LoopWatch(clock, system_)
        task = asyncio.create_task(watch.run())
        await asyncio.sleep(2)
        start_s = clock.monotonic()
        disturb(clock, system_)
        at_once = watch.worst_since(start_s)
        await asyncio.sleep(for_s)
        later = watch.worst_since(start_s)
        afterwards = watch.worst_since(clock.monotonic() - 1.0)
        task.cancel()
        return at_once, later, afterwards

    return run(main())


def nothing(clock, system):
    del clock, system


def late_by(seconds, *, ran_s=0.0, waited_s=0.0, slept_s=0.0):
    """The loop is late; meanwhile the system counted this."""

    def disturb(clock, system):
        del clock
        asyncio.get_running_loop()._virtual_s += seconds
        now = system.now
        system.now = Effort(now.ran_s + ran_s, now.waited_s + waited_s, now.slept_s + slept_s)

    return disturb


def test_a_healthy_loop_has_no_lag():
    at_once, later, _ = measured(nothing)

    assert at_once.lag_s < 0.2
    assert later.lag_s < 0.2
    assert (later.clock_step_s, later.paused_s, later.starved) == (0.0, 0.0, 0.0)


def test_a_stall_of_our_own_is_seen_at_once_even_before_the_watch_could_run():
    at_once, later, afterwards = measured(late_by(3.0, ran_s=3.0))

    for health in (at_once, later):
        assert health.lag_s == pytest.approx(3.0, abs=0.3)
        assert health.paused_s == 0.0
    assert afterwards.lag_s < 0.2


def test_a_stop_of_the_whole_process_is_no_stall_of_our_own():
    at_once, later, afterwards = measured(late_by(600.0))

    for health in (at_once, later):
        assert health.paused_s == pytest.approx(600.0, abs=0.5)
    assert afterwards.paused_s == 0.0


def test_a_machine_that_was_asleep_is_a_stop_though_no_beat_was_late():
    _, later, _ = measured(late_by(0.0, slept_s=3600.0))

    assert later.paused_s == pytest.approx(3600.0)


def test_waiting_for_a_processor_is_told_as_a_share_of_the_time():
    hungry = Quiet(grows=Effort(0.02, 0.15, 0.0))  # of each beat of 0.2 s
    _, later, _ = measured(nothing, system=hungry)

    assert later.starved == pytest.approx(0.75, abs=0.15)
    assert later.paused_s == 0.0


def test_a_late_beat_of_somebody_who_waited_for_a_processor_is_no_stop():
    at_once, later, _ = measured(late_by(4.0, waited_s=4.0))

    assert (at_once.paused_s, later.paused_s) == (0.0, 0.0)
    assert later.starved > 0.9


@pytest.mark.parametrize("by_s", [-3600.0, 3600.0, 2.0, -31_536_000.0])
def test_a_step_of_the_wall_clock_is_seen_with_its_size_and_direction(by_s):
    at_once, later, afterwards = measured(lambda clock, _: clock.step(by_s))

    assert at_once.clock_step_s == pytest.approx(by_s)
    assert later.clock_step_s == pytest.approx(by_s)
    assert afterwards.clock_step_s == 0.0


def test_memory_files_and_the_clocks_error_are_read_again_and_again():
    def worse(_clock, system):
        system.files, system.memory, system.error_s = (1000, 1024), 0.97, 8.0

    _, later, _ = measured(worse)

    assert (later.open_files, later.open_files_limit) == (1000, 1024)
    assert (later.memory, later.clock_error_s) == (0.97, 8.0)


@pytest.mark.parametrize(
    ("estimated_us", "status", "error_s"), [(2_000, 0, 0.002), (9_000_000, 0, 9.0), (9, 0x40, 0.0)]
)
def test_hours_without_a_time_server_are_no_error_of_the_clock(
    monkeypatch, estimated_us, status, error_s
):
    class Kernel:
        def adjtimex(self, pointer):
            timex = pointer._obj
            timex.maxerror, timex.esterror, timex.status = 8_000_000, estimated_us, status
            return 0

    monkeypatch.setattr(machine.ctypes, "CDLL", lambda *_, **__: Kernel())

    assert machine.clock_error_s() == pytest.approx(error_s)


def test_the_real_machine_gives_figures_that_can_be_true():
    files, limit = machine.open_files()
    before, after = machine.effort(), machine.effort()

    assert 0 < files < limit
    assert 0.0 < machine.memory_share() < 1.0
    assert machine.clock_error_s() >= 0.0
    assert 0.0 < before.ran_s <= after.ran_s
    assert before.waited_s <= after.waited_s
    assert resident_bytes() > 10_000_000
