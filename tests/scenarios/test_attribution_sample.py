"""What `make soak` tries whole, as a sample: the engine over our own scenarios."""

from __future__ import annotations

import math

import pytest

from monitor.core.inference.likelihoods import KINDS
from monitor.core.replay.baselines import BASELINES
from monitor.core.replay.score import Score
from monitor.scenarios.mechanisms import MECHANISMS
from monitor.scenarios.sets import Recipe, recipes
from tests.soaking.attribution import (
    SMALLER,
    Tried,
    figures,
    left_out,
    poisson_bound,
    quiet,
    run,
    said_so,
    unmodelled,
)
from tests.soaking.attribution_rows import SET, rows_of_left_out, rows_of_quiet, rows_of_set
from tests.soaking.left_out import LEFT_OUT

SEED = 20261122
SAMPLED = ("credentials.expired", "path.network", "platform.relay_broken", "path.egress",
           "upstream.site_lost", "network.border_cut", "platform.database_slow",
           "monitor.line_dead")  # fmt: skip


def test_the_engine_accuses_nobody_falsely_and_covers_nearly_all_of_a_sample():
    tried = run(list(recipes(24, SEED, worlds=SMALLER)), jobs=1)
    told = figures(tried)
    assert told.accused.hits == 0
    assert told.correct.hits >= told.correct.count - 2
    assert told.covered.hits >= told.covered.count - 2
    assert told.coarse.hits >= told.coarse.count - 1


def test_a_model_without_the_mechanism_accuses_nobody_instead():
    forgotten = left_out(1, SEED, jobs=1, only=SAMPLED)
    assert [
        one.score.tape for many in forgotten.values() for one in many if one.score.accused
    ] == []


def test_patterns_that_nobody_knows_accuse_nobody():
    novel = unmodelled(1, SEED, jobs=1)
    assert [one.score.tape for one in novel if one.score.accused] == []
    assert any(said_so(one) for one in novel)


def test_quiet_hours_raise_no_alarm_that_was_not_so():
    told = quiet(3, SEED, jobs=1, hours=1.0)
    assert told.false == ()
    assert told.check_years > 0


def test_a_monitor_that_blames_whatever_fails_is_caught():
    single = next(iter(BASELINES.values()))
    told = figures(run(list(recipes(40, SEED, worlds=SMALLER)), single, jobs=1))
    assert told.accused.hits > 5
    rows = rows_of_set(told, SEED)
    missed = {row.name for row in rows if not row.ok}
    assert {"attribution: false accusations", "attribution: decided rightly"} <= missed


def test_every_mechanism_left_out_exists_on_both_sides():
    assert len(LEFT_OUT) >= 25
    assert set(LEFT_OUT) <= set(MECHANISMS)
    assert {kind for kinds in LEFT_OUT.values() for kind in kinds} <= {kind.name for kind in KINDS}


def test_the_bound_of_a_quiet_time_is_the_rule_of_three_and_grows_with_alarms():
    assert poisson_bound(0) == pytest.approx(-math.log(0.05))
    assert poisson_bound(1) == pytest.approx(4.744, abs=0.001)


def test_a_false_accusation_without_the_mechanism_misses_the_target():
    recipe = Recipe("path.egress", "five", (1, 1))
    label = ("upstream:mehr",)
    guilty = Score("t", "path.egress", known=True, wrong=label, accused=label)
    rows = rows_of_left_out({"path.egress": [Tried(recipe, guilty)]}, 1)
    assert [row.ok for row in rows] == [False, False]
    assert SET >= 3000
    assert rows_of_quiet is not None
