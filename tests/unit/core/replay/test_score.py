"""Scoring is as docs/tapes.md says: right, wrong, false accusation, delay, calibration."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.inference.finding import Claim, Finding, State
from monitor.core.replay.calibration import binned, brier, ece, merged
from monitor.core.replay.labels import same_side
from monitor.core.replay.play import Moment
from monitor.core.replay.read import read
from monitor.core.replay.score import Stretch, score
from monitor.core.replay.summary import Share, is_hard, summary
from monitor.core.replay.wilson import wilson
from monitor.model import FaultDomain, Mode
from tests.support.tapes import a_tape, truth, written


def claim(label, confidence=0.99, *, named=True):
    domain, _, party = label.partition(":")
    return Claim(FaultDomain(domain), party or None, Mode.DOWN, confidence, 0.0, named)


def scored(*said, inconclusive_s=None, **told):
    """Score (label, from_s, to_s) said over 400 s; the fault is from 100 to 200 s."""
    reel = read(written(a_tape(truth(**told), slots=80)))
    moments = []
    for tick in range(1, 81):
        now_s = tick * 5.0
        claims = tuple(claim(label) for label, begin, end in said if begin <= now_s <= end)
        unsure = inconclusive_s is not None and now_s >= inconclusive_s
        state = State.INCONCLUSIVE if unsure else State.BLAMED if claims else State.OK
        moments.append(Moment(Finding(now_s, state, claims, 0.0), tick, 0, tick * 0.001))
    return score(reel, moments)


def test_a_fault_named_while_it_lasts_is_right_from_its_first_name_on():
    one = scored(("upstream:ins", 130, 190), ("upstream:ins", 215, 220))

    assert (one.right, one.wrong, one.delay_s, one.lasts_s) == (True, (), 30.0, 100.0)
    assert one.named == (
        Stretch("upstream:ins", 130.0, 190.0),
        Stretch("upstream:ins", 215.0, 220.0),
    )


@pytest.mark.parametrize(
    ("from_s", "to_s", "right"),
    [(80, 95, False), (80, 100, True), (320, 330, True), (325, 330, False)],
)
def test_a_name_counts_from_the_onset_until_two_minutes_after_the_end(from_s, to_s, right):
    one = scored(("upstream:ins", from_s, to_s))

    assert (one.right, one.wrong) == (right, ())
    assert (one.delay_s is not None) == right


def test_a_name_that_stood_already_when_the_fault_began_has_no_delay():
    assert scored(("upstream:ins", 80, 150)).delay_s == 0.0


def test_every_fault_of_several_must_be_named_by_any_label_of_its_group():
    both = [["upstream:ins", "maintenance:ins"], ["platform"]]

    one = scored(("maintenance:ins", 120, 190), accept=both)
    two = scored(("maintenance:ins", 120, 190), ("platform", 150, 190), accept=both)

    assert (one.right, one.right_faults, one.faults) == (False, 1, 2)
    assert (two.right, two.right_faults, two.delay_s) == (True, 2, 20.0)


def test_what_matches_nothing_is_wrong():
    one = scored(("upstream:ins", 120, 190), ("platform", 140, 150), ("power", 10, 20))

    assert (one.right, one.wrong, one.accused) == (True, ("platform", "power"), ())


def test_tolerated_labels_are_neither_right_nor_wrong():
    one = scored(("shared", 120, 190), tolerate=["shared"])

    assert (one.right, one.wrong) == (False, ())


def test_naming_a_short_disturbance_that_happened_is_no_error_at_that_time_only():
    blips = [[20.0, 30.0, "monitor"]]

    assert scored(("monitor", 35, 60), blips=blips).wrong == ()
    assert scored(("monitor", 155, 160), blips=blips).wrong == ("monitor",)
    assert scored(("monitor", 35, 40), ("monitor", 300, 310), blips=blips).wrong == ("monitor",)
    assert scored(("power", 35, 60), blips=blips).wrong == ("power",)


@pytest.mark.parametrize(
    ("label", "told", "accused"),
    [
        ("upstream:other", {"never_name": ["other"]}, True),
        ("contract:other", {"never_name": ["other"]}, True),
        ("maintenance:other", {"never_name": ["other"]}, True),
        ("credentials:other", {"never_name": ["other"]}, False),
        ("path:other", {"never_name": ["other"]}, False),
        ("upstream:other", {}, False),
        ("upstream:ins", {"never_name": ["ins"]}, False),
        ("shared", {}, False),
        ("shared", {"accept": [["platform"]]}, True),
        ("shared", {"accept": [["monitor"]], "tolerate": ["upstream:ins"]}, False),
        ("shared", {"accept": []}, True),
    ],
)
def test_whom_a_wrong_name_accuses(label, told, accused):
    assert scored((label, 120, 130), **told).accused == ((label,) if accused else ())


def test_a_healthy_tape_is_right_when_nothing_is_named():
    still = {"accept": [], "onset_s": None, "end_s": None}

    assert scored(**still).right
    assert scored(("monitor", 50, 60), blips=[[40, 45, "monitor"]], **still).right
    loud = scored(("monitor", 50, 60), **still)
    assert (loud.right, loud.wrong, loud.delay_s) == (False, ("monitor",), None)


def test_the_side_may_be_right_where_the_name_is_not():
    one = scored(("contract:ins", 120, 130))

    assert (one.right, one.coarse) == (False, True)
    assert same_side("shared", "maintenance:ins")
    assert same_side("platform", "credentials:ins")
    assert same_side("power", "monitor")
    assert not same_side("upstream:ins", "upstream:other")
    assert not same_side("platform", "shared")


def test_saying_that_nothing_fits_is_timed_from_the_onset():
    assert scored(inconclusive_s=150).inconclusive_after_s == 50.0
    assert scored().inconclusive_after_s is None


def test_confidence_is_counted_at_naming_and_at_every_tick():
    one = scored(("upstream:ins", 120, 140), ("platform", 130, 145))

    assert sum(b.count for b in one.at_naming) == 2
    assert sum(b.right for b in one.at_naming) == 1
    assert (sum(b.count for b in one.standing), sum(b.right for b in one.standing)) == (9, 5)


def test_a_name_before_its_fault_was_not_true_then():
    one = scored(("upstream:ins", 50, 150))

    assert (one.right, sum(b.right for b in one.at_naming)) == (True, 0)


def test_bins_are_finest_at_the_top_and_add_up():
    bins = merged([binned([(0.2, False), (0.993, True)]), binned([(0.999, True), (1.0, False)])])

    assert [(b.least, b.count) for b in bins if b.count] == [(0.0, 1), (0.99, 1), (0.999, 2)]
    assert brier(bins) == pytest.approx((0.04 + 0.007**2 + 0.001**2 + 1.0) / 4)
    assert ece(bins) == pytest.approx((0.2 + 0.007 + 0.999) / 4)
    assert (brier(binned([])), ece(binned([]))) == (None, None)


def test_a_bin_that_claims_more_than_its_interval_is_overconfident():
    sure = next(b for b in binned([(0.99, n > 30) for n in range(100)]) if b.count)
    fair = next(b for b in binned([(0.99, n > 0) for n in range(100)]) if b.count)

    assert (sure.overconfident, fair.overconfident) == (True, False)


def test_the_interval_is_wilsons():
    assert wilson(372, 372) == pytest.approx((0.98978, 1.0), abs=1e-5)
    assert wilson(1, 2040) == pytest.approx((0.0000865, 0.002772), abs=1e-6)
    assert wilson(0, 0) == (0.0, 1.0)


def test_of_a_short_fault_only_a_wrong_name_counts():
    silent = scored(end_s=120.0)
    loud = scored(("platform", 110, 130), end_s=120.0)

    told = summary([silent, loud])

    assert (told.right, told.faults) == (Share(0, 0), Share(0, 0))
    assert (told.wrong, told.tapes) == (Share(1, 1), 2)


def test_a_set_is_summed_up():
    good = scored(("upstream:ins", 120, 190))
    slow = replace(scored(("upstream:ins", 180, 190)), kind="brownout30")
    bad = scored(("upstream:other", 120, 190), never_name=["other"])
    mute = scored(inconclusive_s=130)

    told = summary([good, slow, bad, mute])

    assert told.right == told.complete == told.faults == Share(2, 4)
    assert (told.decided, told.correct) == (Share(3, 4), Share(2, 3))
    assert (told.wrong, told.accused) == (Share(1, 3), Share(1, 4))
    assert told.undetermined == Share(1, 4)
    assert (told.all.p50_s, told.all.p90_s, told.all.mean_s) == (20.0, 80.0, 50.0)
    assert told.hard.p90_s == 20.0
    assert told.cpu_ms_per_tick == pytest.approx(1.0)
    assert told.plain()["right"] == {"hits": 2, "count": 4, "bounds": wilson(2, 4)}


def test_which_classes_are_hard():
    soft = ["slow_degrade", "brownout30", "txn_brownout20", "v.net_loss30"]

    assert [is_hard(kind) for kind in [*soft, "slow", "5xx", "v.net"]] == [False] * 4 + [True] * 3


def test_without_a_truth_only_states_and_figures_are_told():
    reel = read(written(a_tape(slots=2)))
    wrong = Finding(5.0, State.BLAMED, (claim("platform"),), 0.0)
    one = score(reel, [Moment(wrong, 3, 1, 0.5), Moment(replace(wrong, now_s=10.0), 6, 2, 0.7)])

    assert (one.known, one.kind, one.wrong) == (False, "small", ())
    assert one.states == ((0.0, "ok"), (5.0, "blamed"))
    assert (one.looks, one.extra_looks, one.cpu_s, one.simulated_s) == (6, 2, 0.7, 10.0)
    assert summary([one]).extra_looks == 2.0
