"""Times as people and programs write them: ISO 8601, RFC 5322, Jalali days, Persian digits."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from persiantools.jdatetime import JalaliDate

from monitor.core.notices.sources import Aside, AsideError

if TYPE_CHECKING:
    from datetime import tzinfo

_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
_DAY = re.compile(r"(\d{4})[/\-.](\d{1,2})[/\-.](\d{1,2})", re.ASCII)
_HOUR = re.compile(r"(?<![\d:])(\d{1,2})(?:[:.](\d{2})(?::\d{2})?)?(?![\d:])", re.ASCII)
_JALALI_YEARS = range(1300, 1600)
_YEARS = range(1970, 2200)
_LONGEST = 80  # letters; no time is longer
_MILLISECONDS_FROM = 1e11  # as seconds, that would be the year 5138
_MINUTES_OF_DAY = 24 * 60
_WINDOWS_ZONES = {"Iran Standard Time": "Asia/Tehran", "W. Europe Standard Time": "Europe/Berlin"}


def zone(name: str) -> ZoneInfo:
    """The time zone of a name, Outlook's names of ours among them.

    Raises:
        AsideError: nobody knows it.
    """
    try:
        return ZoneInfo(_WINDOWS_ZONES.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise AsideError(Aside.ZONE) from None


def moment(value: object, local: tzinfo) -> datetime:
    """A point in time, as aware UTC.

    Args:
        value: Seconds or milliseconds since 1970, or text: ISO 8601, RFC 5322, a Jalali or
            Gregorian day with a time.
        local: The zone of a time that names none.

    Raises:
        AsideError: it is none.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            since_s = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
            return _sane(datetime.fromtimestamp(since_s, UTC))
        return _sane(_written(_plain(value), local))
    except (ValueError, OverflowError, TypeError, IndexError, OSError):
        raise AsideError(Aside.TIME) from None


def day(value: object) -> date:
    """A day, Gregorian or Jalali by its year, in any digits.

    Raises:
        AsideError: it is none.
    """
    try:
        found = _DAY.search(_plain(value))
        if found is None:
            raise AsideError(Aside.TIME)
        return _day_of(found)
    except (ValueError, OverflowError):
        raise AsideError(Aside.TIME) from None


def hours(value: object) -> list[int]:
    """The times of day in a text, as minutes since midnight: two of `از ساعت ۱۰ تا ۱۲:۳۰`.

    Raises:
        AsideError: one of them is none.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    try:
        minutes = [int(h) * 60 + int(m or 0) for h, m in _HOUR.findall(_plain(value))]
    except ValueError:
        raise AsideError(Aside.TIME) from None
    if not minutes or any(each > _MINUTES_OF_DAY for each in minutes):
        raise AsideError(Aside.TIME)
    return minutes


def at(when: date, minutes: int, local: tzinfo) -> datetime:
    """A time of a day, as aware UTC; 1440 minutes are the next midnight.

    Raises:
        AsideError: it lies beyond every calendar.
    """
    try:
        days, rest = divmod(minutes, _MINUTES_OF_DAY)
        begin = time(rest // 60, rest % 60, tzinfo=local)
        return _sane(datetime.combine(when + timedelta(days=days), begin))
    except (ValueError, OverflowError):
        raise AsideError(Aside.TIME) from None


def _plain(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise AsideError(Aside.TIME)
    return value.translate(_DIGITS).strip()


def _written(text: str, local: tzinfo) -> datetime:
    found = _DAY.match(text)
    if found is not None and (int(found[1]) in _JALALI_YEARS or "-" not in found[0]):
        rest = hours(text[found.end() :]) if text[found.end() :].strip() else [0]
        if len(rest) != 1:
            raise AsideError(Aside.TIME)
        return at(_day_of(found), rest[0], local)
    if text[:1].isdigit() and text[4:5] in {"-", *"0123456789"}:
        told = datetime.fromisoformat(text)
    else:
        told = parsedate_to_datetime(text)
    return told if told.tzinfo is not None else told.replace(tzinfo=local)


def _day_of(found: re.Match[str]) -> date:
    year, month, number = (int(part) for part in found.groups())
    if year in _JALALI_YEARS:
        gregorian: date = JalaliDate(year, month, number).to_gregorian()
        return gregorian
    return date(year, month, number)


def _sane(told: datetime) -> datetime:
    if told.year not in _YEARS:
        raise ValueError(told.year)
    return told.astimezone(UTC)
