from __future__ import annotations

import numpy as np
import pytest

from monitor.core.inference.evidence import OUTCOMES, Outcome, SignalKind
from monitor.scenarios.days import healthy_day
from monitor.scenarios.sets import SHARES, recipes

OK, SLOW = OUTCOMES.index(Outcome.OK), OUTCOMES.index(Outcome.SLOW)


def test_a_day_is_quiet_but_for_the_disturbances_that_its_truth_tells():
    reel = healthy_day("five", np.random.default_rng(4), id="day")
    truth = reel.truth
    assert reel.duration_s == 86_400.0
    assert truth.onset_s is None
    assert truth.never_name == reel.layout.upstreams
    assert 20 < len(truth.blips) < 80
    rows = np.stack([np.frombuffer(row, np.uint8) for row in reel.looks.values()])
    assert np.isin(rows, [OK, SLOW], invert=True).mean() < 0.03
    calm = np.ones(rows.shape[1], bool)
    for from_s, to_s, _ in truth.blips:
        calm[int(from_s // 5) : int(to_s // 5) + 1] = False
    failed = np.isin(rows, [OK, SLOW], invert=True).mean(axis=0)
    assert failed[calm].max() < failed[~calm].max()


def test_at_night_nobody_calls():
    reel = healthy_day("tasks", np.random.default_rng(4), id="day", duration_s=8 * 3600.0)
    row = np.frombuffer(reel.signals["mehr.register", SignalKind.TRAFFIC], np.uint8)
    at_night = row[2 * 720 : 5 * 720]
    assert (at_night == OUTCOMES.index(Outcome.NO_RESULT)).mean() > 0.95
    assert (row[7 * 720 :] == OK).mean() > 0.6


def test_a_set_meets_every_mechanism_as_often_and_is_the_same_again():
    one = list(recipes(300, 5))
    assert one == list(recipes(300, 5))
    assert one != list(recipes(300, 6))
    counts = [sum(r.mechanism == name for r in one) for name in {r.mechanism for r in one}]
    assert max(counts) - min(counts) <= 1
    assert {r.world for r in one} == set(SHARES)
    assert one[7].episode() == one[7].episode()


def test_a_set_for_worlds_that_cannot_have_it_is_refused():
    with pytest.raises(ValueError, match=r"none of these worlds can have power\.on_batteries"):
        list(recipes(1, 1, mechanisms=["power.on_batteries"], worlds={"solo": 1.0}))
