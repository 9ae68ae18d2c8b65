"""Looks that came late judge again what was closed without them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.attribution.judge import Judge
from monitor.core.hindsight import LONGEST_S, Again, revised, said_then, time_of, to_look_at
from monitor.core.incident import begin
from monitor.model import (
    EntryKind,
    EvidenceClass,
    Failure,
    FaultDomain,
    IncidentState,
    Instant,
    Level,
    Notice,
    NoticeKind,
    Surroundings,
)
from tests.support.demo import demo_settings
from tests.support.engines import QuietEngine
from tests.support.looks import START, Stage, at_targets

AGENT = "mashhad-irancell"
ALONE = ("tehran-mci", AGENT)  # the vantages of this world that are at home


class Collecting(Stage):
    """Keeps every look that was made."""

    def __init__(self, world):
        super().__init__(world)
        self.made = []

    def look(self, check, vantage, at_s):
        look = super().look(check, vantage, at_s)
        self.made.append(look)
        return look


@pytest.fixture(scope="module")
def world():
    world = demo_settings().world
    checks = {
        c.id: replace(c, vantages=tuple(v for v in c.vantages if v in ALONE))
        for c in world.checks.values()
    }
    return replace(world, checks=checks)


def outage(world, how):
    stage = Collecting(world)
    stage.pass_time(120)
    stage.broken = how
    stage.pass_time(120)
    stage.broken = at_targets("none", Failure.HTTP_5XX)
    stage.pass_time(60)
    return stage.made


def closed(world, looks):
    """What the core made of it without the agent's looks: an incident that is over."""
    stage = Stage(world)
    memory = stage.engine.start(Instant(START, 0.0))
    verdicts = []
    for tick in range(60):
        now = Instant(START + timedelta(seconds=5 * (tick + 1)), 5.0 * (tick + 1))
        arrived = [o for o in looks if 5 * tick < o.started_mono_s + o.duration_s <= now.mono_s]
        memory, judgement = stage.engine.step(memory, arrived, now=now, own=stage.own)
        verdicts += [v for v in judgement.verdicts if v.service == "tamin"]
    incident = begin(verdicts[-1], 1001, now=Instant(START + timedelta(seconds=125), 125.0))
    return replace(
        incident,
        state=IncidentState.RESOLVED,
        resolved_at=START + timedelta(seconds=250),
        recovered_at=START + timedelta(seconds=240),
    )


def again(world, looks, incident):
    stretch, tick = to_look_at(incident), timedelta(seconds=world.rules.tick_s)
    hindsight, now_at = Again(Judge(world), stretch.since), stretch.since
    while now_at < stretch.until:
        begun = [o for o in looks if now_at <= o.started_at < now_at + tick]
        now_at += tick
        hindsight.tick(begun, now_at)
    found = hindsight.found.get("tamin")
    return revised(incident, found, Instant(START + timedelta(hours=1), 9.0))


def late(looks):
    return [
        replace(o, late=True, received_at=START + timedelta(minutes=30), started_mono_s=-1.0)
        if o.vantage == AGENT
        else o
        for o in looks
    ]


def test_a_second_witness_that_came_late_names_the_insurer_as_a_revision(world):
    looks = outage(world, at_targets("tamin.", Failure.HTTP_5XX))
    incident = closed(world, [o for o in looks if o.vantage != AGENT])
    assert (incident.verdict.domain, incident.verdict.party) == (FaultDomain.UNDETERMINED, None)

    changed = again(world, late(looks), incident)

    assert (changed.verdict.party, changed.verdict.level) == ("tamin", Level.NAMED)
    assert changed.state is IncidentState.RESOLVED
    assert changed.story[:-1] == incident.story
    assert changed.story[-1].kind is EntryKind.LATE
    assert changed.story[-1].at == START + timedelta(hours=1)


