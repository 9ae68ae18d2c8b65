"""The engine, promise by promise: who is named, and above all who is not."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from monitor.model import (
    Failure,
    FaultDomain,
    Health,
    Level,
    Mode,
    Notice,
    NoticeKind,
    Role,
    SelfHealth,
    SharedThing,
    Sight,
    Surroundings,
    Void,
)
from tests.support.demo import demo_settings
from tests.support.looks import START, Stage, at_targets, both

HOME = ("tehran-shatel", "tehran-mci", "mashhad-irancell", "shiraz-tci")
D = FaultDomain


@pytest.fixture
def stage() -> Stage:
    stage = Stage(demo_settings().world)
    stage.pass_time(60)
    return stage


def named_upstreams(stage: Stage) -> set[str]:
    return {
        v.party
        for judgement in stage.history
        for v in judgement.verdicts
        if v.level is not Level.SYMPTOM and v.domain is D.UPSTREAM and v.party
    }


def keys(verdict) -> set[str]:
    return {ground.key for ground in verdict.grounds}


def test_when_all_is_well_nobody_is_accused_and_every_operation_is_fine(stage):
    judgement = stage.pass_time(300)

    assert judgement.verdicts == ()
    assert set(judgement.operations.values()) == {Health.FINE}
    assert set(judgement.vantages.values()) == {Sight.SEES}
    assert judgement.sighted


@pytest.mark.parametrize(
    "failure",
    [Failure.HTTP_5XX, Failure.CONNECTION_REFUSED, Failure.WAIT_TIMEOUT,
     Failure.APPLICATION_ERROR, Failure.TLS_EXPIRED, Failure.DNS_NXDOMAIN],
)  # fmt: skip
def test_an_insurer_that_fails_everywhere_is_named_within_40_seconds(stage, failure):
    onset_s = stage.t_s
    stage.broken = at_targets("tamin.", failure)
    stage.pass_time(40)

    verdict = stage.verdict("tamin")
    assert (verdict.domain, verdict.party, verdict.mode) == (D.UPSTREAM, "tamin", Mode.DOWN)
    assert verdict.level is Level.NAMED
    assert 0 <= (verdict.onset_at - stage.now().at).total_seconds() + stage.t_s - onset_s <= 5
    assert {"seen.direct_failed", "references_answered", "platform_fine"} <= keys(verdict)
    (failing,) = [g for g in verdict.grounds if g.key == "seen.direct_failed"]
    assert failing.looks
    assert set(failing.facts["vantages"]) == set(HOME)
    assert stage.judgement.operations["tamin", "register"] is Health.OUTAGE
    assert stage.judgement.operations["ihio", "register"] is Health.FINE


def test_it_is_not_named_before_the_dwell(stage):
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    stage.pass_time(10)

    levels = [v.level for j in stage.history for v in j.verdicts]
    assert Level.NAMED not in levels


def test_one_failing_operation_leaves_the_others_fine(stage):
    stage.broken = at_targets("ihio.register", Failure.HTTP_5XX)
    stage.pass_time(40)

    verdict = stage.verdict("ihio")
    assert (verdict.mode, verdict.operations) == (Mode.PARTIAL, ("register",))
    assert verdict.level is Level.NAMED
    assert stage.judgement.operations["ihio", "entitlement"] is Health.FINE


def test_a_single_vantage_that_sees_it_accuses_nobody(stage):
    stage.broken = at_targets("tamin.", Failure.CONNECT_TIMEOUT, only_from=("shiraz-tci",))
    stage.pass_time(300)

    assert stage.verdict("tamin").domain is D.PATH
    assert stage.verdict("tamin").level is Level.SYMPTOM
    assert stage.judgement.operations["tamin", "register"] is Health.FINE
    assert named_upstreams(stage) == set()


def test_two_vantages_against_two_is_undetermined(stage):
    stage.broken = at_targets("tamin.", Failure.CONNECT_TIMEOUT, only_from=HOME[:2])
    stage.pass_time(300)

    assert stage.verdict("tamin").domain is D.UNDETERMINED
    assert named_upstreams(stage) == set()


@pytest.mark.parametrize(
    "failure",
    [Failure.HTTP_401, Failure.HTTP_403, Failure.HTTP_429, Failure.CREDENTIALS_REFUSED],
)
def test_a_refusal_of_our_credentials_is_ours_and_the_page_says_we_do_not_know(stage, failure):
    stage.broken = at_targets("tamin.token", failure)
    stage.pass_time(120)

    verdict = stage.verdict("tamin")
    assert (verdict.domain, verdict.party) == (D.CREDENTIALS, None)
    assert stage.judgement.operations["tamin", "register"] is Health.BLIND
    assert named_upstreams(stage) == set()


def test_one_fresh_refusal_among_real_errors_forbids_the_name(stage):
    def broken(check, vantage):
        if not check.target.startswith("tamin."):
            return None
        return Failure.HTTP_429 if vantage == HOME[0] else Failure.HTTP_5XX

    stage.broken = broken
    stage.pass_time(120)

    assert stage.verdict("tamin").domain is D.UNDETERMINED
    assert named_upstreams(stage) == set()


def test_when_the_references_are_dead_too_we_do_not_know(stage):
    def broken(check, vantage):
        del vantage
        return Failure.CONNECTION_REFUSED if check.target.startswith(("tamin.", "ref.")) else None

    stage.broken = broken
    stage.pass_time(120)

    assert {v.domain for v in stage.judgement.verdicts} == {D.MONITOR}
    assert not stage.judgement.sighted
    assert set(stage.judgement.operations.values()) == {Health.BLIND}
    assert named_upstreams(stage) == set()


def test_a_line_cut_just_after_the_reference_answered_does_not_vouch(stage):
    """Both home vantages lose their line; the last reference looks were still good."""
    world = stage.world
    few = replace(world, checks={c: k for c, k in world.checks.items() if "ref" not in c})
    refs = {c: replace(k, every_s=45.0) for c, k in world.checks.items() if "ref" in c}
    stage = Stage(replace(few, checks={**few.checks, **refs}))
    stage.pass_time(90)
    stage.broken = at_targets("", Failure.CONNECT_TIMEOUT)
    stage.pass_time(40)

    assert named_upstreams(stage) == set()


def test_one_vantage_cut_off_turns_grey_and_the_services_stay_as_they_are(stage):
    stage.broken = at_targets("", Failure.CONNECT_TIMEOUT, only_from=("mashhad-irancell",))
    judgement = stage.pass_time(120)

    assert judgement.vantages["mashhad-irancell"] is Sight.ISOLATED
    assert set(judgement.operations.values()) == {Health.FINE}
    assert [v.domain for v in judgement.verdicts] == [D.PATH]


def test_no_name_resolves_anywhere_it_is_our_resolver(stage):
    stage.broken = at_targets("", Failure.DNS_TIMEOUT)
    stage.pass_time(120)

    verdict = stage.verdict(None)
    assert verdict.domain is D.MONITOR
    assert keys(verdict) == {"own_names_failed"}


def test_everything_dead_from_every_network_is_the_network_not_a_party(stage):
    stage.broken = at_targets("", Failure.CONNECT_TIMEOUT)
    stage.pass_time(120)

    assert stage.verdict(None).domain is D.NETWORK_DOMESTIC
    assert named_upstreams(stage) == set()


def test_one_vantage_that_lost_its_line_while_the_others_are_silent_is_not_the_network(stage):
    def broken(check, vantage):
        del check
        return Failure.CONNECT_TIMEOUT if vantage == "mashhad-irancell" else Void.MISSED

    stage.broken = broken
    judgement = stage.pass_time(120)

    assert judgement.vantages["tehran-mci"] is Sight.SILENT
    assert [v.domain for v in judgement.verdicts] == [D.MONITOR]


def test_bad_certificates_of_all_parties_at_once_are_our_clock_or_trust(stage):
    def broken(check, vantage):
        del vantage
        plain = check.spec.kind in ("dns", "tcp") or check.target.startswith("ref.")
        return None if plain else Failure.TLS_NOT_YET_VALID

    stage.broken = broken
    stage.pass_time(120)

    assert stage.verdict(None).domain is D.MONITOR
    assert named_upstreams(stage) == set()


def test_a_stalled_loop_silences_everything_for_a_while(stage):
    stage.broken = at_targets("tamin.", Void.LOOP_LAG)
    stage.pass_time(5)

    assert stage.verdict(None).domain is D.MONITOR
    assert keys(stage.verdict(None)) == {"own_loop_lag"}
    assert set(stage.judgement.vantages.values()) == {Sight.ILL}

    stage.broken = at_targets("none", Failure.HTTP_5XX)
    assert stage.pass_time(30).verdicts == ()


def test_a_stall_between_looks_silences_everything_too(stage):
    stage.broken = at_targets("tamin.", Failure.WAIT_TIMEOUT)
    stage.own = SelfHealth(lag_s=4.0)
    stage.pass_time(120)

    assert {v.domain for v in stage.judgement.verdicts} == {D.MONITOR}
    assert named_upstreams(stage) == set()


def test_the_platform_is_named_by_the_same_bar(stage):
    stage.broken = at_targets("panel.", Failure.HTTP_5XX)
    stage.pass_time(40)

    verdict = stage.verdict("panel")
    assert (verdict.domain, verdict.party, verdict.level) == (D.PLATFORM, "boghrat", Level.NAMED)
    assert stage.verdict("tamin") is None


def test_a_relay_that_fails_while_the_insurer_answers_is_the_platforms_fault(stage):
    stage.broken = at_targets("panel.relay.tamin", Failure.HTTP_5XX)
    stage.pass_time(40)

    verdict = stage.verdict("tamin")
    assert (verdict.domain, verdict.party) == (D.PLATFORM, "boghrat")
    assert verdict.level is Level.NAMED
    assert "seen.through_failed" in keys(verdict)
    assert {"seen.direct_ok", "direct_fine"} & keys(verdict)
    assert named_upstreams(stage) == set()


def test_platform_and_insurer_can_both_be_named_when_they_fail_apart(stage):
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    stage.pass_time(120)
    stage.broken = both(
        at_targets("tamin.", Failure.HTTP_5XX), at_targets("panel.", Failure.HTTP_5XX)
    )
    stage.pass_time(60)

    assert stage.verdict("tamin").domain is D.UPSTREAM
    assert stage.verdict("panel").domain is D.PLATFORM


def test_two_insurers_that_fail_together_are_not_blamed_one_by_one(stage):
    stage.broken = both(
        at_targets("tamin.", Failure.WAIT_TIMEOUT), at_targets("ihio.", Failure.WAIT_TIMEOUT)
    )
    stage.pass_time(120)

    assert {(v.service, v.domain) for v in stage.judgement.verdicts} == {
        ("tamin", D.SHARED),
        ("ihio", D.SHARED),
    }
    assert all("both_upstreams" in keys(v) for v in stage.judgement.verdicts)
    assert named_upstreams(stage) == set()
    assert all(v.party is None for v in stage.judgement.verdicts)
    assert all(v.level is Level.SYMPTOM for v in stage.judgement.verdicts)


def test_slow_answers_are_slow_and_named(stage):
    stage.broken = at_targets("tamin.", "slow")
    stage.pass_time(60)

    verdict = stage.verdict("tamin")
    assert (verdict.domain, verdict.mode, verdict.level) == (D.UPSTREAM, Mode.SLOW, Level.NAMED)
    assert stage.judgement.operations["tamin", "fetch"] is Health.SLOW


def test_everything_slow_at_once_accuses_nobody(stage):
    stage.broken = at_targets("", "slow")
    stage.pass_time(120)

    assert named_upstreams(stage) == set()


def test_an_answer_of_another_shape_is_a_matter_of_contract_and_names_nobody(stage):
    works = [t.id for t in stage.world.targets.values() if t.role in (Role.TRANSACTION, Role.RELAY)]
    stage.broken = lambda check, _: (
        Failure.JSON_MISMATCH if "ihio" in check.target and check.target in works else None
    )
    stage.pass_time(60)

    assert stage.verdict("ihio").domain is D.CONTRACT
    assert stage.verdict("ihio").level is Level.SYMPTOM


def test_international_references_alone_mean_the_international_network(stage):
    def broken(check, vantage):
        far = check.target.startswith("ref.abroad")
        if vantage == "frankfurt":
            return None if far else Failure.CONNECT_TIMEOUT
        return Failure.CONNECT_TIMEOUT if far else None

    stage.broken = broken
    stage.pass_time(60)

    assert [v.domain for v in stage.judgement.verdicts] == [D.NETWORK_INTERNATIONAL]
    assert {"seen.references_failed", "foreign_cannot_see"} <= keys(stage.judgement.verdicts[0])
    assert set(stage.judgement.operations.values()) == {Health.FINE}


def test_a_vantage_abroad_never_speaks_against_anybody_at_home(stage):
    stage.broken = at_targets("panel", Failure.CONNECT_TIMEOUT, only_from=("frankfurt",))
    stage.pass_time(120)

    assert stage.judgement.verdicts == ()


def test_with_one_vantage_the_symptom_is_told_and_nobody_named(stage):
    world = stage.world
    one = {HOME[0]: world.vantages[HOME[0]]}
    checks = {c: replace(k, vantages=(HOME[0],)) for c, k in world.checks.items()}
    stage = Stage(replace(world, vantages=one, checks=checks))
    stage.pass_time(60)
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    stage.pass_time(120)

    verdict = stage.verdict("tamin")
    assert verdict.domain is D.UNDETERMINED
    assert "not_enough_vantages" in keys(verdict)
    assert stage.judgement.operations["tamin", "register"] is Health.OUTAGE
    assert named_upstreams(stage) == set()


def test_a_blip_of_one_look_is_never_named(stage):
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    stage.pass_time(5)
    stage.broken = at_targets("none", Failure.HTTP_5XX)
    stage.pass_time(60)

    assert all(v.level is not Level.NAMED for j in stage.history for v in j.verdicts)
    assert stage.judgement.verdicts == ()


def test_looks_that_stop_coming_turn_everything_grey(stage):
    stage.next_s = dict.fromkeys(stage.next_s, 1e9)
    judgement = stage.pass_time(120)

    assert set(judgement.operations.values()) == {Health.BLIND}
    assert set(judgement.vantages.values()) == {Sight.SILENT}
    assert keys(judgement.verdicts[0]) == {"no_fresh_looks"}


def test_the_first_seconds_after_a_start_accuse_not_even_ourselves():
    stage = Stage(demo_settings().world)
    stage.next_s = dict.fromkeys(stage.next_s, 8.0)
    judgement = stage.pass_time(5)

    assert judgement.verdicts == ()
    assert not judgement.sighted


def test_the_order_of_arrival_within_a_tick_changes_nothing(stage):
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    check = stage.world.checks["tamin-register"]
    looks = [stage.look(check, v, 61.0 + i / 10) for i in range(8) for v in check.vantages]
    shuffled = looks[:]
    random.Random(3).shuffle(shuffled)
    stage.t_s = 65.0

    one = stage.engine.step(stage.memory, looks, now=stage.now(), own=stage.own)
    other = stage.engine.step(stage.memory, shuffled, now=stage.now(), own=stage.own)

    assert one == other


def test_an_upstream_that_goes_on_answering_is_not_accused_because_our_relay_fails_too(stage):
    """What the looks from outside say of an insurer decides, whatever our own panel says."""
    stage.broken = at_targets("panel.", Failure.HTTP_5XX)
    stage.pass_time(120)

    assert named_upstreams(stage) == set()
    assert {v.party for v in stage.judgement.verdicts} == {"boghrat"}


def test_an_insurer_that_two_places_cannot_reach_while_our_panel_can_is_not_named(stage):
    stage.broken = at_targets("tamin.", Failure.CONNECT_TIMEOUT, direct_only=True)
    stage.pass_time(120)

    assert named_upstreams(stage) == set()
    assert stage.judgement.operations["tamin", "register"] is not Health.FINE


def test_what_several_are_declared_to_stand_on_is_said_of_each_and_names_nobody(stage):
    works = tuple(
        t.id
        for t in stage.world.targets.values()
        if t.role is Role.TRANSACTION and t.party in ("tamin", "ihio")
    )
    gateway = SharedThing("gateway", works, {"fa": "درگاه", "en": "Gateway"})
    stage = Stage(replace(stage.world, shared={gateway.id: gateway}))
    stage.pass_time(60)
    stage.broken = lambda check, _: (
        Failure.HTTP_5XX if check.target in works or "relay" in check.target else None
    )
    stage.pass_time(60)

    assert {(v.service, v.domain, v.party) for v in stage.judgement.verdicts} == {
        ("tamin", D.SHARED, None),
        ("ihio", D.SHARED, None),
    }
    assert all("both_upstreams" in keys(v) for v in stage.judgement.verdicts)
    assert named_upstreams(stage) == set()


def test_what_looks_like_nothing_we_know_names_nobody_and_is_told_as_the_symptom(stage):
    turns = [Failure.JSON_MISMATCH, Failure.TLS_HANDSHAKE, Failure.CONNECTION_RESET, "slow"]
    stage.broken = lambda check, vantage: (
        turns[(stage.count + len(vantage)) % 4] if check.target.startswith("tamin.") else None
    )
    stage.pass_time(200)

    assert named_upstreams(stage) == set()
    verdict = stage.verdict("tamin")
    assert verdict.domain is D.UNDETERMINED
    assert verdict.grounds[0].key == "looks_failed"


def test_where_no_explanation_holds_those_that_may_are_told_and_none_as_if_it_were_sure(stage):
    """One place only, and one operation of each: whose fault that is nobody can tell from there."""
    world = stage.world
    checks = {c: replace(k, vantages=HOME[:1]) for c, k in world.checks.items()}
    stage = Stage(replace(world, vantages={HOME[0]: world.vantages[HOME[0]]}, checks=checks))
    stage.pass_time(60)
    stage.broken = lambda check, _: (
        Failure.HTTP_5XX
        if check.target in ("tamin.register", "panel.login", "ihio.fetch")
        else None
    )
    stage.pass_time(200)

    told = [
        g.facts["share"]
        for j in stage.history
        for v in j.verdicts
        for g in v.grounds
        if g.key == "doubt.candidate"
    ]
    assert told
    assert all(0.05 <= share < 0.9 for share in told)
    assert named_upstreams(stage) == set()


def test_two_insurers_that_began_to_fail_apart_are_each_named(stage):
    stage.broken = at_targets("tamin.", Failure.HTTP_5XX)
    stage.pass_time(120)
    stage.broken = both(
        at_targets("tamin.", Failure.HTTP_5XX), at_targets("ihio.", Failure.HTTP_5XX)
    )
    stage.pass_time(60)

    named = {v.party for v in stage.judgement.verdicts if v.level is Level.NAMED}
    assert named == {"tamin", "ihio"}


def test_work_that_nobody_announced_is_not_said_to_be_work(stage):
    """A 503 with a page looks like maintenance; without an announcement it is what it is."""

    def broken(check, vantage):
        if check.target == "panel.relay.tamin":
            return Failure.HTTP_5XX
        odd = len(check.id + vantage) % 3 == 0
        how = Failure.TEXT_MISMATCH if odd else Failure.HTTP_5XX
        return how if check.target.startswith("tamin.") else None

    stage.broken = broken
    stage.pass_time(60)
    assert stage.verdict("tamin").domain is not D.MAINTENANCE

    now = stage.now().at
    stage.around = Surroundings(
        (Notice("a:1", "a", NoticeKind.MAINTENANCE, START, now.replace(hour=9), START, "tamin"),)
    )
    announced = Stage(stage.world)
    announced.around = stage.around
    announced.pass_time(60)
    announced.broken = broken
    announced.pass_time(60)
    verdict = announced.verdict("tamin")
    assert (verdict.domain, verdict.party) == (D.MAINTENANCE, None)
    assert "told.maintenance" in keys(verdict)
