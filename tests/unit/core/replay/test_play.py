"""A replay shows what would have been known by then, grants what may be asked, and counts it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise

import pytest

from monitor.core.inference.evidence import Outcome, SignalKind
from monitor.core.inference.finding import Finding, State
from monitor.core.replay.play import play
from monitor.core.replay.read import read
from monitor.core.replay.schedule import look_phases_s
from monitor.model import NoticeKind
from tests.support.tapes import FAILED, LATE, OK, PAIRS, a_tape, signal, truth, written

DEPLOY = {"type": "notice", "kind": "deploy", "party": "panel", "from_s": 200, "to_s": 250}


class Diary:
    """Remembers all it was shown, and wishes for what it was told to."""

    def __init__(self, wishes=()):
        self.wishes = tuple(wishes)
        self.pages = []

    def start(self, now_s):  # noqa: ARG002  the protocol's
        return ()

    def step(self, memory, evidence, now_s):
        self.pages.append((now_s, evidence))
        return memory, Finding(now_s, State.OK, (), 0.0, wishes=self.wishes)

    @property
    def looks(self):
        return [(now_s, look) for now_s, page in self.pages for look in page.looks]


def shown(*extra, wishes=(), slots=60, **rows):
    reel = read(written(a_tape(*extra, slots=slots, **rows)))
    diary = Diary(wishes)
    return reel, diary, list(play(reel, diary))


def test_every_pair_is_looked_at_once_per_interval_at_its_own_phase():
    _, diary, moments = shown(slots=120)

    begun = defaultdict(list)
    for _, look in diary.looks:
        begun[look.vantage, look.target].append(look.begun_s)
    assert set(begun) == set(map(tuple, PAIRS))
    for times in begun.values():
        assert 0 <= times[0] < 30
        assert {round(b - a, 6) for a, b in pairwise(times)} == {30.0}
    assert moments[-1].looks == 20 * len(PAIRS)
    assert [m.finding.now_s for m in moments] == [5.0 * n for n in range(1, 121)]


def test_the_vantages_of_a_target_take_turns():
    reel = read(written(a_tape()))

    phases = look_phases_s(reel.layout)

    for target in reel.layout.things:
        apart = abs(phases["here", target] - phases["there", target])
        assert apart == pytest.approx(15.0)
    assert len({round(at_s, 3) for at_s in phases.values()}) == len(PAIRS)


def test_an_answer_is_known_when_it_is_there_and_pending_before():
    _, diary, _ = shown(rows={("here", "ins.deed"): [[LATE, 60]]})
    pair = ("here", "ins.deed")

    late = [(now_s, o) for now_s, o in diary.looks if (o.vantage, o.target) == pair]
    for now_s, look in late:
        assert look.outcome is Outcome.READ_TIMEOUT
        assert look.ended_s == look.begun_s + 10.0
        assert now_s - 5.0 < look.ended_s <= now_s
    waited = Counter(
        p.begun_s for _, page in diary.pages for p in page.pending if (p.vantage, p.target) == pair
    )
    assert {waited[look.begun_s] for _, look in late} == {2}


def test_a_look_sees_the_slot_it_begins_in():
    _, diary, _ = shown(rows={("there", "ins.front"): [[OK, 20], [FAILED, 40]]})

    for _, look in diary.looks:
        failing = look.target == "ins.front" and look.vantage == "there" and look.begun_s >= 100
        assert look.outcome is (Outcome.HTTP_5XX if failing else Outcome.OK)


def test_signals_are_read_like_looks_and_notices_known_from_the_start():
    _, diary, _ = shown(signal("here", "self", [OK, 30], [LATE, 30]), DEPLOY)

    heard = [(now_s, s) for now_s, page in diary.pages for s in page.signals]
    assert len(heard) == 10
    assert {(s.subject, s.kind) for _, s in heard} == {("here", SignalKind.SELF)}
    for now_s, one in heard:
        assert one.outcome is (Outcome.OK if one.at_s < 150 else Outcome.READ_TIMEOUT)
        assert now_s - 5.0 < one.at_s + (0.5 if one.at_s < 150 else 10.0) <= now_s
    assert {n.kind for n in diary.pages[0][1].notices} == {NoticeKind.DEPLOY}


def test_extra_looks_begin_at_the_tick_that_asks_and_keep_to_their_limits():
    wishes = [tuple(pair) for pair in PAIRS]

    _, diary, moments = shown(wishes=wishes)

    grid = [look for _, look in diary.looks if look.begun_s % 5.0 == 0.0]
    by_tick = Counter(look.begun_s for look in grid)
    assert max(by_tick.values()) == 10
    by_pair = defaultdict(list)
    for look in grid:
        by_pair[look.vantage, look.target].append(look.begun_s)
    assert min(b - a for times in by_pair.values() for a, b in pairwise(times)) >= 8.0
    assert by_tick[5.0] == 10
    assert by_tick[10.0] == len(PAIRS) - 10  # the others have to rest
    asked = [m.extra_looks for m in moments]
    assert asked[0] == 10
    assert asked == sorted(asked)


def test_what_is_asked_for_and_does_not_exist_costs_nothing():
    _, _, moments = shown(wishes=[("here", "nothing"), ("nobody", "near")])

    assert moments[-1].extra_looks == 0


def test_a_pair_wished_for_twice_at_once_is_looked_at_once():
    _, _, moments = shown(wishes=[("here", "near")] * 3)

    assert [m.extra_looks for m in moments[:4]] == [1, 1, 2, 2]


def test_neither_the_truth_nor_the_future_changes_what_is_shown():
    rows = {("here", "near"): [[OK, 30], [FAILED, 30]]}
    plain, diary, _ = shown()
    told, other, _ = shown(truth(), rows=rows)

    assert told.truth is not None
    assert replace(plain, looks={}) == replace(told, looks={}, truth=None)
    assert diary.pages[:29] == other.pages[:29]
    assert diary.pages != other.pages


def test_processor_time_is_counted_by_the_clock_that_is_passed_in():
    reel = read(written(a_tape(slots=4)))
    ticking = iter(range(100))

    moments = list(play(reel, Diary(), lambda: float(next(ticking))))

    assert [m.cpu_s for m in moments] == [1.0, 2.0, 3.0, 4.0]
