"""Figures as Persian and English readers write them."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.wording import Figures
from monitor.wording.catalogue import read

FA = Figures(read("fa"), "Asia/Tehran")
EN = Figures(read("en"), "Asia/Tehran")
AT = datetime(2026, 11, 22, 6, 55, 7, tzinfo=UTC)


def test_clock_times_are_tehrans_in_the_readers_digits():
    assert FA.clock(AT) == "۱۰:۲۵"
    assert EN.clock(AT) == "10:25"
    assert FA.clock(AT, seconds=True) == "۱۰:۲۵:۰۷"


def test_dates_follow_the_calendar_of_the_language():
    assert FA.date(AT) == "یکشنبه ۱ آذر ۱۴۰۵"
    assert EN.date(AT) == "Sunday 22 November 2026"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (datetime(2025, 3, 20, 12, tzinfo=UTC), "پنجشنبه ۳۰ اسفند ۱۴۰۳"),  # a leap year's last day
        (
            datetime(2025, 3, 20, 20, 30, tzinfo=UTC),
            "جمعه ۱ فروردین ۱۴۰۴",
        ),  # past Tehran's midnight
        (datetime(2022, 9, 21, 19, 0, tzinfo=UTC), "چهارشنبه ۳۰ شهریور ۱۴۰۱"),  # summer time
    ],
)
def test_jalali_days_turn_at_tehrans_midnight(day, said):
    assert FA.date(day) == said


@pytest.mark.parametrize(
    ("seconds", "fa", "en"),
    [
        (0, "۰ ثانیه", "0 seconds"),
        (1, "۱ ثانیه", "1 second"),
        (59.9, "۵۹ ثانیه", "59 seconds"),
        (2700, "۴۵ دقیقه", "45 minutes"),
        (13680, "۳ ساعت و ۴۸ دقیقه", "3 hours and 48 minutes"),
        (7200, "۲ ساعت", "2 hours"),
        (90000, "۱ روز و ۱ ساعت", "1 day and 1 hour"),
        (-5, "۰ ثانیه", "0 seconds"),
    ],
)
def test_lengths_of_time_are_told_in_their_largest_units(seconds, fa, en):
    assert FA.duration(seconds) == fa
    assert EN.duration(seconds) == en


def test_ages_and_waits():
    assert FA.age(30) == "۳۰ ثانیه پیش"
    assert EN.ahead(720) == "in 12 minutes"


def test_numbers():
    assert FA.number(4821093) == "۴٬۸۲۱٬۰۹۳"
    assert FA.number(1405) == "۱۴۰۵"
    assert FA.number(0.5) == "۰٫۵"
    assert EN.number(12345.5) == "12,345.5"


def test_a_percentage_is_never_rounded_up_to_certainty():
    assert FA.percent(0.998) == "۹۹٫۸٪"
    assert EN.percent(0.9999) == "99.9%"
    assert EN.percent(1.0) == "100%"


def test_lists_end_with_and():
    assert FA.join(["الف", "ب", "پ"]) == "الف، ب و پ"
    assert EN.join(["a"]) == "a"
    assert EN.join([]) == ""


def test_a_time_a_day_later_is_another_day():
    assert FA.date(AT + timedelta(days=1)) == "دوشنبه ۲ آذر ۱۴۰۵"
