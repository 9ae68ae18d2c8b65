"""The page's facts: what heads it, what it promises, and when it stops being sure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.core.advice import NoAdviceError, advice_for
from monitor.core.compose import PageState, page, state_of, worst
from monitor.core.freshness import stale_after_s
from monitor.core.way import way
from monitor.model import FaultDomain, Health, IncidentState, Level, Mode, Sight
from tests.unit.wording.small_world import (
    NEUTRAL,
    NOW,
    ONSET,
    UPSTREAM_DOWN,
    incident,
    judgement,
    picture,
    resolved,
    verdict,
    world,
)

WORLD = world()
OURS = verdict(service="panel", domain=FaultDomain.PLATFORM, party="boghrat", operations=("login",))


def composed(*incidents, now=NOW, **changes):
    return page(WORLD, picture(*incidents, **changes), now=now)


def test_when_nothing_is_wrong_the_page_is_calm():
    model = composed(recent=(resolved(),))
    assert model.state is PageState.FINE
    assert (model.head, model.advice, model.promise) == (None, None, None)
    assert model.since == resolved().recovered_at
    assert [s.state for s in model.services] == [PageState.FINE] * 3
    assert [stop.state for stop in way(WORLD, model)] == [PageState.FINE, PageState.FINE]


def test_an_upstream_outage_heads_the_page_with_advice_and_promise():
    model = composed(incident())
    assert model.state is PageState.OUTAGE
    assert model.since == ONSET
    assert model.advice == UPSTREAM_DOWN
    assert model.platform_fine
    assert model.promise.left_s == 720
    assert model.promise.share == pytest.approx(0.6)
    assert not model.promise.missed
    assert {s.service: s.state for s in model.services} == {
        "tamin": PageState.OUTAGE,
        "ihio": PageState.FINE,
        "panel": PageState.FINE,
    }
    ours, theirs = way(WORLD, model)
    assert ours.state is PageState.FINE
    assert (theirs.service, theirs.state, theirs.cut) == ("tamin", PageState.OUTAGE, False)


def test_a_symptom_marks_nobody_on_the_way():
    _, theirs = way(WORLD, composed(incident(verdict(level=Level.SYMPTOM))))
    assert (theirs.state, theirs.cut) == (PageState.BLIND, True)


def test_a_symptom_of_another_service_marks_nobody_either():
    own = incident(OURS, ref=1)
    other = incident(verdict(level=Level.SYMPTOM), ref=2)
    _, theirs = way(WORLD, composed(own, other))
    assert (theirs.state, theirs.cut) == (PageState.BLIND, True)


def test_a_relay_bug_is_marked_at_our_panel():
    relay = verdict(domain=FaultDomain.PLATFORM, party="boghrat")
    model = composed(incident(relay), judgement=judgement())
    ours, theirs = way(WORLD, model)
    assert model.state is PageState.OURS
    assert ours.state is PageState.OURS
    assert theirs.state is PageState.FINE


def test_our_own_fault_heads_the_page_before_a_larger_one_of_others():
    model = composed(incident(), incident(OURS, ref=1248))
    assert model.head.ref == 1248
    assert [i.ref for i in model.also] == [1247]


def test_what_still_stands_heads_the_page_before_what_recovers():
    model = composed(incident(OURS, ref=1, state=IncidentState.RECOVERING), incident(ref=2))
    assert model.head.ref == 2


def test_an_operators_incident_is_not_shown():
    model = composed(incident(public=False), judgement=judgement())
    assert model.state is PageState.FINE
    assert model.open == ()


def test_when_nobody_sees_everything_is_unknown():
    model = composed(incident(), judgement=judgement(verdict(), sighted=False))
    assert model.state is PageState.BLIND
    assert model.head is None
    assert all(s is PageState.BLIND for line in model.services for _, s in line.operations)
    assert model.advice == NEUTRAL
    assert model.promise is not None  # a promise once given is still shown
    assert [i.ref for i in model.also] == [1247]


def test_when_our_monitor_is_ill_everything_is_unknown():
    ill = verdict(service=None, domain=FaultDomain.MONITOR, party=None, operations=())
    assert composed(judgement=judgement(ill)).state is PageState.BLIND


@pytest.mark.parametrize(("age_s", "state"), [(180, PageState.FINE), (181, PageState.BLIND)])
def test_a_picture_older_than_three_intervals_is_not_believed(age_s, state):
    seen = NOW - timedelta(seconds=age_s)
    model = composed(judgement=judgement(last_look_at=seen))
    assert model.state is state
    assert (Sight.SEES in model.vantages.values()) == (state is PageState.FINE)


def test_a_step_of_the_wall_clock_neither_ages_nor_freshens_a_picture():
    seen = picture()
    for step in (timedelta(hours=1), -timedelta(days=365)):
        soon = page(WORLD, seen, now=NOW + step, now_mono_s=1005.0)
        assert soon.state is PageState.FINE
        assert soon.last_look_age_s == 35.0
        late = page(WORLD, seen, now=NOW + step, now_mono_s=1200.0)
        assert late.state is PageState.BLIND


def test_fast_checks_still_leave_thirty_seconds():
    fast = {c.id: replace(c, every_s=5.0) for c in WORLD.checks.values()}
    assert stale_after_s(replace(WORLD, checks=fast)) == 30.0
    slow_reference = fast | {"ref.home.a": WORLD.checks["ref.home.a"]}
    assert stale_after_s(replace(WORLD, checks=slow_reference)) == 30.0


def test_before_the_first_look_we_do_not_know():
    assert composed(judgement=judgement(last_look_at=None)).state is PageState.BLIND


def test_signs_nobody_has_confirmed_yet_are_not_called_fine():
    model = composed(judgement=judgement(verdict()))
    assert model.state is PageState.PARTIAL
    assert model.troubled == ("tamin",)
    assert model.advice == NEUTRAL


def test_one_unseen_service_is_unknown_and_the_rest_keeps_its_state():
    health = judgement().operations | {
        ("ihio", o): Health.BLIND for o in ("entitlement", "register", "fetch")
    }
    model = composed(judgement=judgement(operations=health))
    assert model.state is PageState.BLIND
    assert model.troubled == ("ihio",)
    assert model.services[0].state is PageState.FINE


def test_a_missed_promise_shows_itself_after_the_grace():
    at = incident().next_update_at
    assert not composed(
        incident(), now=at + timedelta(seconds=60), judgement=fresh(at, 60)
    ).promise.missed
    late = composed(incident(), now=at + timedelta(seconds=61), judgement=fresh(at, 61)).promise
    assert late.missed
    assert late.share == 1.0


def fresh(at, after_s):
    return judgement(verdict(), last_look_at=at + timedelta(seconds=after_s))


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"state": IncidentState.RECOVERING}, PageState.BACK),
        ({"state": IncidentState.UNSTABLE}, PageState.SHAKY),
        ({"verdict": verdict(mode=Mode.SLOW)}, PageState.SLOW),
        ({"verdict": verdict(mode=Mode.PARTIAL)}, PageState.PARTIAL),
        ({"verdict": verdict(domain=FaultDomain.MAINTENANCE)}, PageState.WORKS),
        ({"verdict": verdict(domain=FaultDomain.MONITOR)}, PageState.BLIND),
        ({"verdict": verdict(domain=FaultDomain.PLATFORM)}, PageState.OURS),
        ({"verdict": verdict(domain=FaultDomain.PLATFORM, level=Level.SYMPTOM)}, PageState.OUTAGE),
    ],
)
def test_each_incident_gives_the_page_its_state(changes, state):
    assert state_of(incident(**changes)) is state


def test_down_in_part_is_not_down():
    assert worst([PageState.OUTAGE, PageState.FINE]) is PageState.PARTIAL
    assert worst([PageState.OUTAGE, PageState.OUTAGE]) is PageState.OUTAGE
    assert worst([]) is PageState.BLIND


def test_advice_is_the_first_that_holds_and_is_meant():
    assert advice_for(WORLD, verdict(), date(2026, 11, 22)) is UPSTREAM_DOWN
    assert advice_for(WORLD, OURS, date(2026, 11, 22)) is NEUTRAL


def test_expired_and_not_yet_approved_advice_gives_way_to_the_neutral_one():
    assert advice_for(WORLD, verdict(), date(2099, 1, 1)) is UPSTREAM_DOWN
    assert advice_for(WORLD, verdict(), date(2099, 1, 2)) is NEUTRAL
    assert advice_for(WORLD, verdict(), date(2025, 12, 31)) is NEUTRAL


def test_advice_for_one_service_is_not_given_for_another():
    only = replace(UPSTREAM_DOWN, id="only", services=("ihio",))
    chosen = advice_for(replace(WORLD, advice=(only, NEUTRAL)), verdict(), date(2026, 11, 22))
    assert chosen is NEUTRAL


def test_without_a_neutral_advice_there_is_an_error():
    with pytest.raises(NoAdviceError):
        advice_for(replace(WORLD, advice=()), verdict(), date(2026, 11, 22))


def test_the_page_replaces_an_expired_advice_of_an_incident():
    now = datetime(2099, 1, 5, tzinfo=UTC)
    seen = judgement(verdict(), last_look_at=now)
    assert composed(incident(), now=now, judgement=seen).advice == NEUTRAL
