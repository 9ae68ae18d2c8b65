"""Notices in a calendar: the events of an iCalendar file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

from monitor.core.notices.recurrence import RuleError, begins, parse_rule
from monitor.core.notices.sources import (
    Aside,
    AsideError,
    Listing,
    NoticeError,
    Told,
    Unreadable,
)
from monitor.core.notices.times import zone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.core.notices.sources import Source

HORIZON = timedelta(days=14)  # how far ahead recurring events are told
BEHIND = timedelta(days=2)  # how long ago one may have begun
_MOST = 5000  # events, and their occurrences together
_MOST_OF_ONE = 100  # occurrences of one event within that
_TIME = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
_SPAN = re.compile(
    r"\+?P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?",
    re.ASCII,
)
_ONCE = frozenset({"UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID"})
_ABOUT = ("SUMMARY", "CATEGORIES", "LOCATION")


@dataclass(frozen=True, slots=True)
class _Line:
    params: dict[str, str]
    value: str


@dataclass(slots=True)
class _Event:
    lines: dict[str, list[_Line]] = field(default_factory=dict)

    def one(self, name: str) -> _Line | None:
        found = self.lines.get(name, [])
        if name in _ONCE and len(found) > 1:
            raise AsideError(Aside.SHAPE)
        return found[0] if found else None


def read_ics(source: Source, data: bytes, now: datetime) -> Listing:
    """Read a calendar's events; recurring ones are told two weeks ahead.

    Args:
        source: Whose `components` and `regions` are looked for in an event's summary, categories
            and location.
        data: iCalendar in UTF-8.
        now: Aware, UTC.

    Raises:
        NoticeError: it is no calendar.

    Source: RFC 5545.
    """
    told: list[Told] = []
    aside: list[Aside] = []
    events = _events(data)
    moved = _moved(source, events)
    for number, event in enumerate(events):
        if max(number, len(told)) >= _MOST:
            aside.append(Aside.TOO_MANY)
            break
        try:
            told.extend(_told(source, event, now, moved))
        except AsideError as error:
            aside.append(error.why)
        except RuleError:
            aside.append(Aside.RULE)
    return Listing(tuple(told), tuple(aside))


def _events(data: bytes) -> list[_Event]:
    # Lines are folded by bytes, in the midst of a letter if need be.
    try:
        text = re.sub(rb"\r?\n[ \t]", b"", data).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoticeError(Unreadable.ENCODING) from None
    events: list[_Event] = []
    inside: list[str] = []
    for raw in re.split(r"\r?\n", text.strip()):
        name, line = _line(raw)
        if name == "BEGIN":
            inside.append(line.value.strip().upper())
            if inside == ["VCALENDAR", "VEVENT"]:
                events.append(_Event())
        elif name == "END":
            if not inside or inside.pop() != line.value.strip().upper():
                raise NoticeError(Unreadable.SYNTAX)
        elif inside == ["VCALENDAR", "VEVENT"]:
            events[-1].lines.setdefault(name, []).append(line)
        elif not inside:
            raise NoticeError(Unreadable.SYNTAX)
    if inside or not text.strip():
        raise NoticeError(Unreadable.SYNTAX)
    return events


def _line(raw: str) -> tuple[str, _Line]:
    quoted, parts, begin = False, [], 0
    for place, sign in enumerate(raw):
        if sign == '"':
            quoted = not quoted
        elif sign in ";:" and not quoted:
            parts.append(raw[begin:place])
            begin = place + 1
            if sign == ":":
                pairs = (part.partition("=") for part in parts[1:])
                params = {key.upper(): value.strip('"') for key, _, value in pairs}
                return parts[0].upper(), _Line(params, raw[begin:])
    return "", _Line({}, "")


def _told(
    source: Source, event: _Event, now: datetime, moved: set[tuple[str, datetime]]
) -> Iterator[Told]:
    uid, first = event.one("UID"), event.one("DTSTART")
    if first is None or "RDATE" in event.lines:
        raise AsideError(Aside.SHAPE if first is None else Aside.RULE)
    name = uid.value if uid is not None else first.value
    start = _moment(first, source)
    length = _length(source, event, start)
    about = [line.value for key in _ABOUT for line in event.lines.get(key, [])]
    services, region = source.services_in(about), source.region_in(about)
    status = event.one("STATUS")
    over = status is not None and status.value.strip().upper() == "CANCELLED"
    except_at = {_moment(_Line(line.params, value), source).astimezone(UTC)
                 for line in event.lines.get("EXDATE", [])
                 for value in line.value.split(",")}  # fmt: skip
    for begin in _begins(event, start, now):
        alone = event.one("RECURRENCE-ID") is not None or event.one("RRULE") is None
        if begin in except_at or (not alone and (name, begin) in moved):
            continue
        key = f"{name}\0{begin.isoformat()}"
        says = "cancelled" if over else "planned"
        to_at = None if length is None else begin + length
        yield Told(key, source.kind, says, begin, to_at, services, region)


def _begins(event: _Event, start: datetime, now: datetime) -> list[datetime]:
    rule = event.one("RRULE")
    if rule is None or event.one("RECURRENCE-ID") is not None:
        return [start.astimezone(UTC)]
    found: list[datetime] = []
    for begin in begins(parse_rule(rule.value), start, now - BEHIND, now + HORIZON):
        if len(found) == _MOST_OF_ONE:
            break
        found.append(begin)
    return found


def _moved(source: Source, events: list[_Event]) -> set[tuple[str, datetime]]:
    """Occurrences that have an event of their own."""
    found: set[tuple[str, datetime]] = set()
    for event in events:
        try:
            uid, which = event.one("UID"), event.one("RECURRENCE-ID")
            if uid is not None and which is not None:
                found.add((uid.value, _moment(which, source).astimezone(UTC)))
        except AsideError:
            continue  # told when the event itself is read
    return found


def _moment(line: _Line, source: Source) -> datetime:
    """An aware time in its own zone; a whole day begins at midnight."""
    found = _TIME.fullmatch(line.value.strip())
    if found is None:
        raise AsideError(Aside.TIME)
    local: tzinfo = UTC if found[3] else zone(line.params.get("TZID", source.time_zone))
    try:
        when = date(int(found[1][:4]), int(found[1][4:6]), int(found[1][6:]))
        clock = found[2] or "000000"
        at = time(int(clock[:2]), int(clock[2:4]), min(int(clock[4:]), 59), tzinfo=local)
        told = datetime.combine(when, at)
        told.astimezone(UTC)
    except (ValueError, OverflowError):
        raise AsideError(Aside.TIME) from None
    if not 1970 <= told.year < 2200:  # noqa: PLR2004 - as in `times`
        raise AsideError(Aside.TIME)
    return told


def _length(source: Source, event: _Event, start: datetime) -> timedelta | None:
    """How long it lasts; a whole day where it is one; None: nobody said."""
    end, span = event.one("DTEND"), event.one("DURATION")
    if end is not None:
        return _moment(end, source).astimezone(UTC) - start.astimezone(UTC)
    if span is not None:
        found = _SPAN.fullmatch(span.value.strip())
        if found is None:
            raise AsideError(Aside.TIME)
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    first = event.one("DTSTART")
    return timedelta(days=1) if first is not None and "T" not in first.value else None
