"""Worlds that invite a wrong word: liars, blinking references, gaps, steps, half-seen services."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.inference.filter import KEEP_SLOTS, OPEN_SLOTS
from monitor.model import (
    Failure,
    FaultDomain,
    Health,
    Instant,
    Level,
    Mode,
    Role,
    SelfHealth,
)
from tests.support.demo import demo_settings
from tests.support.looks import START, Stage, at_targets, both

HOME = ("tehran-shatel", "tehran-mci", "mashhad-irancell", "shiraz-tci")
D = FaultDomain


def small(vantages=HOME, every_s=5.0) -> Stage:
    """The demo's world, watched from fewer places or at another pace."""
    world = demo_settings().world
    checks = {
        c.id: replace(c, vantages=kept, every_s=every_s)
        for c in world.checks.values()
        if (kept := tuple(v for v in c.vantages if v in vantages))
    }
    places = {v: world.vantages[v] for v in vantages}
    rules = replace(world.rules, reference_fresh_s=max(50.0, every_s + 15.0))
    stage = Stage(replace(world, vantages=places, checks=checks, rules=rules))
    stage.pass_time(12 * every_s)
    return stage


def facts(verdict, key):
    return next(ground.facts for ground in verdict.grounds if ground.key == key)


def named(stage, *levels):
    return {
        (v.service, v.domain)
        for j in stage.history
        for v in j.verdicts
        if v.level in (levels or (Level.NAMED, Level.PROBABLY))
    }


def test_what_failed_while_the_line_was_down_is_not_held_against_the_insurer():
    stage = small()
    stage.broken = at_targets("", Failure.CONNECT_TIMEOUT)
    stage.pass_time(600)
    back_at = stage.now().at
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    stage.pass_time(40)

    verdict = stage.verdict("tamin")
    assert verdict.level is Level.NAMED
    assert verdict.onset_at >= back_at
    assert facts(verdict, "seen.direct_failed")["count"] <= stage.count


def test_one_failure_right_after_the_line_came_back_names_nobody():
    stage = small(every_s=60.0)
    stage.broken = at_targets("", Failure.CONNECT_TIMEOUT)
    stage.pass_time(600)
    stage.broken = at_targets("tamin.", Failure.CONNECT_TIMEOUT)
    stage.pass_time(60)
    stage.broken = at_targets("none", Failure.HTTP_5XX)
    stage.pass_time(300)

    assert named(stage) == set()


def test_a_vantage_that_always_lies_does_not_turn_a_blip_into_an_accusation():
    stage = small(HOME[:2], every_s=60.0)
    liar = at_targets("tamin.", Failure.HTTP_5XX, only_from=HOME[:1])
    stage.broken = liar
    stage.pass_time(3600)
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    stage.pass_time(5)
    stage.broken = liar
    stage.pass_time(300)

    assert named(stage) == set()


def test_a_vantage_that_always_lies_does_not_date_the_outage_back():
    stage = small()
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX, only_from=HOME[:1])
    stage.pass_time(1200)
    onset_at = stage.now().at
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    stage.pass_time(40)

    verdict = stage.verdict("tamin")
    assert verdict.level is Level.NAMED
    assert verdict.onset_at >= onset_at


def test_looks_of_a_vantage_that_disagrees_are_all_counted():
    stage = small()
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX, only_from=HOME[:2])
    stage.pass_time(60)

    said = facts(stage.verdict("tamin"), "looks_failed")
    assert 0 < said["failed"] < said["looks"]
    assert set(said["vantages"]) == set(HOME[:2])


def test_a_stretch_nobody_looked_in_is_no_part_of_an_outage():
    stage = small()
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    stage.pass_time(5)
    stage.t_s += 900
    stage.next_s = {k: stage.t_s + s % 5 for k, s in stage.next_s.items()}
    again_at = stage.now().at
    stage.pass_time(40)

    assert stage.verdict("tamin").onset_at >= again_at


