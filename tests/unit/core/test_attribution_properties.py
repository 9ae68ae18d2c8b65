"""Whatever the world looks like, nobody is accused who did nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model import Failure, Instant, Level
from tests.support.demo import demo_settings
from tests.support.looks import Stage, at_targets, engine_of, nothing

HOME = ("tehran-shatel", "tehran-mci", "mashhad-irancell", "shiraz-tci")
WRONG = [
    Failure.HTTP_5XX,
    Failure.CONNECT_TIMEOUT,
    Failure.CONNECTION_REFUSED,
    Failure.DNS_TIMEOUT,
    Failure.TLS_EXPIRED,
    Failure.APPLICATION_ERROR,
    Failure.HTTP_403,
    Failure.JSON_MISMATCH,
    "slow",
]
COMPONENTS = [
    "tamin.",
    "tamin.register",
    "ihio.",
    "ihio.fetch",
    "panel.",
    "panel.login",
    "panel.relay",
    "ref.home.a",
    "ref.home",
    "ref.abroad",
    "",
]
few = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def world_of(vantages, paces, one_reference=False):
    """The demo's world seen from these places; check i looks every `paces[i]` seconds."""
    world = demo_settings().world
    checks = {}
    for i, check in enumerate(world.checks.values()):
        kept = tuple(v for v in check.vantages if v in vantages)
        if kept and not (one_reference and check.target == "ref.home.b"):
            checks[check.id] = replace(check, vantages=kept, every_s=paces[i % len(paces)])
    rules = replace(world.rules, reference_fresh_s=max(50.0, max(paces) + 15.0))
    places = {v: world.vantages[v] for v in vantages}
    return replace(world, vantages=places, checks=checks, rules=rules)


views = st.tuples(  # what a world is made of: a world itself is too long to print
    st.sampled_from([HOME[:1], HOME[:2], HOME[:3], HOME, (*HOME, "frankfurt")]),
    st.sampled_from([(5.0,), (15.0,), (60.0,), (5.0, 15.0), (60.0, 5.0), (15.0, 60.0, 5.0)]),
    st.booleans(),
)
faults = st.tuples(
    st.sampled_from(COMPONENTS),
    st.sampled_from(WRONG),
    st.sets(st.sampled_from(HOME), max_size=2),  # seen from these only; empty: from everywhere
    st.sampled_from([5, 20, 65, 150]),  # seconds it lasts
    st.sampled_from([0, 5, 60]),  # seconds until it comes again
)


def accused(judgements):
    return {
        v.party
        for judgement in judgements
        for v in judgement.verdicts
        if v.party is not None and v.level is not Level.SYMPTOM
    }


def lived(world, fault, *, seed=0):
    """A world that is well, breaks and heals three times, and is well again."""
    prefix, failure, only_from, lasts_s, again_s = fault
    stage = Stage(world)
    stage.next_s = {
        (check.id, vantage): random.Random(f"{seed} {check.id} {i}").uniform(0.0, 4.0)
        for check in world.checks.values()
        for i, vantage in enumerate(check.vantages)
    }
    stage.pass_time(120)
    for _ in range(3):
        stage.broken = at_targets(prefix, failure, only_from=tuple(only_from))
        stage.pass_time(lasts_s)
        stage.broken = nothing
        stage.pass_time(again_s or 5)
    stage.pass_time(240)
    return stage


@few
@given(views, faults, st.integers(0, 99))
def test_one_fault_accuses_nobody_but_the_one_who_has_it(view, fault, seed):
    stage = lived(world_of(*view), fault, seed=seed)

    owner = {"tamin": "tamin", "ihio": "ihio", "panel": "boghrat"}.get(fault[0].split(".")[0])
    assert accused(stage.history) <= {owner} - {None}
    assert stage.history[-1].verdicts == ()
    for verdict in (v for j in stage.history for v in j.verdicts):
        assert 0 <= verdict.confidence < 1
        for ground in verdict.grounds:
            if ground.key == "looks_failed":
                assert 1 <= ground.facts["failed"] <= ground.facts["looks"] <= stage.count


@few
@given(views, st.integers(0, 99), st.sampled_from(WRONG[:3]))
def test_with_every_vantage_cut_off_nobody_is_named(view, seed, failure):
    stage = lived(world_of(*view), ("", failure, set(), 100, 5), seed=seed)

    assert accused(stage.history) == set()


@few
@given(views, faults, st.integers(0, 99))
def test_what_no_more_than_half_of_the_places_see_accuses_nobody(view, fault, seed):
    home = [v for v in view[0] if v in HOME]
    half = set(sorted(fault[2] & set(home))[: len(home) // 2]) or {home[0]}
    world = world_of(HOME if len(home) < 2 else view[0], *view[1:])

    stage = lived(world, (*fault[:2], half, *fault[3:]), seed=seed)

    assert accused(stage.history) == set()


@few
@given(faults, st.permutations(HOME), st.integers(0, 99))
def test_the_names_of_the_vantages_change_nothing_but_the_names(fault, order, seed):
    world = world_of(HOME, (5.0, 15.0))
    name = dict(zip(HOME, order, strict=True))
    checks = {
        c.id: replace(c, vantages=tuple(name[v] for v in c.vantages)) for c in world.checks.values()
    }
    vantages = {name[v]: replace(at, id=name[v]) for v, at in world.vantages.items()}
    renamed = replace(world, vantages=vantages, checks=checks)
    other_fault = (*fault[:2], {name[v] for v in fault[2]}, *fault[3:])

    one, other = lived(world, fault, seed=seed), lived(renamed, other_fault, seed=seed)

    for a, b in zip(one.history, other.history, strict=True):
        assert [(v.claim, v.confidence, v.onset_at, v.firm) for v in a.verdicts] == [
            (v.claim, v.confidence, v.onset_at, v.firm) for v in b.verdicts
        ]
        assert a.operations == b.operations
        assert {name[v]: sight for v, sight in a.vantages.items()} == b.vantages


@few
@given(views, faults, st.randoms(use_true_random=False))
def test_the_order_in_which_looks_arrive_changes_nothing(view, fault, chance):
    world = world_of(*view)
    prefix, failure, only_from, lasts_s, _ = fault
    how = at_targets(prefix, failure, only_from=tuple(only_from))
    stage = Stage(world)
    batches = []
    for t_s in range(5, 120 + lasts_s, 5):
        stage.broken = how if t_s > 120 else nothing
        batches.append(
            (
                t_s,
                [
                    stage.look(check, vantage, t_s - 5 + i / 50)
                    for i, check in enumerate(world.checks.values())
                    for vantage in check.vantages
                ],
            )
        )
    engine = engine_of(world)
    start = Instant(stage.now().at, 0.0)
    one = other = engine.start(start)
    for t_s, looks in batches:
        stage.t_s = t_s
        shuffled = chance.sample(looks, len(looks))
        one, said = engine.step(one, looks, now=stage.now(), own=stage.own)
        other, same = engine.step(other, shuffled, now=stage.now(), own=stage.own)
        assert said == same
        assert one == other
