from __future__ import annotations

import re

import numpy as np
import pytest

from monitor.core.inference.evidence import OUTCOMES, Outcome
from monitor.scenarios.episodes import make_episode, names_for
from monitor.scenarios.mechanisms import MECHANISMS
from monitor.scenarios.registry import mechanism
from monitor.scenarios.worlds import WORLDS

LABEL = re.compile(
    r"(upstream|credentials|contract|maintenance|path):(\w+)|shared|platform|monitor|power"
    r"|network\.(domestic|international)"
)
NOTHING_SEEN = {"healthy", "maintenance.nothing_fails"}
EVERYWHERE = [(n, w) for w in WORLDS for n in (*names_for(w), *names_for(w, novel=True))]
OK = OUTCOMES.index(Outcome.OK)


def drawn(name, world, seed=1):
    return make_episode(name, world, np.random.default_rng(seed), id="x")


def shares_not_ok(reel, from_s, to_s):
    rows = {**reel.looks, **reel.signals}
    cut = slice(int(from_s // reel.slot_s), max(1, int(to_s // reel.slot_s)))
    return {key: np.mean(np.frombuffer(row, np.uint8)[cut] != OK) for key, row in rows.items()}


def test_there_are_more_than_sixty_classes_and_six_that_no_model_contains():
    novel = [m for m in MECHANISMS.values() if m.novel]
    assert len(MECHANISMS) - len(novel) >= 60
    assert len(novel) >= 6
    assert {name for name, _ in EVERYWHERE} == set(MECHANISMS)


@pytest.mark.parametrize("name", MECHANISMS)
def test_a_mechanism_says_what_happens(name):
    assert (MECHANISMS[name].plot.__doc__ or "").strip().endswith(".")


@pytest.mark.parametrize("name", MECHANISMS)
def test_a_fault_shows_while_it_stands_and_not_before(name):
    world = next(w for n, w in EVERYWHERE if n == name)
    episode = drawn(name, world)
    reel, truth = episode.reel, episode.reel.truth
    entry = MECHANISMS[name]
    onset_s = truth.onset_s or 330.0
    end_s = truth.end_s or reel.duration_s - 160.0
    before = shares_not_ok(reel, 0.0, min(onset_s, 240.0))
    during = shares_not_ok(reel, onset_s, end_s)
    assert np.mean(list(before.values())) < 0.08
    worse = [key for key in during if during[key] > before[key] + 0.12]
    if name in NOTHING_SEEN:
        assert len(worse) < len(during) * 0.1
    else:
        assert worse
    assert entry.lasts_s[0] <= entry.lasts_s[1]


@pytest.mark.parametrize(("name", "world"), EVERYWHERE)
def test_a_truth_speaks_of_declared_parties_and_never_forbids_the_guilty(name, world):
    episode = drawn(name, world, seed=7)
    truth, layout = episode.reel.truth, WORLDS[world]
    labels = [*truth.tolerate, *(label for group in truth.accept for label in group)]
    for label in labels:
        found = LABEL.fullmatch(label)
        assert found, label
        assert found[2] is None or found[2] in layout.upstreams
    accused = {label.partition(":")[2] for label in labels if label.startswith("upstream:")}
    assert not accused & set(truth.never_name)
    assert set(truth.never_name) <= set(layout.upstreams)
    assert len(episode.coarse) == len(truth.accept)
    for group, side in zip(truth.accept, episode.coarse, strict=True):
        assert set(group) <= set(side)
    if truth.onset_s is not None:
        assert 240.0 <= truth.onset_s < truth.end_s < episode.reel.duration_s


def test_the_same_seed_makes_the_same_episode_and_another_another():
    assert drawn("upstream.slow", "tasks") == drawn("upstream.slow", "tasks")
    assert (
        drawn("upstream.slow", "tasks").reel.looks != drawn("upstream.slow", "tasks", 2).reel.looks
    )


def test_a_world_without_relays_refuses_a_fault_of_one():
    with pytest.raises(ValueError, match="cannot happen in the world solo"):
        drawn("platform.relay_broken", "solo")


def test_two_mechanisms_cannot_have_one_name():
    with pytest.raises(ValueError, match="two mechanisms are called healthy"):
        mechanism("healthy")(lambda _: None)
