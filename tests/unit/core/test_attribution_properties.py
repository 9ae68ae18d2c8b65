"""Whatever the world looks like, nobody is accused who did nothing."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.core.attribution.decide import DecisionList
from monitor.model import Failure, Instant, Level
from tests.support.demo import demo_settings
from tests.support.looks import Stage

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
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def world_of(vantages, paces, *, one_reference=False):
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


worlds = st.builds(
    world_of,
    st.sampled_from([HOME[:1], HOME[:2], HOME[:3], HOME, (*HOME, "frankfurt")]),
    st.lists(st.sampled_from([5.0, 15.0, 60.0]), min_size=1, max_size=3),
    one_reference=st.booleans(),
)
faults = st.tuples(
    st.sampled_from(COMPONENTS),
    st.sampled_from(WRONG),
    st.sets(st.sampled_from(HOME), max_size=2),  # seen from these only; empty: from everywhere
    st.sampled_from([5, 20, 65, 200]),  # seconds it lasts
    st.sampled_from([0, 5, 60]),  # seconds until it comes again
)


def broken_by(prefix, failure, only_from):
    def broken(check, vantage):
        hit = check.target.startswith(prefix) and (not only_from or vantage in only_from)
        return failure if hit else None

    return broken


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
        stage.broken = broken_by(prefix, failure, only_from)
        stage.pass_time(lasts_s)
        stage.broken = broken_by("nothing", failure, only_from)
        stage.pass_time(again_s or 5)
    stage.pass_time(240)
    return stage


@few
@given(worlds, faults, st.integers(0, 99))
def test_one_fault_accuses_nobody_but_the_one_who_has_it(world, fault, seed):
    stage = lived(world, fault, seed=seed)

    owner = {"tamin": "tamin", "ihio": "ihio", "panel": "boghrat"}.get(fault[0].split(".")[0])
    assert accused(stage.history) <= {owner} - {None}
    assert stage.history[-1].verdicts == ()
    for verdict in (v for j in stage.history for v in j.verdicts):
        assert 0 <= verdict.confidence < 1
        for ground in verdict.grounds:
            if ground.key == "looks_failed":
                assert 1 <= ground.facts["failed"] <= ground.facts["looks"] <= stage.count


@few
@given(worlds, st.integers(0, 99), st.sampled_from(WRONG[:3]))
def test_with_every_vantage_cut_off_nobody_is_named(world, seed, failure):
    stage = lived(world, ("", failure, set(), 200, 5), seed=seed)

    assert accused(stage.history) == set()


@few
@given(worlds, faults, st.integers(0, 99))
def test_a_place_from_which_all_is_always_well_never_makes_an_accusation(world, fault, seed):
    """Compared with the same world without it."""
    if "shiraz-tci" in world.vantages:
        world = world_of(HOME[:3], [5.0])
    checks = {c.id: replace(c, vantages=(*c.vantages, "shiraz-tci")) for c in world.checks.values()}
    place = demo_settings().world.vantages["shiraz-tci"]
    more = replace(world, vantages={**world.vantages, place.id: place}, checks=checks)
    fault = (*fault[:2], fault[2] - {place.id} or set(world.vantages), *fault[3:])

    without, beside = lived(world, fault, seed=seed), lived(more, fault, seed=seed)

    assert accused(beside.history) <= accused(without.history)


@few
@given(faults, st.permutations(HOME), st.integers(0, 99))
def test_the_names_of_the_vantages_change_nothing_but_the_names(fault, order, seed):
    world = world_of(HOME, [5.0, 15.0])
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
@given(worlds, faults, st.randoms(use_true_random=False))
def test_the_order_in_which_looks_arrive_changes_nothing(world, fault, chance):
    prefix, failure, only_from, lasts_s, _ = fault
    stage = Stage(world)
    batches = []
    for t_s in range(5, 120 + lasts_s, 5):
        stage.broken = broken_by(prefix if t_s > 120 else "nothing", failure, only_from)
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
    engine = DecisionList(world)
    start = Instant(stage.now().at, 0.0)
    one = other = engine.start(start)
    for t_s, looks in batches:
        stage.t_s = t_s
        shuffled = chance.sample(looks, len(looks))
        one, said = engine.step(one, looks, now=stage.now(), own=stage.own)
        other, same = engine.step(other, shuffled, now=stage.now(), own=stage.own)
        assert said == same
        assert one == other
