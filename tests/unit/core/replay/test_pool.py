"""Many tapes are scored on several processes, in order, each read once for all methods."""

from __future__ import annotations

import functools

import pytest

from monitor.core.replay.baselines import BASELINES, any_failure
from monitor.core.replay.read import read
from tests.scoring.pool import score_reels, score_reels_by
from tests.support.tapes import FAILED, OK, a_tape, truth, written

ROWS = {("here", "ins.front"): [[OK, 20], [FAILED, 60]]}


def reel_of(number: int, *, broken: bool):
    lines = a_tape(truth(), slots=80, rows=ROWS if broken else None)
    lines[0]["id"] = f"small-{number}"
    return read(written(lines))


def without_time(scores):
    return [(s.tape, s.right, s.wrong, s.delay_s, s.looks) for s in scores]


@pytest.mark.parametrize("jobs", [1, 2])
def test_scores_come_in_the_order_of_the_tapes(jobs):
    reels = [reel_of(n, broken=n % 3 == 0) for n in range(20)]

    scores = list(score_reels(reels, any_failure, jobs))

    assert [s.tape for s in scores] == [f"small-{n}" for n in range(20)]
    assert [s.right for s in scores] == [n % 3 == 0 for n in range(20)]
    assert all(s.cpu_s > 0 for s in scores)


def test_as_many_processes_as_you_like_say_the_same():
    sources = [functools.partial(reel_of, n, broken=True) for n in range(4)]

    one = list(score_reels_by(sources, BASELINES, 1))
    two = list(score_reels_by(sources, BASELINES, 2))

    for name in BASELINES:
        assert without_time(s[name] for s in one) == without_time(s[name] for s in two)


def test_a_world_is_compiled_once_not_once_per_tape():
    made = []

    def make(layout):
        made.append(layout)
        return any_failure(layout)

    list(score_reels((reel_of(n, broken=False) for n in range(5)), make, jobs=1))

    assert len(made) == 1
