"""What is remembered of one operation: its newest minutes, where its tests stand, its past."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from monitor.core.traffic.baseline import usual_at
from monitor.core.traffic.history import SPAN, History
from monitor.core.traffic.kinds import ANSWER, CALLS, FAILING
from monitor.core.traffic.surge import after
from monitor.core.traffic.volume import BEFORE, WINDOWS, Fall, fall_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.core.traffic.baseline import Usual
    from monitor.core.traffic.season import Season
    from monitor.core.traffic.surge import Share, Tally
    from monitor.model import TrafficReading

    Counts = Mapping[str, int]  # by series, with CALLS

KEPT = BEFORE + WINDOWS[-1] + 5  # minutes


@dataclass(frozen=True, slots=True)
class Minute:
    """What was counted in a minute, and where the tests stood after it."""

    at: int
    counts: Counts
    tallies: Mapping[str, Tally] | None = None  # None: not weighed yet, or changed since


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. What is counted in `hours` is not in `history` yet."""

    minutes: tuple[Minute, ...] = ()  # oldest first; only those with calls
    before: Mapping[str, Tally] = field(default_factory=dict)  # the tests, before them
    hours: Mapping[int, Counts] = field(default_factory=dict)
    history: History = field(default_factory=History)
    usual: Usual | None = None
    fall: Fall | None = None
    asked: tuple[int, int] | None = None  # when the fall was asked for: this minute, last heard
    reading: TrafficReading | None = None  # None: something changed since


def counted(
    operation: Operation,
    minutes: Mapping[int, Counts],
    hours: Mapping[int, Counts],
    *,
    oldest: int,
) -> Operation:
    """An operation with more calls.

    Args:
        operation: As it was.
        minutes: By minute, what to add; what is before `oldest` is not judged any more.
        hours: The same by the first minute of the local hour; what is learnt from.
        oldest: The oldest minute that is still judged.
    """
    new = {at: counts for at, counts in minutes.items() if at >= oldest}
    known = {minute.at: minute for minute in operation.minutes}
    changed = min(new, default=None)
    for at, counts in new.items():
        there = known[at].counts if at in known else {}
        known[at] = Minute(at, added(there, counts))
    ordered = tuple(
        known[at] if changed is None or at < changed else replace(known[at], tallies=None)
        for at in sorted(known)
    )
    later = dict(operation.hours)
    for hour, counts in hours.items():
        later[hour] = added(later.get(hour, {}), counts)
    return replace(operation, minutes=ordered, hours=later, reading=None)


def added(some: Counts, more: Counts) -> Counts:
    """Both together."""
    both = dict(some)
    for name, count in more.items():
        both[name] = both.get(name, 0) + count
    return both


def learnt(operation: Operation, season: Season, *, minute: int) -> Operation:
    """An operation that knows what is usual at this hour, by all hours that are over."""
    hour, slot = season.place(minute)
    over = {at: counts for at, counts in operation.hours.items() if at < hour}
    history = operation.history.plus(over, season, oldest=hour - SPAN)
    left = {at: counts for at, counts in operation.hours.items() if at >= hour}
    usual = usual_at(history, hour, slot)
    return replace(operation, history=history, hours=left, usual=usual, reading=None)


def weighed(
    operation: Operation, season: Season, usual: Usual, *, minute: int, heard: int
) -> Operation:
    """An operation whose tests stand where its minutes up to this one bring them."""
    before, kept = operation.before, []
    past = before
    for each in operation.minutes:
        now = each
        if each.tallies is None and each.at <= minute:
            now = replace(each, tallies=_after(past, usual, each))
        if now.tallies is not None:
            past = now.tallies
        if each.at < minute - KEPT:
            before = past
        else:
            kept.append(now)
    fall, asked = operation.fall, (minute, heard)
    if asked != operation.asked:
        calls = {each.at: each.counts[CALLS] for each in kept}
        rates = usual.rates
        fall = (
            None if rates is None else fall_of(calls, rates, season, fall, now=minute, heard=heard)
        )
    return replace(operation, minutes=tuple(kept), before=before, fall=fall, asked=asked)


def _after(past: Mapping[str, Tally], usual: Usual, minute: Minute) -> Mapping[str, Tally]:
    counts, found = minute.counts, {}
    for name in past.keys() | counts.keys() - {CALLS}:
        against = share_of(usual, name)
        if against is None:
            continue
        tally = after(past.get(name), against, minute.at, counts[CALLS], counts.get(name, 0))
        if tally is not None:
            found[name] = tally
    return found


def share_of(usual: Usual, name: str) -> Share | None:
    """What is usual of a series; None: it cannot be judged yet."""
    return usual.shares.get(name) or (usual.unseen if name.startswith(ANSWER) else None)


def standing(operation: Operation, minute: int) -> Mapping[str, Tally]:
    """Where the tests stand after all minutes up to this one that have been weighed."""
    for each in reversed(operation.minutes):
        if each.at <= minute and each.tallies is not None:
            return each.tallies
    return operation.before


def in_window(operation: Operation, *, begin: int, end: int) -> Counts:
    """What was counted in [begin, end]."""
    found: dict[str, int] = {CALLS: 0, FAILING: 0}
    for each in reversed(operation.minutes):
        if each.at < begin:
            break
        if each.at <= end:
            for name, count in each.counts.items():
                found[name] = found.get(name, 0) + count
    return found
