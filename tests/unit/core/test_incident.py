"""An incident from suspicion to resolution, and what never happens on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.follow import beginning, follow
from monitor.core.incident import TRANSITIONS, Signal, diagram, promised, resume
from monitor.model import (
    EffectKind,
    EntryKind,
    FaultDomain,
    Health,
    IncidentState,
    Level,
    Mode,
    Rules,
)
from monitor.resources import templates
from tests.support.incidents import START, instant, make_judgement, make_verdict

S = IncidentState
RULES = Rules(stable_s=60.0, symptom_after_s=120.0, unstable_stable_s=300.0)
SYMPTOM = make_verdict(
    domain=FaultDomain.UNDETERMINED, party=None, level=Level.SYMPTOM, confidence=0.5
)
DOUBT = make_verdict(
    domain=FaultDomain.UNDETERMINED, party=None, level=Level.SYMPTOM, confidence=0.5, firm=False
)


class Life:
    """Follows one subject through ticks of 5 s."""

    def __init__(self) -> None:
        self.open: dict = {}
        self.t_s = 0.0
        self.refs = 1001
        self.effects: list = []
        self.closed: list = []

    def tick(self, *verdicts, sighted=True, times=1, health=Health.FINE):
        for _ in range(times):
            self.t_s += 5.0
            judgement = make_judgement(self.t_s, *verdicts, sighted=sighted, health=health)
            refs = {}
            for verdict in beginning(self.open, judgement):
                refs[verdict.subject] = self.refs
                self.refs += 1
            followed = follow(self.open, judgement, refs, RULES)
            self.open = dict(followed.open)
            self.effects += followed.effects
            self.closed += [i for i in followed.changed if i.state.closed]
        return self.open.get("tamin")

    def told(self):
        return [e.kind for e in self.effects]


@pytest.fixture
def life():
    return Life()


def kinds(incident):
    return [entry.kind for entry in incident.story]


def test_the_table_has_an_answer_to_every_signal_in_every_open_state():
    for state in S:
        for signal in Signal:
            assert ((state, signal) in TRANSITIONS) == (not state.closed)


def test_a_named_verdict_confirms_publishes_promises_and_tells_once(life):
    life.tick(DOUBT)
    incident = life.tick(make_verdict(), times=20)

    assert incident.state is S.CONFIRMED
    assert incident.public
    assert incident.onset_at == START
    assert incident.next_update_at == promised(instant(10).at, RULES.promise_s)
    assert life.told() == [EffectKind.TELL_OPEN]


def test_a_suspicion_is_nobodys_business_and_a_short_one_is_dismissed(life):
    incident = life.tick(DOUBT, times=3)
    assert (incident.state, incident.public, life.told()) == (S.SUSPECTED, False, [])

    assert life.tick() is None
    assert life.closed[0].state is S.DISMISSED


def test_a_symptom_that_lasts_is_told_as_a_symptom(life):
    incident = life.tick(SYMPTOM, times=23)
    assert incident.state is S.SUSPECTED

    incident = life.tick(SYMPTOM, times=2)
    assert (incident.state, incident.public) == (S.CONFIRMED, True)
    assert life.told() == [EffectKind.TELL_OPEN]


def test_probably_is_shown_at_once_but_told_only_when_named(life):
    probably = make_verdict(level=Level.PROBABLY, firm=False)
    incident = life.tick(probably, times=2)
    assert (incident.state, incident.public, life.told()) == (S.CONFIRMED, True, [])

    incident = life.tick(make_verdict())
    assert life.told() == [EffectKind.TELL_OPEN]
    assert kinds(incident) == [EntryKind.ONSET, EntryKind.CONFIRMED, EntryKind.REVISED]


def test_it_resolves_only_after_staying_good_and_tells_those_it_told(life):
    life.tick(make_verdict())
    incident = life.tick()
    assert incident.state is S.RECOVERING

    life.tick(times=11)
    assert life.open["tamin"].state is S.RECOVERING
    assert life.tick() is None
    closed = life.closed[0]
    assert closed.state is S.RESOLVED
    assert closed.recovered_at == instant(10).at
    assert life.told()[1:] == [EffectKind.CANCEL_OPEN, EffectKind.TELL_RESOLVED]


def test_blindness_never_resolves_anything(life):
    life.tick(make_verdict())
    incident = life.tick(sighted=False, times=500)

    assert incident.state is S.CONFIRMED
    assert EffectKind.TELL_RESOLVED not in life.told()


def test_a_service_we_cannot_see_is_blind_even_while_others_are_seen(life):
    life.tick(make_verdict())
    incident = life.tick(health=Health.BLIND, times=100)

    assert incident.state is S.CONFIRMED


def test_flapping_keeps_one_incident_open_as_unstable_and_tells_nothing_more(life):
    for _ in range(6):
        life.tick(make_verdict(), times=3)
        incident = life.tick(times=3)

    assert incident.state is S.UNSTABLE
    assert life.told() == [EffectKind.TELL_OPEN]
    assert life.refs == 1002

    life.tick(times=70)
    assert life.closed[0].state is S.RESOLVED


def test_a_changed_claim_is_a_revision_that_stays_readable(life):
    life.tick(make_verdict())
    life.tick(make_verdict(), times=5)
    network = make_verdict(domain=FaultDomain.SHARED, party=None, level=Level.SYMPTOM)
    incident = life.tick(network)

    assert kinds(incident)[-1] is EntryKind.REVISED
    assert incident.story[1].verdict.party == "tamin"
    assert incident.verdict.party is None


def test_a_passing_doubt_does_not_rewrite_what_was_found(life):
    life.tick(make_verdict())
    incident = life.tick(DOUBT, times=3)

    assert incident.verdict.party == "tamin"
    assert EntryKind.REVISED not in kinds(incident)


def test_operations_that_come_and_go_are_not_news_every_tick(life):
    life.tick(make_verdict())
    for i in range(40):
        operations = ("register",) if i % 2 else ("register", "fetch")
        incident = life.tick(make_verdict(operations=operations, mode=Mode.PARTIAL))

    assert kinds(incident).count(EntryKind.REVISED) <= 200 / 15 + 1


def test_a_kept_promise_is_an_update_and_a_new_promise(life):
    life.tick(make_verdict(), times=425)
    incident = life.open["tamin"]

    assert (incident.promises_kept, incident.promises_missed) == (1, 0)
    assert EntryKind.STILL in kinds(incident)
    assert incident.next_update_at > instant(life.t_s).at


def test_a_promise_missed_because_we_were_gone_shows_itself(life):
    incident = life.tick(make_verdict())
    life.t_s += 7200
    life.open = {"tamin": resume(incident, now=instant(life.t_s))}
    incident = life.tick(make_verdict())

    assert (incident.promises_kept, incident.promises_missed) == (0, 1)
    assert kinds(incident)[-1] is EntryKind.PROMISE_MISSED


def test_our_own_trouble_is_never_public_and_never_told(life):
    ours = make_verdict(
        service=None, domain=FaultDomain.MONITOR, party=None, level=Level.SYMPTOM, operations=()
    )
    life.tick(ours, sighted=False, times=300)

    (incident,) = life.open.values()
    assert (incident.state, incident.public) == (S.CONFIRMED, False)
    assert life.told() == []


def test_our_credentials_are_the_operators_business_until_it_is_more(life):
    ours = make_verdict(domain=FaultDomain.CREDENTIALS, party=None, level=Level.SYMPTOM)
    incident = life.tick(ours, times=100, health=Health.BLIND)
    assert (incident.public, life.told()) == (False, [])

    incident = life.tick(make_verdict())
    assert incident.public
    assert life.told() == [EffectKind.TELL_OPEN]


@pytest.mark.parametrize("minute", range(0, 60, 7))
def test_a_promise_falls_on_a_round_clock_time_and_is_never_early(minute):
    at = START.replace(minute=minute, second=31, microsecond=5)
    due = promised(at, 1800)

    assert due.minute % 5 == 0
    assert due.second == 0
    assert timedelta(minutes=30) <= due - at < timedelta(minutes=35)


def test_the_diagram_in_the_docs_is_the_table():
    page = (templates().parent / "docs" / "incidents.md").read_text(encoding="utf-8")

    assert diagram() in page


ticks = st.lists(
    st.sampled_from(["named", "probably", "symptom", "doubt", "clear", "blind"]), max_size=150
)


@given(ticks)
def test_no_run_of_ticks_tells_the_same_thing_twice(run):
    life = Life()
    verdicts = {
        "named": make_verdict(),
        "probably": make_verdict(level=Level.PROBABLY, firm=False),
        "symptom": SYMPTOM,
        "doubt": DOUBT,
    }
    for word in run:
        if word in verdicts:
            life.tick(verdicts[word])
        else:
            life.tick(sighted=word == "clear")
    for ref in range(1001, life.refs):
        told = [e.kind for e in life.effects if e.ref == ref]
        assert told in (
            [],
            [EffectKind.TELL_OPEN],
            [EffectKind.TELL_OPEN, EffectKind.CANCEL_OPEN, EffectKind.TELL_RESOLVED],
        )
    for incident in (*life.open.values(), *life.closed):
        if incident.public:
            assert any(e.kind is EntryKind.CONFIRMED for e in incident.story)
            assert incident.state.closed or incident.next_update_at is not None
        times = [e.at for e in incident.story]
        assert times == sorted(times)


@given(ticks)
def test_whatever_happened_a_healed_world_closes_everything(run):
    life = Life()
    for word in run:
        if word in ("clear", "blind"):
            life.tick(sighted=word == "clear")
        else:
            life.tick(make_verdict() if word == "named" else DOUBT)
    life.tick(times=70)

    assert life.open == {}
