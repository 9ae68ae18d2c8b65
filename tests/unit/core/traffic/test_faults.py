"""What befalls an operation is told: what it is, since when, soon, and over when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.traffic.operation import Operation
from monitor.model import OutcomeClass, TrafficState
from tests.support.traffic import MINUTE
from tests.unit.core.traffic.clinic import FETCH, QUIET, REGISTER, Clinic, at, quiet, telling

ERRORS = {(OutcomeClass.SERVER_ERROR, None): 0.95}
COVER = "not-covered"
# What is done to the calls, and what must be told of them.
BECOMES = {
    "down": ({"shares": ERRORS}, TrafficState.FAILING, None),
    "a third": ({"shares": {(OutcomeClass.TIMEOUT, None): 0.3}}, TrafficState.FAILING, None),
    "login": ({"shares": {(OutcomeClass.CREDENTIALS, None): 0.97}}, TrafficState.REFUSED, None),
    "slow": ({"shares": {(OutcomeClass.SLOW, None): 0.6}}, TrafficState.SLOW, None),
    "no cover": (
        {"shares": {(OutcomeClass.BUSINESS, COVER): 0.25}},
        TrafficState.QUIET_FAULT,
        COVER,
    ),
    "new code": ({"shares": {(OutcomeClass.BUSINESS, "-9"): 0.25}}, TrafficState.QUIET_FAULT, "-9"),
    "nothing comes": ({"volume": 0.0}, TrafficState.DROP, None),
}
# Which, calls a minute, seconds it may take.
FAULTS = [
    ("down", 5, 240),
    ("down", 40, 90),
    ("down", 300, 20),
    ("a third", 40, 300),
    ("login", 40, 60),
    ("slow", 40, 180),
    ("no cover", 40, 600),
    ("no cover", 300, 300),
    ("new code", 40, 420),
    ("nothing comes", 40, 400),
    ("nothing comes", 300, 200),
]


@pytest.mark.parametrize(
    ("name", "peak", "within_s"),
    FAULTS,
    ids=[f"{name} at {peak} a minute" for name, peak, _ in FAULTS],
)
def test_a_fault_is_told_in_time_for_what_it_is(name, peak, within_s):
    fault, state, code = BECOMES[name]
    clinic = Clinic(peak=float(peak))
    clinic.go(at(9), 60)
    assert {reading.state for reading in clinic.seen} <= QUIET

    reading, told_at = clinic.go(at(10), 30, until=telling, **fault)

    assert (reading.state, reading.code) == (state, code)
    assert told_at - at(10) <= timedelta(seconds=within_s)
    assert abs(reading.since_at - at(10)) <= 2 * MINUTE
    if state is not TrafficState.DROP:
        assert reading.bad > 2 * reading.expected


def test_only_the_operation_that_fails_is_told():
    clinic = Clinic()
    clinic.go(at(9), 60)

    clinic.go(at(10), 5, shares=ERRORS)
    readings = clinic.read(at(10, 5))

    assert readings[REGISTER].state is TrafficState.FAILING
    assert readings[FETCH].state is TrafficState.USUAL


@pytest.mark.parametrize("fault", [{"shares": ERRORS}, {"volume": 0.0}], ids=["errors", "drop"])
def test_what_is_over_is_over_within_minutes(fault):
    clinic = Clinic()
    clinic.go(at(9), 60)
    clinic.go(at(10), 20, **fault)

    reading, told_at = clinic.go(at(10, 20), 15, until=quiet)

    assert reading is not None
    assert told_at - at(10, 20) <= timedelta(minutes=6)


def test_a_fault_lasts_as_long_as_it_lasts_however_long():
    clinic = Clinic(peak=300.0)
    clinic.go(at(9), 60)
    clinic.go(at(10), 10, volume=0.02)

    clinic.seen.clear()
    clinic.go(at(10, 10), 110, volume=0.02)

    assert {reading.state for reading in clinic.seen} == {TrafficState.DROP}


def test_a_morning_of_errors_teaches_nothing_that_hides_the_next():
    clinic = Clinic()
    clinic.go(at(9), 180, shares=ERRORS)
    clinic.go(at(9, day=1), 60)

    reading, told_at = clinic.go(at(10, day=1), 10, until=telling, shares=ERRORS)

    assert reading.state is TrafficState.FAILING
    assert told_at - at(10, day=1) <= timedelta(seconds=90)


def test_a_fresh_installation_tells_of_a_hard_outage_and_of_nothing_it_cannot_know():
    clinic = Clinic()
    clinic.memory = type(clinic.memory)(
        clinic.memory.season, {}, dict.fromkeys(clinic.memory.operations, Operation())
    )
    half = {(OutcomeClass.BUSINESS, COVER): 0.5, (OutcomeClass.SLOW, None): 0.4}

    clinic.go(at(9), 60, shares=half)
    assert {reading.state for reading in clinic.seen} <= QUIET

    reading, told_at = clinic.go(at(10), 10, until=telling, shares=ERRORS)
    assert reading.state is TrafficState.FAILING
    assert told_at - at(10) <= timedelta(seconds=120)