def test_two_of_three_places_are_not_enough_for_a_name_and_the_third_is():
    stage = small(HOME[:3])
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX, only_from=HOME[:2])
    stage.pass_time(120)

    assert named(stage, Level.NAMED) == set()
    assert stage.judgement.operations["tamin", "register"] is not Health.FINE

    stage = small(HOME[:3])
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX, only_from=HOME[:2])
    stage.pass_time(10)
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    stage.pass_time(60)
    assert stage.verdict("tamin").level is Level.NAMED


@pytest.mark.parametrize("step_s", [-31_536_000, -3600, -60, 60, 3600, 31_536_000])
def test_a_clock_that_steps_moves_no_onset_and_hides_no_outage(step_s):
    stage = small()
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    stage.pass_time(5)
    begun_s = stage.t_s - 5
    base = START + timedelta(seconds=step_s)
    stage.now = lambda: Instant(base + timedelta(seconds=stage.t_s), stage.t_s)
    stage.own = SelfHealth(clock_step_s=step_s)
    stage.pass_time(5)
    stage.own = SelfHealth()
    stage.pass_time(60)

    verdict = stage.verdict("tamin")
    assert verdict.level is Level.NAMED
    lasting_s = (stage.now().at - verdict.onset_at).total_seconds()
    assert lasting_s == pytest.approx(stage.t_s - begun_s, abs=5)


def test_two_insurers_that_die_together_are_shared_even_when_looks_are_slow_and_a_third_is_ill():
    stage = small(every_s=60.0)
    names = {"tamin": 0.0, "ihio": 58.0}
    for (check_id, vantage), due_s in stage.next_s.items():
        service = check_id.split("-")[0]
        if service in names:
            stage.next_s[check_id, vantage] = due_s - due_s % 60 + 60 + names[service]
    stage.broken = both(
        at_targets("tamin.", Failure.HTTP_5XX), at_targets("ihio.", Failure.HTTP_5XX)
    )
    stage.pass_time(400)

    assert {v.domain for v in stage.judgement.verdicts} == {D.SHARED}
    assert named(stage, Level.NAMED) == set()


def test_a_relay_that_fails_before_an_upstream_seen_by_its_front_alone_names_nobody():
    world = demo_settings().world
    targets = {
        t.id: t
        for t in world.targets.values()
        if not (t.service == "tamin" and t.role is Role.TRANSACTION)
    }
    checks = {c.id: c for c in world.checks.values() if c.target in targets}
    stage = Stage(replace(world, targets=targets, checks=checks))
    stage.pass_time(60)
    stage.broken = at_targets("panel.relay.tamin", Failure.HTTP_5XX)
    stage.pass_time(60)

    assert stage.verdict("tamin").domain is D.UNDETERMINED
    assert named(stage) == set()
    assert stage.judgement.operations["tamin", "entitlement"] is Health.OUTAGE


def test_a_relay_that_refuses_our_own_credentials_does_not_accuse_the_platform():
    stage = small()
    stage.broken = at_targets("panel.relay.tamin", Failure.HTTP_401)
    stage.pass_time(60)

    assert stage.verdict("tamin").domain is D.CREDENTIALS
    assert named(stage) == set()
    assert stage.judgement.operations["tamin", "entitlement"] is Health.FINE


def test_one_broken_operation_of_the_platform_does_not_hide_its_broken_relay():
    stage = small()
    stage.broken = lambda check, _: (
        Failure.HTTP_5XX if check.target in ("panel.login", "panel.relay.tamin") else None
    )
    stage.pass_time(60)

    assert stage.verdict("panel").mode is Mode.PARTIAL
    assert stage.verdict("tamin").domain is D.PLATFORM


def test_a_firewall_that_refuses_one_vantage_does_not_blind_the_service():
    stage = small()
    stage.broken = at_targets("tamin.token", Failure.HTTP_403, only_from=HOME[:1])
    stage.pass_time(60)

    assert stage.verdict("tamin").domain is D.CREDENTIALS
    assert stage.judgement.operations["tamin", "register"] is Health.FINE


def test_certificates_that_only_one_network_refuses_do_not_blind_everybody():
    stage = small()

    def broken(check, vantage):
        return Failure.TLS_UNKNOWN_AUTHORITY if vantage == HOME[0] and tls(check) else None

    def tls(check):
        return check.spec.kind not in ("dns", "tcp") and not check.target.startswith("ref.")

    stage.broken = broken
    stage.pass_time(60)

    assert stage.judgement.sighted
    assert named(stage) == set()


