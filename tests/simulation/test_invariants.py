"""Each invariant of a simulated run can fail: it is shown the very thing it is there to find."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from monitor.core.attribution.judge import Judge
from monitor.core.incident import begin
from monitor.model import (
    Delivery,
    DeliveryState,
    FaultDomain,
    IncidentState,
    Level,
    MessageKind,
    Picture,
    SelfHealth,
)
from monitor.simulation.faults import Fault, Schedule
from monitor.simulation.invariants import NORMAL_AFTER_S, SETTLE_LIMIT, Invariants
from monitor.simulation.replay import ReplayedEngine
from monitor.simulation.run import simulate, simulated
from tests.support.demo import demo_settings
from tests.support.incidents import START, instant, make_judgement, make_verdict

T_S = 5000.0  # of `instant`; the monotonic clock shows 1000 s more
NOW_S = 1000.0 + T_S
TAMIN_BROKEN = Fault("tamin", "5xx", NOW_S - 100, NOW_S + 100)
OUR_LINE_CUT = Fault("line.tehran-shatel", "cut", NOW_S - 100, NOW_S + 100)
CLOCK_STEPPED = Fault("clock", "-3600", NOW_S - 50, NOW_S - 49)
DISK_FULL = Fault("disk", "full", 100.0, 220.0)


def watching(*faults: Fault) -> Invariants:
    clock = SimpleNamespace(monotonic=lambda: NOW_S)
    return Invariants(simulated(demo_settings().world), Schedule(faults), clock)


def picture(*verdicts, incidents=(), sighted=True) -> Picture:
    return Picture(make_judgement(T_S, *verdicts, sighted=sighted), incidents, ())


def an_incident(**changes):
    return replace(begin(make_verdict(onset_at=instant(T_S).at), 1001, now=instant(T_S)), **changes)


def accepted(**changes) -> Delivery:
    delivery = Delivery(
        key="k",
        incident=1001,
        kind=MessageKind.OPEN,
        recipient="dr-1",
        channel="sms",
        language="fa",
        body="b",
        segments=1,
        not_after=START,
        created_at=START,
        state=DeliveryState.ACCEPTED,
    )
    return replace(delivery, **changes)


@pytest.mark.parametrize("level", [Level.NAMED, Level.PROBABLY])
def test_blaming_an_upstream_is_found_where_only_our_line_was_cut(level):
    guilty, innocent = watching(TAMIN_BROKEN), watching(OUR_LINE_CUT)
    for each in (guilty, innocent):
        each.published(picture(make_verdict(level=level)))

    assert guilty.violations == []
    assert innocent.violations == ["6000 s: tamin blamed, and was not wrong"]
    assert innocent.named_at == {"tamin": [NOW_S]}


def test_a_message_is_found_that_was_sent_while_only_we_were_at_fault():
    symptom = make_verdict(domain=FaultDomain.UNDETERMINED, party=None, level=Level.SYMPTOM)
    guilty, innocent = watching(TAMIN_BROKEN), watching(OUR_LINE_CUT)
    for each in (guilty, innocent):
        each.published(picture(symptom, incidents=(an_incident(),)))
        each.settling([accepted()])

    assert guilty.violations == []
    assert innocent.violations == ["6000 s: people were told of tamin, and only we were at fault"]


def test_a_message_about_an_incident_nobody_saw_is_found():
    watch = watching(OUR_LINE_CUT)
    watch.settling([accepted(incident=4711)])

    assert watch.violations == ["6000 s: people were told of everything, and only we were at fault"]


def test_a_refused_message_tells_nobody_anything():
    watch = watching(OUR_LINE_CUT)
    watch.settling([accepted(state=DeliveryState.REJECTED)])

    assert watch.violations == []


def test_old_looks_shown_as_sight_are_found_unless_the_clock_stepped():
    old = make_judgement(T_S)
    shown = Picture(replace(old, last_look_at=instant(T_S - 200).at), (), ())
    steady, stepped = watching(OUR_LINE_CUT), watching(CLOCK_STEPPED)
    for each in (steady, stepped):
        each.published(shown)

    assert steady.violations == ["6000 s: shows looks 200 s old"]
    assert stepped.violations == []


def test_a_queue_longer_than_the_full_disk_explains_is_found():
    calm, full = watching(), watching(DISK_FULL)
    waiting = [object()] * 150
    for each in (calm, full):
        each.recording(waiting)

    assert calm.violations == ["6000 s: 150 looks had been waiting, 110 may"]
    assert full.violations == []


def test_too_many_outcomes_at_once_are_found():
    watch = watching(TAMIN_BROKEN)
    watch.settling([accepted(state=DeliveryState.UNKNOWN)] * (SETTLE_LIMIT + 1))

    assert watch.violations == ["6000 s: 61 outcomes had been waiting, 60 may"]


def test_a_verdict_that_outlives_the_last_fault_by_more_than_ten_minutes_is_found():
    symptom = make_verdict(party=None, level=Level.SYMPTOM)
    for since_s, found in ((NORMAL_AFTER_S - 1, 0), (NORMAL_AFTER_S + 1, 1)):
        watch = watching(Fault("tamin", "5xx", 10.0, NOW_S - since_s))
        watch.published(picture(symptom))
        assert len(watch.violations) == found, since_s


def test_blindness_or_an_open_incident_long_after_the_last_fault_is_found():
    long_ago = Fault("tamin", "5xx", 10.0, NOW_S - NORMAL_AFTER_S - 1)
    blind, left, flapping = watching(long_ago), watching(long_ago), watching(long_ago)
    blind.published(picture(sighted=False))
    left.published(picture(incidents=(an_incident(state=IncidentState.RECOVERING),)))
    flapping.published(picture(incidents=(an_incident(state=IncidentState.UNSTABLE),)))

    assert blind.violations == ["6000 s: not normal 601 s after the last fault: no sight"]
    assert left.violations == ["6000 s: not normal 601 s after the last fault: tamin"]
    assert flapping.violations == []


def test_another_fault_that_stands_puts_normality_off():
    long_ago = Fault("tamin", "5xx", 10.0, 20.0)
    watch = watching(long_ago, OUR_LINE_CUT)
    watch.published(picture(sighted=False))

    assert watch.violations == []


def test_a_story_that_goes_back_in_time_is_found_unless_the_clock_did():
    first = an_incident().story[0]
    story = (first, replace(first, at=first.at - timedelta(hours=1)))
    steady, stepped = watching(OUR_LINE_CUT), watching(CLOCK_STEPPED)
    for each in (steady, stepped):
        each.published(picture(incidents=(an_incident(story=story),)))

    assert steady.violations == ["6000 s: the story of 1001 goes back in time"]
    assert stepped.violations == []


class Moody(Judge):
    """Judges by its mood."""

    def step(self, memory, arrived, **how):
        memory, judgement = super().step(memory, arrived, **how)
        return memory, replace(judgement, sighted=random.random() < 0.5)


@pytest.mark.parametrize(("engine", "may_differ"), [(Judge, False), (Moody, True)])
def test_an_engine_that_judges_by_more_than_the_evidence_is_found(engine, may_differ):
    found: list[str] = []
    world = simulated(demo_settings().world)
    replayed = ReplayedEngine(world, engine, found.append)
    memory = replayed.start(instant(0.0))
    for tick in range(2000):
        memory, _ = replayed.step(memory, (), now=instant(5.0 * tick), own=SelfHealth())

    assert bool(found) is may_differ


class Hasty(Judge):
    """Names an upstream as soon as one vantage sees one look fail."""

    def __init__(self, world):
        super().__init__(world)
        self._service_of = {
            check.id: world.targets[check.target].service for check in world.checks.values()
        }

    def step(self, memory, arrived, **how):
        memory, judgement = super().step(memory, arrived, **how)
        services = sorted({self._service_of[look.check] for look in arrived if look.failed} & UPS)
        named = tuple(
            make_verdict(service=service, party=service, onset_at=how["now"].at)
            for service in services
        )
        return memory, replace(judgement, verdicts=named)


UPS = {"tamin", "ihio"}
SEED_WITH_A_CUT_LINE = 60


def test_a_hasty_engine_does_not_get_through_a_simulated_morning(tmp_path):
    honest = simulate(demo_settings(), tmp_path / "honest", days=0.08, seed=SEED_WITH_A_CUT_LINE)
    hasty = simulate(
        demo_settings(), tmp_path / "hasty", days=0.08, seed=SEED_WITH_A_CUT_LINE, engine=Hasty
    )

    assert any(kind.startswith("line.") for kind in honest.kinds)
    assert honest.violations == ()
    assert any("blamed, and was not wrong" in each for each in hasty.violations)
    assert any("only we were at fault" in each for each in hasty.violations)
