"""The station looks at what it was given, takes a new configuration at once, and admits absence."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from monitor.agent.station import Station
from monitor.clock import SystemClock, SystemIds
from monitor.model import Phase, SelfHealth, Sighting, Void
from tests.unit.wording.small_world import world

FAR = "mashhad-irancell"
WITHIN_S = 20.0


class Probe:
    """Sees everything well, but for what it hangs on."""

    def __init__(self) -> None:
        self.hang = False
        self.hanging = 0

    async def look(self, check, vantage, look_id):
        del check, look_id
        assert vantage.id == FAR
        if self.hang:
            self.hanging += 1
            await asyncio.Event().wait()
        return Sighting(Phase.DONE)


class Well:
    def worst_since(self, mono_s):
        del mono_s
        return SelfHealth()


@pytest.fixture
def small():
    """A world in which everything is looked at often."""
    made = world()
    checks = {c.id: replace(c, every_s=0.1, timeout_s=60.0) for c in made.checks.values()}
    [others, *_] = checks
    checks[others] = replace(checks[others], vantages=("tehran-mci",))
    return replace(made, checks=checks)


@pytest.fixture
def seen():
    return []


@pytest.fixture
async def running(small, seen):
    probe = Probe()
    kinds = {check.spec.kind for check in small.checks.values()}
    station = Station(
        vantage=FAR,
        probes=dict.fromkeys(kinds, probe),
        clock=SystemClock(),
        ids=SystemIds(),
        watch=Well(),
        seen=seen.append,
        admit=lambda _: True,
    )
    station.probe = probe
    task = asyncio.create_task(station.run())
    yield station
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until(so):
    async with asyncio.timeout(WITHIN_S):
        while not so():
            await asyncio.sleep(0.01)


def own(world_):
    return {c.id for c in world_.checks.values() if FAR in c.vantages}


async def test_it_looks_at_all_of_its_vantage_and_at_nothing_else(running, small, seen):
    assert own(small) < set(small.checks)
    running.follow(small)
    await until(lambda: {look.check for look in seen} == own(small))

    assert {look.vantage for look in seen} == {FAR}


async def test_a_new_configuration_is_lived_by_although_old_looks_hang(running, small, seen):
    running.probe.hang = True
    running.follow(small)
    await until(lambda: running.probe.hanging)
    [first, *_] = sorted(own(small))
    running.probe.hang = False
    running.follow(replace(small, checks={first: small.checks[first]}))
    await until(lambda: seen)
    before = len(seen)
    await until(lambda: len(seen) > before + 3)

    assert {look.check for look in seen[before:]} == {first}


async def test_the_time_it_did_not_run_is_told_per_check(running, small, seen):
    slow = {c.id: replace(c, every_s=10.0) for c in small.checks.values()}
    running.follow(replace(small, checks=slow))
    running.absent(100.0)

    told = [look for look in seen if look.void is Void.MISSED]
    assert {look.check for look in told} == own(small)
    assert {look.duration_s for look in told} == {90.0}
