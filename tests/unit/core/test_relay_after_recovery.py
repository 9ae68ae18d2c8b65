"""A relay's failure that is older than the upstream's recovery says nothing about the platform."""

from __future__ import annotations

import pytest

from monitor.model import Failure, Role
from monitor.simulation.run import EVERY_S, simulated
from tests.support.demo import demo_settings
from tests.support.looks import Stage, nothing

RELAY_AT_S, DIRECT_AT_S = 1.0, 31.0  # in every minute


@pytest.fixture
def stage():
    """Every relay is looked at half a minute before everything else."""
    made = Stage(simulated(demo_settings().world))
    for check, vantage in made.next_s:
        role = made.world.targets[made.world.checks[check].target].role
        made.next_s[check, vantage] = RELAY_AT_S if role is Role.RELAY else DIRECT_AT_S
    return made


def slow_and_fails_through_the_relay(check, vantage):
    del vantage
    if check.target == "panel.relay.tamin":
        return Failure.HTTP_5XX
    return "slow" if check.target.startswith("tamin.") else None


def fails_through_the_relay_alone(check, vantage):
    del vantage
    return Failure.HTTP_5XX if check.target == "panel.relay.tamin" else None


def test_the_platform_is_not_blamed_for_what_its_relay_said_before_the_upstream_was_well_again(
    stage,
):
    stage.broken = slow_and_fails_through_the_relay
    stage.pass_time(10 * EVERY_S + 10)  # the relay has just failed once more
    stage.broken = nothing
    stage.pass_time(2 * EVERY_S)

    parties = {verdict.party for judgement in stage.history for verdict in judgement.verdicts}
    assert "boghrat" not in parties


def test_the_platform_is_blamed_when_its_relay_still_fails_after_the_upstream_was_well_again(stage):
    stage.broken = slow_and_fails_through_the_relay
    stage.pass_time(10 * EVERY_S + 10)
    stage.broken = fails_through_the_relay_alone
    stage.pass_time(3 * EVERY_S)

    verdict = stage.verdict("tamin")
    assert verdict is not None
    assert verdict.party == "boghrat"
