"""A vantage that contradicts all others about everybody is no witness, and is said to be none."""

from __future__ import annotations

import pytest

from monitor.model import Failure, FaultDomain, Health, Level, Sight
from tests.support.demo import demo_settings
from tests.support.looks import Stage, at_targets, both

LIAR = "tehran-mci"


@pytest.fixture
def stage() -> Stage:
    stage = Stage(demo_settings().world)
    stage.pass_time(60)
    return stage


def always_down(check, vantage):
    """Its references answer, and it says of everybody else that he is down."""
    lies = vantage == LIAR and not check.target.startswith("ref.")
    return Failure.CONNECTION_REFUSED if lies else None


def test_a_vantage_that_says_down_of_everybody_is_doubted_and_accuses_nobody(stage):
    stage.broken = always_down
    stage.pass_time(200)

    assert stage.judgement.vantages[LIAR] is Sight.DOUBTED
    assert set(stage.judgement.operations.values()) == {Health.FINE}
    verdict = stage.verdict(None)
    assert verdict.domain is FaultDomain.PATH
    assert {g.key for g in verdict.grounds} == {"vantage_doubted"}
    accused = {v.party for j in stage.history for v in j.verdicts if v.level is not Level.SYMPTOM}
    assert accused == set()


def test_it_is_not_doubted_at_once_and_is_believed_again_after_it_has_agreed_for_as_long(stage):
    stage.broken = always_down
    stage.pass_time(100)
    assert stage.judgement.vantages[LIAR] is Sight.SEES

    stage.pass_time(100)
    assert stage.judgement.vantages[LIAR] is Sight.DOUBTED

    stage.broken = lambda _check, _vantage: None
    stage.pass_time(100)
    assert stage.judgement.vantages[LIAR] is Sight.DOUBTED
    stage.pass_time(60)
    assert stage.judgement.vantages[LIAR] is Sight.SEES
    assert stage.judgement.verdicts == ()


def test_a_real_outage_is_named_beside_a_liar(stage):
    stage.broken = always_down
    stage.pass_time(200)

    stage.broken = both(always_down, at_targets("tamin.", Failure.HTTP_5XX))
    stage.pass_time(60)
    verdict = stage.verdict("tamin")
    assert (verdict.party, verdict.level) == ("tamin", Level.NAMED)


def test_one_network_that_does_not_reach_one_insurer_is_a_path_and_no_liar(stage):
    stage.broken = at_targets("tamin.", Failure.CONNECT_TIMEOUT, only_from=(LIAR,))
    stage.pass_time(400)

    assert stage.judgement.vantages[LIAR] is Sight.SEES
    assert stage.verdict("tamin").domain is FaultDomain.PATH


def test_with_one_other_vantage_nobody_can_tell_who_of_the_two_is_wrong(stage):
    silent = ("mashhad-irancell", "shiraz-tci")
    stage.next_s = {key: at for key, at in stage.next_s.items() if key[1] not in silent}
    stage.broken = always_down
    stage.pass_time(400)

    assert stage.judgement.vantages[LIAR] is Sight.SEES
    assert {v.party for v in stage.judgement.verdicts if v.level is not Level.SYMPTOM} == set()
