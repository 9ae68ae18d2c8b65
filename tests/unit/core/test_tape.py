"""Recorded looks become a tape that a replay can read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.replay.read import read
from monitor.core.tape import NO_RESULT, OUTCOMES, SLOT_S, outcome, tape
from monitor.model import Failure, Notice, NoticeKind, Observation, Phase, Sighting, Void
from tests.support.demo import demo_settings
from tests.support.looks import START, Stage, at_targets

FOR_S = 300


class Recording(Stage):
    def __init__(self, world):
        super().__init__(world)
        self.made = []

    def look(self, check, vantage, at_s):
        look = super().look(check, vantage, at_s)
        self.made.append(look)
        return look


@pytest.fixture(scope="module")
def world():
    return demo_settings().world


@pytest.fixture(scope="module")
def lines(world):
    stage = Recording(world)
    stage.pass_time(100)
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    stage.pass_time(100)
    stage.broken = at_targets("tamin.", Void.LOOP_LAG)
    stage.pass_time(100)
    until = START + timedelta(seconds=FOR_S)
    return list(tape(world, stage.made, name="morning", since=START, until=until))


def track(lines, vantage, target):
    (line,) = [x for x in lines if (x.get("vantage"), x.get("target")) == (vantage, target)]
    return [code for code, slots in line["rle"] for _ in range(slots)]


def test_the_first_lines_say_what_is_on_it(lines, world):
    header, declared = lines[:2]

    assert header["format"] == "govah-tape/1"
    assert header["outcomes"][NO_RESULT] == "no_result"
    assert set(header["takes_s"]) == set(OUTCOMES)
    assert {p["id"] for p in declared["parties"]} == set(world.parties)
    relay = next(t for t in declared["targets"] if t["role"] == "relay")
    assert (relay["party"], relay["upstream"] in world.parties) == (world.platform, True)
    references = [t for t in declared["targets"] if t["role"] == "reference"]
    assert {t["scope"] for t in references} == {"domestic", "international"}
    json.dumps(lines)


def test_every_pair_is_told_for_every_slot(lines):
    looks = [line for line in lines if line["type"] == "looks"]

    assert [[x["vantage"], x["target"]] for x in looks] == lines[1]["looks"]
    assert {sum(slots for _, slots in line["rle"]) for line in looks} == {FOR_S // SLOT_S}


def test_what_happened_can_be_read_from_it(lines):
    codes = track(lines, "tehran-mci", "tamin.entitlement")

    ok, failed = OUTCOMES.index("ok"), OUTCOMES.index("http_5xx")
    assert codes[5] == ok
    assert codes[30] == failed
    assert codes[-3] == NO_RESULT
    assert set(track(lines, "tehran-mci", "panel.front")[2:]) == {ok}


def test_a_vantage_that_was_not_well_says_so_in_its_own_signal(lines):
    (own,) = [x for x in lines if x["type"] == "signal" and x["vantage"] == "tehran-mci"]

    assert OUTCOMES.index("slow") in {code for code, _ in own["rle"]}


def test_a_look_holds_until_the_next_one_but_not_for_ever(world):
    check = world.checks["panel-front"]
    look = Observation(
        "0" * 16, check.id, "tehran-mci", check.target, START, 0.0, 0.1, Sighting(Phase.DONE)
    )
    until = START + timedelta(seconds=FOR_S)
    codes = track(
        list(tape(world, [look], name="one", since=START, until=until)), "tehran-mci", check.target
    )

    held = codes.index(NO_RESULT) * SLOT_S
    assert check.every_s < held <= 4 * check.every_s + check.timeout_s


def test_what_an_agent_missed_hides_nothing_it_saw_before(world):
    check = world.checks["panel-front"]
    until = START + timedelta(seconds=FOR_S)
    look = Observation(
        "0" * 16, check.id, "tehran-mci", check.target, START, 0.0, 0.1, Sighting(Phase.DONE),
        received_at=until,
    )  # fmt: skip
    missed = replace(
        look,
        id="1" * 16,
        started_at=START + timedelta(seconds=3 * SLOT_S),
        duration_s=3.0 * SLOT_S,
        void=Void.MISSED,
    )
    lines = list(tape(world, [look, missed], name="one", since=START, until=until))

    codes = track(lines, "tehran-mci", check.target)
    assert [OUTCOMES[code] for code in codes[:4]] == ["ok", "ok", "ok", "no_result"]


@pytest.mark.parametrize("failure", list(Failure))
def test_every_failure_has_an_outcome_of_the_format(failure):
    look = Observation("0", "c", "v", "t", START, 0.0, 0.1, Sighting(Phase.EXPECT, failure))

    assert outcome(look) in OUTCOMES
    assert outcome(replace(look, void=Void.MISSED)) == "no_result"


def announced(kind, from_s, to_s, *, seen_s=-3600.0, **told):
    from_at, to_at, seen_at = (START + timedelta(seconds=s) for s in (from_s, to_s, seen_s))
    return Notice(f"n{from_s}", "calendar", kind, from_at, to_at, seen_at, **told)


def with_notices(world, *notices):
    until = START + timedelta(seconds=FOR_S)
    lines = tape(world, [], name="told", since=START, until=until, notices=notices)
    return read(json.dumps(line) for line in lines)


def test_what_was_recorded_is_read_back_the_same(lines, world):
    reel = read(json.dumps(line) for line in lines)

    assert (reel.id, reel.duration_s, reel.truth) == ("morning", FOR_S, None)
    assert reel.layout.platform == world.platform
    assert set(reel.layout.places) == set(world.vantages)
    for id_, target in world.targets.items():
        thing = reel.layout.things[id_]
        assert (thing.role, thing.scope) == (target.role, target.scope)
        assert thing.operations == target.operations
    for pair, row in reel.looks.items():
        assert list(row) == track(lines, *pair)
    assert {kind.value for _, kind in reel.signals} == {"self"}


def test_what_was_announced_is_on_the_tape_from_when_we_learnt_of_it(world):
    reel = with_notices(
        world,
        announced(NoticeKind.MAINTENANCE, 60, 120, party="tamin"),
        announced(NoticeKind.POWER_CUT, -600, 200, region="mashhad"),
        announced(NoticeKind.DEPLOY, 0, 240, seen_s=30.0, party=world.platform),
    )

    told = [(n.kind, n.party, n.region, n.from_s, n.to_s) for n in reel.notices]
    assert told == [
        (NoticeKind.MAINTENANCE, "tamin", None, 60.0, 120.0),
        (NoticeKind.POWER_CUT, None, "mashhad", -600.0, 200.0),
        (NoticeKind.DEPLOY, world.platform, None, 30.0, 240.0),
    ]


def test_what_the_format_has_no_word_for_is_left_out(world):
    reel = with_notices(
        world,
        announced(NoticeKind.STATUS, 60, 120, party="tamin"),
        announced(NoticeKind.MAINTENANCE, 60, 120, party="of-an-older-configuration"),
        announced(NoticeKind.DEPLOY, 0, 100, seen_s=100.0),
    )

    assert reel.notices == ()
