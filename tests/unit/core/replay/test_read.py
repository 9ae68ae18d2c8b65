"""A tape is read whole, or refused with the line and the fault."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from monitor.core.inference.evidence import OUTCOMES, Outcome, SignalKind
from monitor.core.replay.read import TapeError, read
from monitor.model import NoticeKind, Role, Scope
from tests.support.tapes import (
    FAILED,
    OK,
    PAIRS,
    a_tape,
    header,
    row,
    signal,
    truth,
    world,
    written,
)

CUT = {"type": "notice", "kind": "power_cut", "region": "TEH", "from_s": -60, "to_s": 90.5}


def the_error(lines: list[str]) -> str:
    with pytest.raises(TapeError) as caught:
        read(lines)
    return str(caught.value)


def replaced(line: dict, at: int) -> list[str]:
    """The small tape with another line `at` (from 1 on)."""
    lines = a_tape()
    lines[at - 1] = line
    return written(lines)


def test_a_tape_is_read_as_it_was_told():
    reel = read(
        written(
            a_tape(
                signal("here", "self", [OK, 59], [OUTCOMES.index("slow"), 1]),
                signal("there", "regional_traffic", [OUTCOMES.index("drop"), 60]),
                CUT,
                truth(blips=[[1, 2.5, "monitor"]]),
                rows={("here", "ins.deed"): [[OK, 20], [FAILED, 40]]},
            )
        )
    )

    assert (reel.id, reel.duration_s, reel.slot_s) == ("small-1", 300.0, 5.0)
    assert reel.outcome("here", "ins.deed", 99.9) is Outcome.OK
    assert reel.outcome("here", "ins.deed", 100.0) is Outcome.HTTP_5XX
    assert reel.takes_s[Outcome.READ_TIMEOUT] == 10.0
    layout = reel.layout
    assert (layout.platform, layout.upstreams, layout.country) == ("panel", ("ins",), "IR")
    assert [p.at_platform for p in layout.places.values()] == [True, False]
    relay = layout.things["panel.relay"]
    assert (relay.role, relay.party, relay.upstream) == (Role.RELAY, "panel", "ins")
    assert layout.things["near"].scope is Scope.DOMESTIC
    assert layout.shared == {"host": ("ins.front", "ins.deed")}
    assert layout.looks == tuple(map(tuple, PAIRS))
    assert set(layout.every_s.values()) == {30.0}
    assert layout.signals == (
        ("here", SignalKind.SELF),
        ("there", SignalKind.REGIONAL_TRAFFIC),
    )
    (notice,) = reel.notices
    assert (notice.kind, notice.region, notice.party) == (NoticeKind.POWER_CUT, "TEH", None)
    assert (notice.from_s, notice.to_s) == (-60.0, 90.5)
    assert reel.truth is not None
    assert reel.truth.accept == (("upstream:ins",),)
    assert reel.truth.blips == ((1.0, 2.5, "monitor"),)


def test_the_numbers_mean_what_the_tape_says_they_mean():
    lines = a_tape(rows={("here", "near"): [[1, 60]]})
    lines[0] = header(outcomes=["ok", "rejected"], takes_s={"ok": 1, "rejected": 2})

    reel = read(written(lines))

    assert reel.outcome("here", "near", 0.0) is Outcome.REJECTED


def test_rows_come_in_any_order_and_what_is_not_known_in_a_line_is_ignored():
    first, declared, *rows = a_tape()
    lines = [first | {"made_by": "x"}, declared | {"colour": 1}, CUT, *reversed(rows)]

    assert set(read(written(lines)).looks) == set(map(tuple, PAIRS))


def test_operations_of_a_target_are_taken_from_the_extra_key():
    targets = world()["targets"]
    targets[3] = targets[3] | {"operations": ["fill"]}

    reel = read(replaced(world(targets=targets), 2))

    assert reel.layout.things["ins.deed"].operations == ("fill",)


def test_a_replay_does_not_read_the_truth():
    lines = a_tape({"type": "truth", "accept": "not even well-formed"})

    assert read(written(lines), with_truth=False).truth is None
    assert the_error(written(lines)) == "line 15: accept must be a list, not 'not even well-formed'"


def test_rounded_durations_may_miss_a_slot():
    for slots in (59, 60, 61):
        lines = a_tape(rows={("here", "near"): [[OK, slots]]})
        assert len(read(written(lines)).looks["here", "near"]) == slots


def test_a_world_may_be_as_small_as_one_look():
    tiny = world(
        parties=[{"id": "p", "kind": "platform"}],
        vantages=[{"id": "v", "country": "AF", "region": "K", "network": "n"}],
        targets=[{"id": "t", "party": "p", "role": "transaction"}],
        shared=[],
        looks=[["v", "t"]],
    )

    reel = read(written([header(), tiny, row("v", "t", [OK, 60])]))

    assert (reel.layout.upstreams, reel.layout.signals, reel.layout.country) == ((), (), "AF")


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ([], "line 1: the tape is empty"),
        (["\n", "\n"], "line 2: the tape is empty"),
        (["[]"], "line 1: must be an object, not []"),
        (["{"], "line 1: not JSON: Expecting property name enclosed in double quotes at column 2"),
        (["[" * 100_000], "line 1: not JSON of ours: nested too deeply"),
        (['{"type":"tape","type":"tape"}'], "line 1: 'type' is there twice"),
        (['{"type":"tape","duration_s":NaN}'], "line 1: NaN is no number"),
        (['{"type":"tape","duration_s":' + "9" * 5000 + "}"],
         "line 1: not JSON of ours: a number is too long"),
        (written([world()]), "line 1: the line of type tape must come before world"),
        (written([header(), truth()]), "line 2: the line of type world must come before truth"),
        (written([header()]), "line 1: the world is missing"),
        (written(a_tape(header())), "line 15: a second line of type tape"),
        (written(a_tape(world())), "line 15: a second line of type world"),
        (written(a_tape({"type": "looked"})),
         "line 15: type must be one of tape, world, notice, looks, signal, truth, not 'looked'"),
        (written(a_tape(truth(), signal("here", "self", [OK, 60]))),
         "line 16: the truth must be the last line"),
        (written(a_tape()[:-1]), "line 13: ends without the row of 'far' from 'there'"),
    ],
)  # fmt: skip
def test_what_is_not_whole_is_refused(lines, error):
    assert the_error(lines) == error


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"format": "govah-tape/2"}, "format must be one of govah-tape/1, not 'govah-tape/2'"),
        ({"id": 3}, "id must be a name, not 3"),
        ({"start": "yesterday"}, "start must be a moment with its offset, not 'yesterday'"),
        ({"start": "2026-11-22T12:00"}, "start must be a moment with its offset, not '2026-11-22T"),
        ({"duration_s": "300"}, "duration_s must be a number, not '300'"),
        ({"duration_s": True}, "duration_s must be a number, not True"),
        ({"duration_s": -5}, "duration_s must be within 1 and 2.7648e+06, not -5"),
        ({"duration_s": 1e300}, "duration_s must be within 1 and 2.7648e+06, not 1e+300"),
        ({"duration_s": 9**4000}, "duration_s must be within 1 and 2.7648e+06, not "),
        ({"slot_s": 0}, "slot_s must be within 1 and 3600, not 0"),
        ({"outcomes": ["ok", "fine"]}, "outcome must be known, not 'fine'"),
        ({"outcomes": ["ok", "ok"]}, "outcomes must name some, each once"),
        ({"outcomes": []}, "outcomes must name some, each once"),
        ({"takes_s": None}, "takes_s must be an object of seconds by outcome"),
        ({"takes_s": {"ok": 1}}, "slow is missing"),
    ],
)
def test_a_wrong_header_is_refused(changes, error):
    assert the_error(replaced(header(**changes), 1)).startswith(f"line 1: {error}")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"parties": []}, "parties must hold one platform, not 0"),
        ({"parties": world()["parties"] * 2}, "parties holds 'panel' twice"),
        ({"parties": [{"id": "x", "kind": "bank"}]},
         "kind must be one of platform, upstream, not 'bank'"),
        ({"parties": ["x"]}, "an entry of parties must be an object, not 'x'"),
        ({"vantages": []}, "vantages is empty"),
        ({"vantages": [{"id": "v"}]}, "country is missing"),
        ({"vantages": [{"id": "v", "country": "IR", "region": "T", "network": "n", "at": "home"}]},
         "at of vantage 'v' must be \"platform\" or null, not 'home'"),
        ({"targets": [{"id": "t", "role": "judge"}]},
         "role must be one of front, transaction, relay, reference, not 'judge'"),
        ({"targets": [{"id": "t", "role": "front", "party": "who"}]},
         "party must be one of panel, ins, not 'who'"),
        ({"targets": [{"id": "t", "role": "relay", "upstream": "panel"}]},
         "upstream must be one of ins, not 'panel'"),
        ({"targets": [{"id": "t", "role": "relay", "upstream": "ins", "party": "ins"}]},
         "party of relay 't' must be the platform"),
        ({"targets": [{"id": "t", "role": "reference"}]}, "scope is missing"),
        ({"shared": [{"id": "s", "serves": ["nobody"]}]},
         "shared 's' serves the unknown target 'nobody'"),
        ({"looks": []}, "looks is empty"),
        ({"looks": [["here", "near"]] * 2}, "looks holds ['here', 'near'] twice"),
        ({"looks": [["here", "nowhere"]]},
         "looks must hold pairs of vantage and target, not ['here', 'nowhere']"),
        ({"looks": [[["here"], {}]]}, "looks must hold pairs of vantage and target, not [["),
        ({"every_s": 0}, "every_s must be within 1 and 86400, not 0"),
        ({"every_s": None}, "every_s must be a number, not None"),
    ],
)  # fmt: skip
def test_a_wrong_world_is_refused(changes, error):
    assert the_error(replaced(world(**changes), 2)).startswith(f"line 2: {error}")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (row("nobody", "near", [OK, 60]), "unknown vantage 'nobody'"),
        (row("here", "nothing", [OK, 60]), "unknown target 'nothing'"),
        (row("here", "near", [OK, 60]), "a second row of 'near' from 'here'"),
        (signal("here", "mood", [OK, 60]),
         "signal must be one of self, regional_traffic, not 'mood'"),
        (signal("here", "self", [18, 60]), "rle holds the unknown outcome 18"),
        (signal("here", "self", [-1, 60]), "rle holds the unknown outcome -1"),
        (signal("here", "self", [OK, 58]), "rle covers 58 of the tape's 60 slots"),
        (signal("here", "self"), "rle covers 0 of the tape's 60 slots"),
        (signal("here", "self", [OK, 62]), "rle is longer than the tape's 60 slots"),
        (signal("here", "self", [OK, 10**18]), "rle is longer than the tape's 60 slots"),
        (signal("here", "self", *[[OK, 1]] * 99), "rle has 99 entries; at most 61"),
        (signal("here", "self", [OK, 0]), "rle must hold pairs of outcome and slots, not [0, 0]"),
        (signal("here", "self", [OK, -3]), "rle must hold pairs of outcome and slots, not [0, -3]"),
        (signal("here", "self", [OK, 6.5]), "rle must hold pairs of outcome and slots, not [0, 6."),
        (signal("here", "self", [True, 60]), "rle must hold pairs of outcome and slots, not [True"),
        (signal("here", "self") | {"rle": {}}, "rle must be a list, not {}"),
        (CUT | {"kind": "rumour"},
         "kind must be one of maintenance, power_cut, deploy, not 'rumour'"),
        (CUT | {"party": "who"}, "party must be one of panel, ins, not 'who'"),
        (CUT | {"to_s": -60}, "to_s must be later than from_s, not -60"),
        (CUT | {"to_s": 1e12}, "to_s must be within -1e+09 and 1e+09, not 1000000000000.0"),
        (truth(onset_s=None), "a fault to accept needs onset_s and a later end_s"),
        (truth(end_s=99), "a fault to accept needs onset_s and a later end_s"),
        (truth(accept=[[]]), "accept holds a group without a label"),
        (truth(blips=[[1, 2]]), "blips must hold begin, end and label, not [1, 2]"),
        (truth(name="x" * 201), "name must be a name, not 'xxxxxxxxxxxxxxxxxxx"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_refused(line, error):
    assert the_error(written(a_tape(line))).startswith(f"line 15: {error}")


def test_a_row_of_a_pair_that_is_not_declared_is_refused():
    line = world(looks=PAIRS[:-1])

    assert (
        the_error(replaced(line, 2)) == "line 14: the world declares no look at 'far' from 'there'"
    )


def test_an_error_is_one_short_line_of_plain_characters():
    error = the_error(written(a_tape(row("\x1b[2J\nname\u202e" * 9, "near", [OK, 60]))))

    assert error.isascii()
    assert error.isprintable()
    assert len(error) < 120


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_however_a_line_is_bent_the_answer_is_a_tape_or_an_error(data):
    lines = deepcopy(a_tape(CUT, signal("here", "self", [OK, 60]), truth()))
    at = data.draw(st.integers(0, len(lines) - 1))
    key = data.draw(st.sampled_from(sorted(lines[at])))
    strange = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=6,
    )
    lines[at][key] = data.draw(strange)
    try:
        reel = read(json.dumps(line) for line in lines)
    except TapeError:
        event("refused")
        return
    assert set(reel.looks) == set(reel.layout.looks)