def test_certificates_that_went_bad_days_apart_are_no_fault_of_our_clock():
    stage = small()
    stage.broken = at_targets("ihio.front", Failure.TLS_EXPIRED)
    stage.pass_time(900)
    stage.broken = both(
        at_targets("ihio.front", Failure.TLS_EXPIRED), at_targets("tamin.", Failure.TLS_EXPIRED)
    )
    stage.pass_time(60)

    assert stage.verdict("tamin").level is Level.NAMED
    assert stage.verdict("tamin").domain is D.UPSTREAM


def test_failures_of_two_operations_from_two_single_vantages_are_two_paths():
    stage = small()
    stage.broken = lambda check, vantage: (
        Failure.CONNECT_TIMEOUT
        if (check.target, vantage) in {("tamin.register", HOME[0]), ("tamin.fetch", HOME[1])}
        else None
    )
    stage.pass_time(60)

    assert stage.verdict("tamin").domain is D.PATH
    assert set(stage.judgement.operations.values()) == {Health.FINE}


def test_an_operation_is_fine_only_when_every_check_of_it_has_been_seen():
    """After a restart good answers come at once, time-outs come late."""
    stage = Stage(demo_settings().world)
    late = {k for k in stage.next_s if k[0] == "tamin-register"}
    stage.next_s |= dict.fromkeys(late, 20.0)
    judgement = stage.pass_time(15)

    assert judgement.sighted
    assert judgement.operations["tamin", "register"] is Health.BLIND
    assert stage.pass_time(15).operations["tamin", "register"] is Health.FINE


def test_an_operation_that_is_slow_beside_one_that_fails_is_not_called_fine():
    stage = small()
    stage.broken = lambda check, _: {
        "ihio.register": Failure.HTTP_5XX,
        "ihio.fetch": "slow",
    }.get(check.target)
    stage.pass_time(60)

    assert stage.judgement.operations["ihio", "register"] is Health.OUTAGE
    assert stage.judgement.operations["ihio", "fetch"] is Health.SLOW
    assert stage.judgement.operations["ihio", "entitlement"] is Health.FINE


def test_a_look_from_the_future_or_one_that_comes_twice_changes_nothing():
    stage = small()
    check = stage.world.checks["tamin-register"]
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    future = [stage.look(check, v, 1e9) for v in check.vantages]
    after, judgement = stage.engine.step(stage.memory, future, now=stage.now(), own=stage.own)
    assert judgement.verdicts == ()

    looks = [stage.look(check, v, stage.t_s - 1) for v in check.vantages]
    once, _ = stage.engine.step(after, looks, now=stage.now(), own=stage.own)
    twice, _ = stage.engine.step(once, looks, now=stage.now(), own=stage.own)
    assert (twice.seen, twice.reasoned) == (once.seen, once.reasoned)


def test_a_service_that_fails_in_ways_that_alternate_is_firmly_not_fine():
    """Overloaded: 429 and 503 by turns. Nobody is named, and it does stand."""
    stage = small()
    turn = {"n": 0}

    def broken(check, _vantage):
        odd = turn["n"] % 2
        failure = Failure.HTTP_429 if odd else Failure.APPLICATION_REJECTED
        return failure if check.target.startswith("tamin.") else None

    stage.broken = broken
    for turn["n"] in range(12):
        stage.pass_time(5)

    assert stage.verdict("tamin").firm
    assert named(stage) == set()


def test_memory_is_bounded_however_long_an_outage_lasts():
    stage = small(HOME[:2])
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    stage.pass_time(1500)

    assert max(len(cell.recent) for cell in stage.memory.seen.cells.values()) <= 900 / 5 + 2
    assert len(stage.memory.seen.stands) < 10
    assert len(stage.memory.heard) <= 15 * 60 * 4
    assert len(stage.memory.reasoned.tracked.past) <= KEEP_SLOTS + OPEN_SLOTS
