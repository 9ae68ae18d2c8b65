"""Daily and weekly recurrence: a calculation, checked against counting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.notices.recurrence import RuleError, begins, parse_rule

TEHRAN = ZoneInfo("Asia/Tehran")
BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime(2026, 11, 19, 0, 30, tzinfo=TEHRAN)  # a Thursday
NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def days_of(text, *, first=FIRST, since="2026-01-01", until="2027-01-31"):
    span = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (since, until))
    return [
        f"{each.astimezone(first.tzinfo):%m-%d}" for each in begins(parse_rule(text), first, *span)
    ]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("FREQ=WEEKLY;COUNT=3", ["11-19", "11-26", "12-03"]),
        ("FREQ=WEEKLY;BYDAY=TH,FR;COUNT=4", ["11-19", "11-20", "11-26", "11-27"]),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20261130", ["11-23", "11-30"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;WKST=SA;COUNT=3", ["11-28", "11-29", "12-12"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;WKST=MO;COUNT=3", ["11-21", "11-22", "12-05"]),
        ("FREQ=DAILY;INTERVAL=3;UNTIL=20261125T000000", ["11-19", "11-22"]),
        ("FREQ=DAILY;BYDAY=SA;COUNT=2", ["11-21", "11-28"]),
        ("freq=daily;until=20261119T210000Z", ["11-19", "11-20"]),
    ],
)
def test_the_days_of_a_rule(text, days) -> None:
    assert days_of(text) == days


@pytest.mark.parametrize(
    "text",
    [
        "", "WEEKLY", "FREQ=", "FREQ=MONTHLY", "FREQ=YEARLY;BYDAY=MO", "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYHOUR=3", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=2;BYDAY=MO",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101", "FREQ=DAILY;COUNT=x", "FREQ=DAILY;UNTIL=20270230",
        "FREQ=DAILY;FREQ=WEEKLY", "FREQ=DAILY;INTERVAL=9999", "FREQ=DAILY;UNTIL=tomorrow",
    ],
)  # fmt: skip
def test_other_rules_are_refused(text) -> None:
    with pytest.raises(RuleError):
        parse_rule(text)


def test_it_keeps_to_the_local_clock_when_that_is_changed() -> None:
    first = datetime(2026, 10, 24, 9, 0, tzinfo=BERLIN)
    span = (first - timedelta(days=1), first + timedelta(days=2))

    found = [each.hour for each in begins(parse_rule("FREQ=DAILY"), first, *span)]

    assert found == [7, 8, 8], "summer time ends between the first and the second"


@given(
    weekdays=st.sets(st.integers(0, 6)),
    interval=st.integers(1, 5),
    count=st.none() | st.integers(1, 60),
    begin=st.integers(0, 400),
    since=st.integers(-30, 900),
    week_start=st.integers(0, 6),
)
def test_it_finds_what_counting_day_by_day_finds(
    weekdays, interval, count, begin, since, week_start
) -> None:
    first = datetime(2025, 1, 1, 9, 0, tzinfo=UTC) + timedelta(days=begin)
    text = f"FREQ=WEEKLY;INTERVAL={interval};WKST={NAMES[week_start]}"
    text += f";BYDAY={','.join(NAMES[day] for day in weekdays)}" if weekdays else ""
    text += f";COUNT={count}" if count is not None else ""
    from_at = first + timedelta(days=since)
    to_at = from_at + timedelta(days=40)

    wanted = weekdays or {first.weekday()}
    week = first - timedelta(days=(first.weekday() - week_start) % 7)
    counted = []
    day = first
    while day <= to_at and (count is None or len(counted) < count):
        if (day - week).days // 7 % interval == 0 and day.weekday() in wanted:
            counted.append(day)
        day += timedelta(days=1)

    found = [*begins(parse_rule(text), first, from_at, to_at)]

    assert found == [each for each in counted if from_at <= each <= to_at]


def test_a_rule_that_began_long_ago_costs_nothing() -> None:
    first = datetime(1971, 1, 1, tzinfo=UTC)
    since = datetime(2199, 1, 1, tzinfo=UTC)

    found = [
        *begins(parse_rule("FREQ=DAILY;COUNT=999999"), first, since, since + timedelta(days=2))
    ]

    assert len(found) == 3
