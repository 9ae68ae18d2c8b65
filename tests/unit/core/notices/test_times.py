"""Times as people and programs write them."""

from __future__ import annotations

from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.notices.sources import AsideError
from monitor.core.notices.times import day, hours, moment, zone
from tests.unit.core.notices.declared import at

TEHRAN = ZoneInfo("Asia/Tehran")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T10:00:00Z",
        "2026-11-24T13:30:00+03:30",
        "2026-11-24T13:30",
        "2026-11-24 13:30",
        "20261124T133000",
        "۱۴۰۵/۰۹/۰۳ ۱۳:۳۰",
        "1405/9/3 13:30",
        "1405-09-03 13:30",
        "2026/11/24 13:30",
        "Tue, 24 Nov 2026 10:00:00 GMT",
        "Tue, 24 Nov 2026 13:30:00 +0330",
        1795514400,
        1795514400000,
    ],
)
def test_one_moment_in_many_writings(text) -> None:
    assert moment(text, TEHRAN) == at("2026-11-24T10:00")


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "1405/13/01 10:00", "1405/12/30 10:00", "2026-02-30T10:00", "99999999",
        "0001-01-01T00:00", "9999-12-31T23:59:59-14:00", "1405/09/03 25:00", "1405/09/03 10 12",
        None, True, [], float("inf"), 10**400, -1, "9" * 500, "Tue, 99 Nov 2026 10:00:00 GMT",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_set_aside(text) -> None:
    with pytest.raises(AsideError, match="time"):
        moment(text, TEHRAN)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.binary()))
def test_nothing_raises_anything_else(value) -> None:
    try:
        found = moment(value, TEHRAN)
    except AsideError:
        return
    assert found.tzinfo is UTC


def test_leap_days_of_both_calendars() -> None:
    assert day("۱۴۰۳/۱۲/۳۰") == date(2025, 3, 20)
    assert day("روز 1408/12/30") == date(2030, 3, 20)
    assert day("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("از ساعت ۱۰ تا ۱۲", [600, 720]),
        ("از ساعت ۱۰:۳۰ الی ۱۲:۰۰", [630, 720]),
        ("22:00 - 24:00", [1320, 1440]),
        ("٨ تا ٩", [480, 540]),
        ("10:00:00", [600]),
        (9, [540]),
    ],
)
def test_hours_in_a_sentence(text, minutes) -> None:
    assert hours(text) == minutes


@pytest.mark.parametrize("text", ["", "صبح تا ظهر", "25 تا 26", None, 3.5, "10:0"])
def test_what_has_no_hours_is_set_aside(text) -> None:
    with pytest.raises(AsideError, match="time"):
        hours(text)


def test_outlooks_names_of_zones_are_known_and_paths_are_none() -> None:
    assert zone("Iran Standard Time") == TEHRAN
    for name in ("", "Nowhere/City", "../../etc/passwd", "/etc/passwd", "Asia", "a\0b"):
        with pytest.raises(AsideError, match="zone"):
            zone(name)
