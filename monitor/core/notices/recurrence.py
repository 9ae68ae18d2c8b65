"""Daily and weekly recurrence, the part of RFC 5545 that maintenance uses.

The n-th day of a rule is computed, not counted up to: a rule that began long ago costs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_KNOWN = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
_NUMBER = re.compile(r"[1-9]\d{0,5}", re.ASCII)
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
_WEEK = 7
_LONGEST_INTERVAL = 999
_NO_UNTIL = "UNTIL is a day such as 20270320 or a time such as 20270320T203000Z"


class RuleError(ValueError):
    """A rule we do not take; its text is ours and says why."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence: on these weekdays, in every `interval`-th week (or every so many days)."""

    weekly: bool
    interval: int = 1
    weekdays: tuple[int, ...] = ()  # Monday 0; empty: the weekday of the begin
    week_start: int = 0
    count: int | None = None
    until: datetime | None = None  # aware, or naive in the local time of the begin; inclusive


def parse_rule(text: str) -> Rule:
    """Read an RRULE such as `FREQ=WEEKLY;BYDAY=TH,FR;UNTIL=20270320`.

    Raises:
        RuleError: it is none, or of a kind that is not taken.

    Source: RFC 5545 section 3.3.10.
    """
    pairs = [part.partition("=") for part in text.strip().upper().split(";")]
    parts = {name: value for name, _, value in pairs}
    if len(parts) != len(pairs) or not all(value for _, _, value in pairs):
        raise RuleError("this is not a recurrence")
    if not parts.keys() <= _KNOWN or parts.get("FREQ") not in {"DAILY", "WEEKLY"}:
        raise RuleError("only FREQ=DAILY or WEEKLY with INTERVAL, BYDAY, COUNT, UNTIL is taken")
    interval = _number(parts.get("INTERVAL", "1"))
    if interval > _LONGEST_INTERVAL:
        raise RuleError(f"INTERVAL is at most {_LONGEST_INTERVAL}")
    days = {_weekday(name) for name in parts["BYDAY"].split(",")} if "BYDAY" in parts else set()
    if parts["FREQ"] == "DAILY" and days and interval != 1:
        raise RuleError("BYDAY with every so many days is not taken")
    if "COUNT" in parts and "UNTIL" in parts:
        raise RuleError("COUNT and UNTIL exclude each other")
    return Rule(
        weekly=parts["FREQ"] == "WEEKLY" or bool(days),
        interval=interval,
        weekdays=tuple(sorted(days)),
        week_start=_weekday(parts["WKST"]) if "WKST" in parts else 0,
        count=_number(parts["COUNT"]) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
    )


def begins(rule: Rule, first: datetime, since: datetime, until: datetime) -> Iterator[datetime]:
    """When a rule's occurrences begin, within [since, until], as aware UTC.

    Args:
        rule: The recurrence.
        first: Aware, in the zone whose clock it follows; days before it do not count.
        since: Aware.
        until: Aware.
    """
    zone = first.tzinfo
    days = _days(rule, first.date())
    number = max(0, days.number_near(since.astimezone(zone).date()) - 1)
    while rule.count is None or number < rule.count:
        begin = datetime.combine(days.day(number), first.time(), tzinfo=zone)
        if begin.astimezone(UTC) > until or _past(rule.until, begin):
            return
        if begin.astimezone(UTC) >= since:
            yield begin.astimezone(UTC)
        number += 1


@dataclass(frozen=True, slots=True)
class _Days:
    """The days of a rule by their number."""

    first: date
    step: int  # days from one round to the next
    offsets: tuple[int, ...]  # of a round's days, from its begin
    skipped: int  # days of the first round that lie before the first

    def day(self, number: int) -> date:
        rounds, place = divmod(number + self.skipped, len(self.offsets))
        return self.first + timedelta(days=rounds * self.step + self.offsets[place])

    def number_near(self, when: date) -> int:
        """The number of a day shortly before `when`; may be negative."""
        rounds = (when - self.first).days // self.step
        return rounds * len(self.offsets) - self.skipped


def _days(rule: Rule, begin: date) -> _Days:
    if not rule.weekly:
        return _Days(begin, rule.interval, (0,), 0)
    weekdays = rule.weekdays or (begin.weekday(),)
    into = (begin.weekday() - rule.week_start) % _WEEK
    offsets = tuple(sorted((day - rule.week_start) % _WEEK for day in weekdays))
    skipped = sum(offset < into for offset in offsets)
    return _Days(begin - timedelta(days=into), rule.interval * _WEEK, offsets, skipped)


def _past(until: datetime | None, begin: datetime) -> bool:
    if until is None:
        return False
    return begin > until if until.tzinfo is not None else begin.replace(tzinfo=None) > until


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise RuleError("INTERVAL and COUNT are whole numbers from 1")
    return int(text)


def _weekday(name: str) -> int:
    if name not in _DAYS:
        raise RuleError("weekdays are MO, TU, WE, TH, FR, SA and SU, without numbers")
    return _DAYS[name]


def _until(text: str) -> datetime:
    found = _UNTIL.fullmatch(text)
    if found is None:
        raise RuleError(_NO_UNTIL)
    try:
        told = datetime.strptime(found[1] + (found[2] or "235959"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - the zone is the begin's
    except ValueError:
        raise RuleError(_NO_UNTIL) from None
    return told.replace(tzinfo=UTC) if found[3] else told
