"""The filter: what is believed adds up, and depends on what was seen and on nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.inference.bayes import LATE_S, BayesReasoner
from monitor.core.inference.evidence import OUTCOMES, Evidence, Look, Notice, Outcome, Pending
from monitor.core.inference.filter import KEEP_SLOTS
from monitor.core.inference.finding import State
from monitor.model import NoticeKind
from monitor.scenarios.worlds import WORLDS

LAYOUT = WORLDS["five"]
REASONER = BayesReasoner(LAYOUT)
SOME = st.lists(
    st.tuples(
        st.sampled_from(LAYOUT.looks),
        st.floats(0.0, 59.0),
        st.sampled_from(OUTCOMES),
    ),
    max_size=40,
)


def looks(some) -> tuple[Look, ...]:
    return tuple(
        Look(vantage, target, begun_s, begun_s + 0.4, outcome, f"l{i}")
        for i, ((vantage, target), begun_s, outcome) in enumerate(some)
    )


def upstream() -> str:
    return LAYOUT.upstreams[0]


def dead(begun_s: float, *, party: str, outcome: Outcome = Outcome.HTTP_5XX) -> tuple[Look, ...]:
    """One look of every pair: the party and the relays to it fail, all else is well."""
    found = []
    for i, (vantage, target) in enumerate(LAYOUT.looks):
        thing = LAYOUT.things[target]
        fails = party in (thing.party, thing.upstream)
        seen = outcome if fails else Outcome.OK
        found.append(Look(vantage, target, begun_s, begun_s + 0.4, seen, f"{begun_s}-{i}"))
    return tuple(found)


@settings(max_examples=40, deadline=None)
@given(SOME)
def test_whatever_is_seen_probabilities_are_probabilities(some):
    memory, finding = REASONER.step(REASONER.start(0.0), Evidence(looks(some)), 60.0)

    belief = memory.tracked.settled
    pairs = 0.0 if belief.pairs is None else belief.pairs.sum()
    assert belief.well + belief.singles.sum() + pairs == pytest.approx(1.0)
    assert belief.well >= 0.0
    assert (belief.singles >= 0.0).all()
    assert 0.0 <= finding.doubt <= 1.0
    assert all(0.0 <= p <= 1.0 + 1e-9 for _, p in finding.candidates)


@settings(max_examples=40, deadline=None)
@given(SOME, st.randoms(use_true_random=False))
def test_the_order_of_arrival_within_a_tick_changes_nothing(some, chance):
    before = REASONER.start(0.0)
    arrived = looks(some)
    shuffled = list(arrived)
    chance.shuffle(shuffled)

    assert REASONER.step(before, Evidence(arrived), 60.0) == REASONER.step(
        before, Evidence(tuple(shuffled)), 60.0
    )


def test_what_is_not_declared_from_the_future_too_late_or_here_already_is_set_aside_and_counted():
    memory, alone = REASONER.step(REASONER.start(0.0), Evidence(dead(58.0, party=upstream())), 60.0)
    known = dead(58.0, party=upstream())
    strange = (
        Look("nowhere", LAYOUT.looks[0][1], 58.0, 58.4, Outcome.HTTP_5XX, "a"),
        replace(known[0], id="b", begun_s=90.0),
        replace(known[0], id="c", begun_s=60.0 - LATE_S - 6.0),
    )

    again, finding = REASONER.step(REASONER.start(0.0), Evidence((*known, *strange, *known)), 60.0)

    assert again.set_aside == len(strange) + len(known)
    assert memory.set_aside == 0
    assert finding == alone
    assert again.tracked == memory.tracked


def test_what_comes_in_the_next_tick_once_more_is_set_aside_too():
    first = dead(8.0, party=upstream())
    memory, _ = REASONER.step(REASONER.start(0.0), Evidence(first), 10.0)

    memory, _ = REASONER.step(memory, Evidence(first), 15.0)

    assert memory.set_aside == len(first)


def test_a_look_that_should_have_answered_long_ago_is_no_good_sign():
    pairs = [(v, t) for v, t in LAYOUT.looks if upstream() == LAYOUT.things[t].party]
    waiting = tuple(Pending(v, t, 52.0) for v, t in pairs)
    before = REASONER.start(0.0)

    _, silent = REASONER.step(before, Evidence(), 60.0)
    _, overdue = REASONER.step(before, Evidence(pending=waiting), 60.0)

    assert overdue.doubt > 10 * silent.doubt


def test_an_upstream_that_fails_for_everybody_is_named_and_nobody_else():
    memory = REASONER.start(0.0)
    for tick in range(1, 13):
        looked = (
            dead(tick * 5.0 - 3.0, party=upstream())
            if tick > 4
            else dead(tick * 5.0 - 3.0, party="nobody")
        )
        memory, finding = REASONER.step(memory, Evidence(looked), tick * 5.0)

    assert [c.label for c in finding.claims if c.named] == [f"upstream:{upstream()}"]
    assert finding.state is State.BLAMED
    assert finding.claims[0].onset_s == 20.0
    assert finding.claims[0].confidence <= 0.99


def test_a_name_waits_for_the_dwell():
    memory = REASONER.start(0.0)
    named = []
    for tick in range(1, 8):
        memory, finding = REASONER.step(
            memory, Evidence(dead(tick * 5.0 - 3.0, party=upstream())), tick * 5.0
        )
        named.append(any(c.named for c in finding.claims))

    assert not any(named[:2])
    assert named[-1]


def test_excluded_vantages_say_nothing():
    everybody = frozenset(LAYOUT.places)
    evidence = Evidence(dead(8.0, party=upstream()), excluded=everybody)

    _, quiet = REASONER.step(REASONER.start(0.0), Evidence(), 10.0)
    _, excluded = REASONER.step(REASONER.start(0.0), evidence, 10.0)

    assert excluded.doubt == quiet.doubt


def test_an_announced_end_is_an_end_and_two_notices_of_a_kind_are_one():
    notice = Notice(NoticeKind.MAINTENANCE, 0.0, 100.0, party=upstream())
    memory = REASONER.start(0.0)

    def doubt(now_s: float, *notices: Notice) -> float:
        return REASONER.step(memory, Evidence(notices=notices), now_s)[1].doubt

    assert doubt(50.0, notice) > doubt(50.0)
    assert doubt(50.0, notice, replace(notice, id="again")) == doubt(50.0, notice)
    over = REASONER.start(100.0)
    after = REASONER.step(over, Evidence(notices=(notice,)), 110.0)[1].doubt
    assert after == REASONER.step(over, Evidence(), 110.0)[1].doubt


def test_memory_is_bounded():
    memory = REASONER.start(0.0)
    fine = tuple(replace(look, outcome=Outcome.OK) for look in dead(0.0, party="nobody"))
    for tick in range(1, KEEP_SLOTS + 100):
        at_s = tick * 5.0 - 3.0
        some = fine[tick % 8 :: 8]
        arrived = tuple(replace(o, begun_s=at_s, id=f"{tick}-{i}") for i, o in enumerate(some))
        memory, finding = REASONER.step(memory, Evidence(arrived), tick * 5.0)

    assert len(memory.tracked.past) <= KEEP_SLOTS + 1
    assert len(memory.known) <= 8 * LATE_S
    assert len(memory.asked_s) <= len(LAYOUT.looks)
    assert finding.state is State.OK


def test_the_table_knows_what_two_faults_do_together():
    table = REASONER.table
    upstream_dead = next(
        i
        for i, s in enumerate(table.singles)
        if table.faults[s.fault].key == f"upstream.errors:{upstream()}"
    )
    offline = next(
        i
        for i, s in enumerate(table.singles)
        if table.faults[s.fault].kind.name == "vantage.offline"
    )
    place = table.faults[table.singles[offline].fault].places[0]
    cell = next(
        i
        for i, c in enumerate(table.cells)
        if c.subject == place
        and table.layout.things.get(c.what) is not None
        and table.layout.things[c.what].party == upstream()
    )

    both = table.both(*sorted((upstream_dead, offline)), cell)

    # The dead line hides the dead upstream from that place.
    assert both[OUTCOMES.index(Outcome.CONNECT_TIMEOUT)] > 0.5
    assert both[OUTCOMES.index(Outcome.HTTP_5XX)] < 0.1
    assert np.isclose(both.sum(), 1.0)
