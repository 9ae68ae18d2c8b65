"""Quarter days of the whole application in virtual time: repeatable, and nobody wrongly blamed."""

from __future__ import annotations

import pytest

from tests.soaking.week import simulated_apart

pytestmark = [pytest.mark.process, pytest.mark.alone]

A_QUARTER = 0.25
TWICE, OTHERS = 31, (97,)  # whose schedules hold what is asked for below; a week: make soak
COMMON = {"tamin", "ihio", "tamin.blip", "ihio.blip"}


@pytest.fixture(scope="module")
def quarters():
    """The first two are of the same seed."""
    outcomes = simulated_apart(A_QUARTER, (TWICE, TWICE, *OTHERS))
    return [outcome for outcome, _ in outcomes]


def test_the_same_seed_gives_the_same_trace_to_the_letter(quarters):
    once, again, *_ = quarters

    assert once == again
    assert once.looks > 20_000


def test_another_seed_gives_another_trace(quarters):
    digests = {outcome.digest for outcome in quarters}

    assert len(digests) == 1 + len(OTHERS)


def test_no_invariant_breaks(quarters):
    assert [outcome.violations for outcome in quarters] == [()] * len(quarters)


def test_every_long_undisturbed_fault_of_an_upstream_is_named_in_time(quarters):
    assert sum(outcome.detectable for outcome in quarters[1:]) >= 3
    assert all(outcome.detected == outcome.detectable for outcome in quarters)


def test_the_quarters_meet_the_common_faults_and_people_are_told(quarters):
    met = {kind for outcome in quarters[1:] for kind in outcome.kinds}

    assert met >= COMMON
    assert any(kind.startswith("line.") for kind in met)
    assert sum(outcome.accepted for outcome in quarters[1:]) > 0