def test_without_new_evidence_hindsight_has_nothing_to_say(world):
    looks = [o for o in outage(world, at_targets("tamin.", Failure.HTTP_5XX)) if o.vantage != AGENT]

    assert again(world, looks, closed(world, looks)) is None


def test_an_insurer_that_was_named_is_cleared_when_the_late_looks_disagree(world):
    looks = outage(world, at_targets("tamin.", Failure.HTTP_5XX))
    named = again(world, late(looks), closed(world, [o for o in looks if o.vantage != AGENT]))
    assert named.verdict.party == "tamin"
    fine_there = outage(world, at_targets("tamin.", Failure.HTTP_5XX, only_from=("tehran-mci",)))

    changed = again(world, late(fine_there), named)

    assert changed.verdict.party is None
    assert changed.verdict.level is Level.SYMPTOM


def test_a_name_that_fell_after_what_is_judged_again_is_not_taken_back(world):
    looks = outage(world, at_targets("tamin.", Failure.HTTP_5XX))
    named = again(world, late(looks), closed(world, [o for o in looks if o.vantage != AGENT]))
    fine_there = outage(world, at_targets("tamin.", Failure.HTTP_5XX, only_from=("tehran-mci",)))
    end_at = named.onset_at + timedelta(seconds=LONGEST_S + 60)

    assert again(world, late(fine_there), replace(named, recovered_at=end_at)) is None


def test_a_name_that_real_traffic_spoke_for_is_not_taken_back_without_it(world):
    looks = outage(world, at_targets("tamin.", Failure.HTTP_5XX))
    named = again(world, late(looks), closed(world, [o for o in looks if o.vantage != AGENT]))
    fine_there = outage(world, at_targets("tamin.", Failure.HTTP_5XX, only_from=("tehran-mci",)))
    calls = replace(named.verdict.grounds[0], evidence=EvidenceClass.REAL_TRAFFIC)
    cases = [(replace(calls, supports=True), None), (replace(calls, supports=False), "revised")]

    for ground, outcome in cases:
        verdict = replace(named.verdict, grounds=(*named.verdict.grounds, ground))
        changed = again(world, late(fine_there), replace(named, verdict=verdict))
        assert (changed is None) is (outcome is None), ground


def test_the_engine_hears_again_what_others_said_then(world):
    engine = QuietEngine(world)
    said = Surroundings((Notice("a:1", "a", NoticeKind.STATUS, START, START, START, "tamin"),))
    hindsight = Again(engine, START)
    hindsight.tick((), START + timedelta(seconds=5), said)
    hindsight.tick((), START + timedelta(seconds=10))

    assert engine.heard == [((), said), ((), Surroundings())]


def test_only_what_was_said_by_then_and_held_then_is_heard_again():
    def notice(name, from_s, to_s, seen_s, says=""):
        moments = (START + timedelta(seconds=s) for s in (from_s, to_s, seen_s))
        return Notice(name, "a", NoticeKind.MAINTENANCE, *moments, "tamin", says=says)

    holds = notice("holds", 0, 100, 20)
    others = [
        notice("over", 0, 50, 0),
        notice("not begun", 60, 100, 0),
        notice("not known yet", 0, 100, 60),
        notice("called off", 0, 100, 0, "cancelled"),
    ]

    said = said_then([*others, holds], START + timedelta(seconds=50))
    assert said == Surroundings((holds,))


def test_an_open_incident_is_left_to_the_engine_that_judges_now(world):
    looks = outage(world, at_targets("tamin.", Failure.HTTP_5XX))
    incident = closed(world, [o for o in looks if o.vantage != AGENT])

    assert again(world, late(looks), replace(incident, state=IncidentState.CONFIRMED)) is None


def test_only_late_looks_that_count_teach_about_the_past(world):
    looks = outage(world, at_targets("tamin.", Failure.HTTP_5XX))

    assert time_of(looks) is None
    learnt = time_of(late(looks))
    assert learnt.since < learnt.until
