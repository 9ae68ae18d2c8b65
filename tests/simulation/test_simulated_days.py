"""Half days of the whole application in virtual time: repeatable, and nobody wrongly blamed."""

from __future__ import annotations

import pytest

from tests.soaking.week import simulated_apart

pytestmark = [pytest.mark.process, pytest.mark.alone]

HALF_A_DAY = 0.5
TWICE, OTHERS = 7, (9, 30)
COMMON = {"tamin", "ihio", "tamin.blip", "ihio.blip"}


@pytest.fixture(scope="module")
def half_days():
    """The first two are of the same seed."""
    outcomes = simulated_apart(HALF_A_DAY, (TWICE, TWICE, *OTHERS))
    return [outcome for outcome, _ in outcomes]


def test_the_same_seed_gives_the_same_trace_to_the_letter(half_days):
    once, again, *_ = half_days

    assert once == again
    assert once.looks > 40_000


def test_another_seed_gives_another_trace(half_days):
    digests = {outcome.digest for outcome in half_days}

    assert len(digests) == 1 + len(OTHERS)


def test_no_invariant_breaks(half_days):
    assert [outcome.violations for outcome in half_days] == [()] * len(half_days)


def test_every_long_undisturbed_fault_of_an_upstream_is_named_in_time(half_days):
    assert sum(outcome.detectable for outcome in half_days[1:]) >= 3
    assert all(outcome.detected == outcome.detectable for outcome in half_days)


def test_the_half_days_meet_the_common_faults_and_people_are_told(half_days):
    met = {kind for outcome in half_days[1:] for kind in outcome.kinds}

    assert met >= COMMON
    assert any(kind.startswith("line.") for kind in met)
    assert sum(outcome.accepted for outcome in half_days[1:]) > 0
