"""Nights, Fridays, holidays and slow mornings are no outage, and neither is chance."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.model import TrafficState
from tests.soaking.traffic import healthy
from tests.unit.core.traffic.clinic import FETCH, QUIET, REGISTER, Clinic, at

DAYS = 15  # sixty: make soak


@pytest.mark.parametrize("peak", [5.0, 300.0])
def test_healthy_weeks_from_the_first_minute_on_tell_nothing(peak):
    told = healthy(peak, DAYS, seed=int(peak))

    assert set(told.states) <= QUIET
    assert told.states[TrafficState.USUAL] > DAYS * 1440 / 4
    (operation,) = told.memory.operations.values()
    assert len(operation.minutes) <= 50
    assert len(operation.history.hours) <= 8 * 7 * 24 + 24
    assert len(operation.hours) <= 2


def test_a_night_without_a_single_call_is_thin():
    clinic = Clinic()
    clinic.go(at(21), 90)

    clinic.go(at(22, 30), 8 * 60, both={"volume": 0.0})

    assert {reading.state for reading in clinic.seen} <= QUIET
    assert clinic.seen[-1].state is TrafficState.THIN


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "unannounced"])
def test_a_holiday_is_no_drop(declared):
    day = (at(0, day=2) + timedelta(hours=4)).date()
    clinic = Clinic(peak=300.0, holidays=(day,) if declared else ())

    clinic.go(at(0, day=2), 1440, both={"holiday": True})

    assert {reading.state for reading in clinic.seen} <= QUIET


def test_a_slow_morning_and_a_slow_day_are_no_drop():
    clinic = Clinic(peak=300.0)

    clinic.go(at(4), 6 * 60, both={"volume": 0.15})
    clinic.go(at(10), 6 * 60, both={"volume": 0.4})

    assert {reading.state for reading in clinic.seen} <= QUIET


def test_when_nobody_tells_anything_nobody_has_fallen():
    clinic = Clinic(peak=300.0)
    clinic.go(at(9), 60)

    states = {
        clinic.read(at(10) + timedelta(seconds=5 * tick))[REGISTER].state for tick in range(400)
    }

    assert states <= QUIET


def test_where_all_fall_alike_all_are_told_and_that_is_no_upstreams_doing():
    clinic = Clinic(peak=300.0)
    clinic.go(at(9), 60)

    clinic.go(at(10), 12, both={"volume": 0.01})
    readings = clinic.read(at(10, 12))

    assert {readings[key].state for key in (REGISTER, FETCH)} == {TrafficState.DROP}
