"""The baselines blame as plain monitors do."""

from __future__ import annotations

import pytest

from monitor.core.inference.evidence import OUTCOMES
from monitor.core.replay.baselines import any_failure, in_a_row, majority
from monitor.core.replay.play import play
from monitor.core.replay.read import read
from monitor.core.replay.score import score_reel
from tests.support.tapes import FAILED, OK, a_tape, truth, written

FAILS_FROM_100 = [[OK, 20], [FAILED, 60]]


def blamed(make, **rows):
    reel = read(written(a_tape(slots=80, **rows)))
    named = {}
    for moment in play(reel, make(reel.layout)):
        for claim in moment.finding.claims:
            named.setdefault(claim.label, moment.finding.now_s)
    return named


def test_one_failure_is_enough_for_the_first():
    named = blamed(any_failure, rows={("here", "ins.front"): [[OK, 20], [FAILED, 6], [OK, 54]]})

    assert list(named) == ["upstream:ins"]
    assert 100 < named["upstream:ins"] <= 140


def test_three_in_a_row_take_a_minute_and_one_vantage():
    rows = {("here", "ins.front"): FAILS_FROM_100}

    assert 160 < blamed(in_a_row, rows=rows)["upstream:ins"] <= 200
    assert blamed(in_a_row, rows={("here", "ins.front"): [[OK, 20], [FAILED, 12], [OK, 48]]}) == {}


def test_a_majority_needs_more_than_half_of_the_vantages():
    one = {("here", "ins.front"): FAILS_FROM_100}
    both = one | {("there", "ins.front"): FAILS_FROM_100}

    assert blamed(majority, rows=one) == {}
    assert 100 < blamed(majority, rows=both)["upstream:ins"] <= 140


@pytest.mark.parametrize(
    ("target", "label"), [("panel.relay", "platform"), ("panel.front", "platform"), ("near", None)]
)
def test_whose_target_fails_is_to_blame(target, label):
    named = blamed(any_failure, rows={("here", target): FAILS_FROM_100})

    assert list(named) == ([] if label is None else [label])


@pytest.mark.parametrize("outcome", ["slow", "no_result"])
def test_slow_and_silent_are_not_failed(outcome):
    rows = {("here", "ins.front"): [[OUTCOMES.index(outcome), 80]]}

    assert blamed(any_failure, rows=rows) == {}


def test_a_baseline_takes_its_blame_back_when_looks_are_good_again():
    rows = {("here", "ins.front"): [[OK, 20], [FAILED, 20], [OK, 40]]}
    reel = read(written(a_tape(truth(), slots=80, rows=rows)))

    one = score_reel(reel, any_failure(reel.layout))

    (stretch,) = one.named
    assert 195 <= stretch.to_s <= 235
    assert (one.right, one.delay_s) == (True, stretch.from_s - 100.0)
