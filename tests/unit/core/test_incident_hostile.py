"""Incidents under liars, stepped clocks and stories that never settle."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.follow import beginning, follow
from monitor.core.incident import promised
from monitor.model import (
    EffectKind,
    EntryKind,
    FaultDomain,
    Health,
    IncidentState,
    Instant,
    Level,
    Rules,
)
from tests.support.incidents import START, make_judgement, make_verdict

S = IncidentState
RULES = Rules(stable_s=60.0, unstable_stable_s=300.0)
ONE_PATH = make_verdict(domain=FaultDomain.PATH, party=None, level=Level.SYMPTOM, confidence=0.8)
DAY = timedelta(days=1)


class Life:
    """Follows one subject through ticks of 5 s, under a wall clock that may be stepped."""

    def __init__(self) -> None:
        self.open: dict = {}
        self.t_s = 0.0
        self.step = timedelta()
        self.refs = 1001
        self.effects: list = []
        self.closed: list = []

    def at(self):
        return START + timedelta(seconds=self.t_s) + self.step

    def tick(self, *verdicts, times=1, sighted=True, health=Health.FINE):
        for _ in range(times):
            self.t_s += 5.0
            seen = make_judgement(self.t_s, *verdicts, sighted=sighted, health=health)
            judgement = replace(seen, now=Instant(self.at(), 1000.0 + self.t_s))
            begins = beginning(self.open, judgement)
            refs = {v.subject: self.refs + i for i, v in enumerate(begins)}
            self.refs += len(refs)
            followed = follow(self.open, judgement, refs, RULES)
            self.open = dict(followed.open)
            self.effects += followed.effects
            self.closed += [i for i in followed.changed if i.state.closed]
        return self.open.get("tamin")

    def told(self):
        return [e.kind for e in self.effects if e.kind is not EffectKind.WARN_OPERATORS]


@pytest.fixture
def life():
    return Life()


def revisions(incident):
    return [e for e in incident.story if e.kind is EntryKind.REVISED]


def test_one_network_that_never_arrives_does_not_keep_a_healed_outage_open(life):
    life.tick(ONE_PATH, times=20)
    life.tick(make_verdict(), times=20)
    life.tick(ONE_PATH, times=40)

    (closed,) = life.closed
    assert (closed.state, closed.public) == (S.RESOLVED, True)
    assert closed.verdict.domain is FaultDomain.UPSTREAM
    assert life.told() == [
        EffectKind.TELL_OPEN,
        EffectKind.CANCEL_OPEN,
        EffectKind.TELL_RESOLVED,
    ]


@pytest.mark.parametrize("inner", [FaultDomain.PATH, FaultDomain.CREDENTIALS])
def test_an_operators_matter_of_days_does_not_date_back_an_outage(life, inner):
    ours = make_verdict(domain=inner, party=None, level=Level.SYMPTOM, onset_at=START - 3 * DAY)
    life.tick(ours, times=20)
    incident = life.tick(make_verdict(onset_at=START + timedelta(seconds=100)))

    assert incident.public
    assert incident.onset_at == START + timedelta(seconds=100)


@pytest.mark.parametrize("step_s", [-31_536_000, -3600, 3600, 31_536_000])
def test_a_symptom_is_told_after_its_time_whatever_the_wall_clock_does(life, step_s):
    def symptom():  # attribution labels an onset by the present clock
        return make_verdict(
            domain=FaultDomain.UNDETERMINED,
            party=None,
            level=Level.SYMPTOM,
            onset_at=life.at() - timedelta(seconds=life.t_s),
        )

    for _ in range(5):
        life.tick(symptom())
    life.step = timedelta(seconds=step_s)
    for _ in range(10):
        life.tick(symptom())
    assert life.told() == []

    for _ in range(12):
        life.tick(symptom())
    assert life.told() == [EffectKind.TELL_OPEN]


@pytest.mark.parametrize("step_s", [-31_536_000, -3600, -1800, 1800, 31_536_000])
def test_under_a_stepped_clock_no_story_runs_backwards_and_no_promise_is_out_of_reach(life, step_s):
    life.tick(make_verdict(), times=3)
    life.step = timedelta(seconds=step_s)
    incident = life.tick(make_verdict(), times=3)

    assert incident.next_update_at <= promised(life.at(), RULES.promise_s)
    life.tick(times=20)
    (closed,) = life.closed
    assert closed.recovered_at >= closed.onset_at
    assert closed.resolved_at >= closed.onset_at
    times = [entry.at for entry in closed.story]
    assert times == sorted(times)


def test_an_onset_in_the_future_begins_now(life):
    incident = life.tick(make_verdict(onset_at=START + DAY))

    assert incident.onset_at <= life.at()


def test_a_verdict_that_swings_for_a_day_does_not_grow_its_story_without_end(life):
    shared = make_verdict(domain=FaultDomain.SHARED, party=None, level=Level.SYMPTOM)
    for _ in range(24 * 60 * 60 // 40):
        life.tick(make_verdict(), times=4)
        life.tick(shared, times=4)

    assert len(revisions(life.open["tamin"])) <= 2 * 48 + 30


def test_a_name_is_taken_back_at_once_even_where_claims_have_swung_before(life):
    shared = make_verdict(domain=FaultDomain.SHARED, party=None, level=Level.SYMPTOM)
    for _ in range(200):
        life.tick(make_verdict(), times=4)
        life.tick(shared, times=4)

        assert life.open["tamin"].verdict.level is Level.SYMPTOM


def test_years_of_an_operators_swinging_matter_do_not_slow_down_a_real_outage(life):
    doubts = make_verdict(domain=FaultDomain.CREDENTIALS, party=None, level=Level.SYMPTOM)
    for _ in range(50):
        life.tick(doubts, times=4)
        life.tick(ONE_PATH, times=2)
    incident = life.tick(make_verdict())

    assert incident.verdict.level is Level.NAMED
    assert life.told() == [EffectKind.TELL_OPEN]


def test_nothing_new_is_not_said_of_what_cannot_be_seen(life):
    life.tick(make_verdict(), times=3)
    incident = life.tick(health=Health.BLIND, times=460)

    kinds = [entry.kind for entry in incident.story]
    assert EntryKind.STILL not in kinds
    assert kinds[-1] is EntryKind.PROMISE_MISSED


def test_a_promise_overdue_when_it_closes_counts_as_missed(life):
    incident = life.tick(make_verdict(), times=3)
    life.tick(times=5)
    early = incident.next_update_at - START - timedelta(seconds=life.t_s + 20)
    life.open["tamin"] = replace(
        life.open["tamin"], next_update_at=incident.next_update_at - early - timedelta(hours=1)
    )
    life.open["tamin"] = replace(
        life.open["tamin"], clear_since=Instant(START, 0.0), state=S.RECOVERING
    )
    life.tick()

    (closed,) = life.closed
    assert (closed.promises_kept, closed.promises_missed) == (0, 1)


def test_an_unstable_service_is_told_even_if_it_never_fails_for_long(life):
    probably = make_verdict(level=Level.PROBABLY, firm=False)
    for _ in range(8):
        probably = replace(probably, onset_at=life.at())
        life.tick(probably, times=2)
        life.tick(times=2)

    assert life.open["tamin"].state is S.UNSTABLE
    assert life.told() == [EffectKind.TELL_OPEN]
