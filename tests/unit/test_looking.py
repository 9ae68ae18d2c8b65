"""A look always ends in one observation; what was our own fault says so."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from monitor.looking import Looker
from monitor.model import Failure, Phase, SelfHealth, Sighting, UnderWay, Void
from monitor.simulation.clock import SeededIds, VirtualClock
from monitor.simulation.loop import run
from probes.spec import HttpSpec, StepSpec, ToldSpec, TransactionSpec
from tests.support.demo import demo_settings

FINE = Sighting(Phase.DONE)


class Watch:
    def __init__(self, health: SelfHealth | None = None) -> None:
        self.health = health or SelfHealth()

    def worst_since(self, mono_s: float) -> SelfHealth:
        del mono_s
        return self.health


class Probe:
    def __init__(self, sighting: Sighting | Exception = FINE, takes_s: float = 0.1) -> None:
        self.sighting = sighting
        self.takes_s = takes_s

    async def look(self, check, vantage, look_id):
        del check, vantage, look_id
        await asyncio.sleep(self.takes_s)
        if isinstance(self.sighting, Exception):
            raise self.sighting
        return self.sighting


def looked(probe: Probe, watch: Watch | None = None):
    world = demo_settings().world
    check = world.checks["panel-front"]

    async def main():
        seen = []
        looker = Looker(
            probes={"http": probe},
            clock=VirtualClock(),
            ids=SeededIds(1),
            watch=watch or Watch(),
            seen=seen.append,
            checks=world.checks,
            rules=world.rules,
        )
        await looker.look(check, world.vantages["tehran-mci"])
        return seen

    (observation,) = run(main())
    return observation


def test_a_good_look_counts():
    look = looked(Probe())

    assert look.ok
    assert not look.slow
    assert (look.check, look.target, look.vantage) == ("panel-front", "panel.front", "tehran-mci")
    assert look.duration_s == pytest.approx(0.1)


def test_a_right_answer_that_is_late_is_slow_and_a_failure_is_never_slow():
    assert looked(Probe(takes_s=2.0)).slow
    late = looked(Probe(Sighting(Phase.EXPECT, Failure.HTTP_5XX), takes_s=2.0))
    assert (late.slow, late.failed) == (False, True)


@pytest.mark.parametrize(
    ("failure", "void"),
    [
        (Failure.NO_SOURCE_ADDRESS, Void.SOURCE_ADDRESS),
        (Failure.OUT_OF_FILES, Void.OUT_OF_FILES),
        (Failure.OUT_OF_RESOURCES, Void.OUT_OF_RESOURCES),
    ],
)
def test_a_failure_of_our_own_machine_says_nothing_about_the_target(failure, void):
    look = looked(Probe(Sighting(Phase.START, failure)))

    assert (look.void, look.failed, look.ok) == (void, False, False)


@pytest.mark.parametrize(
    ("health", "void"),
    [
        (SelfHealth(lag_s=0.7), None),
        (SelfHealth(lag_s=0.8), Void.LOOP_LAG),
        (SelfHealth(clock_step_s=-30.0), Void.CLOCK_STEP),
        (SelfHealth(clock_step_s=0.6), None),
        (SelfHealth(paused_s=3.0, lag_s=3.0), Void.PAUSED),
        (SelfHealth(starved=0.6), Void.CPU_STARVED),
        (SelfHealth(memory=0.97), Void.MEMORY_PRESSURE),
        (SelfHealth(clock_error_s=9.0), Void.CLOCK_UNSURE),
    ],
)
def test_a_stalled_loop_or_a_stepped_clock_voids_the_look(health, void):
    timed_out = Probe(Sighting(Phase.WAIT, Failure.WAIT_TIMEOUT))

    assert looked(timed_out, Watch(health)).void is void


def test_a_probe_that_raises_is_our_bug_and_not_the_targets(capsys):
    look = looked(Probe(ValueError("secret-text-of-the-answer")))

    assert look.void is Void.BROKEN_PROBE
    out = "".join(capsys.readouterr())
    assert "probe_broken" in out
    assert "secret-text" not in out


def test_a_probe_that_forgets_its_deadline_is_stopped_half_a_second_later():
    look = looked(Probe(takes_s=1e6))

    assert look.void is Void.BROKEN_PROBE
    assert look.duration_s <= 3.5 + 0.01


def test_missed_turns_become_one_record_over_the_whole_stretch():
    world = demo_settings().world
    check = replace(world.checks["panel-front"], every_s=30.0)

    async def main():
        seen = []
        looker = Looker(
            probes={},
            clock=VirtualClock(),
            ids=SeededIds(1),
            watch=Watch(),
            seen=seen.append,
            checks=world.checks,
            rules=world.rules,
        )
        await asyncio.sleep(1000)
        looker.missed(check, world.vantages["tehran-mci"], 4)
        return seen

    (observation,) = run(main())
    assert observation.void is Void.MISSED
    assert observation.duration_s == 120.0
    assert observation.started_mono_s == 880.0


def looker_of(world, probe, seen):
    return Looker(
        probes={"http": probe, "transaction": probe},
        clock=VirtualClock(),
        ids=SeededIds(1),
        watch=Watch(),
        seen=seen,
        checks=world.checks,
        rules=world.rules,
    )


def test_a_look_is_under_way_from_its_begin_to_its_answer():
    world = demo_settings().world
    check = world.checks["panel-front"]
    early, late = (world.vantages[v] for v in ("tehran-mci", "tehran-shatel"))

    async def main():
        seen = []
        looker = looker_of(world, Probe(takes_s=1.0), seen.append)
        first = asyncio.create_task(looker.look(check, early))
        await asyncio.sleep(0.6)
        second = asyncio.create_task(looker.look(check, late))
        await asyncio.sleep(0.1)
        both = looker.under_way()
        await first
        one = looker.under_way()
        await second
        return both, one, looker.under_way(), len(seen)

    first = UnderWay(early.id, check.id, 0.0)
    second = UnderWay(late.id, check.id, pytest.approx(0.6))
    assert run(main()) == ((first, second), (second,), (), 2)


def test_a_transaction_is_under_way_for_each_check_it_tells():
    world = demo_settings().world
    request = HttpSpec("https://a.example/")
    steps = (StepSpec("one", "tamin-front", request), StepSpec("two", "panel-front", request))
    chain = replace(world.checks["tamin-front"], spec=TransactionSpec(steps))
    told = replace(world.checks["panel-front"], spec=ToldSpec(chain.id))
    world = replace(world, checks={**world.checks, chain.id: chain, told.id: told})

    async def main():
        looker = looker_of(world, Probe(takes_s=1.0), lambda _look: None)
        look = asyncio.create_task(looker.look(chain, world.vantages["tehran-mci"]))
        await asyncio.sleep(0.5)
        found = looker.under_way()
        await look
        return found

    assert run(main()) == (
        UnderWay("tehran-mci", "tamin-front", 0.0),
        UnderWay("tehran-mci", "panel-front", 0.0),
    )


@pytest.mark.parametrize("how", ["broken", "cancelled"])
def test_a_look_that_is_given_up_is_not_under_way_for_ever(how):
    world = demo_settings().world
    probe = Probe(ValueError("broken") if how == "broken" else FINE)

    async def main():
        looker = looker_of(world, probe, lambda _look: None)
        look = asyncio.create_task(
            looker.look(world.checks["panel-front"], world.vantages["tehran-mci"])
        )
        await asyncio.sleep(0.05)
        assert len(looker.under_way()) == 1
        if how == "cancelled":
            look.cancel()
        await asyncio.gather(look, return_exceptions=True)
        return looker.under_way()

    assert run(main()) == ()
