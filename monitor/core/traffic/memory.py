"""What traffic has told so far, and what it says now: memory in, memory out.

    memory = started(world, holidays)
    memory = taken(memory, outcomes, now.at)   # a batch, late, early or in time
    memory, readings = judged(memory, now.at)  # every tick

Minutes are told in pieces, late, out of order: a change of a minute weighs that minute anew and
those after it. What comes after three quarters of an hour is learnt from and not judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from monitor.core.traffic.history import bounded
from monitor.core.traffic.judging import read
from monitor.core.traffic.kinds import CALLS, codes_of, series_of
from monitor.core.traffic.operation import KEPT, Operation, added, counted, learnt, weighed
from monitor.core.traffic.season import Season, minute_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from monitor.core.traffic.kinds import Codes
    from monitor.model import Outcome, TrafficReading, World

    Key = tuple[str, str]  # service, operation

AHEAD = 2  # minutes by which the platform's clock may be ahead


@dataclass(frozen=True, slots=True)
class TrafficMemory:
    """Everything that is remembered between ticks; bounded, and made anew from the store."""

    season: Season
    codes: Codes
    operations: Mapping[Key, Operation]
    heard: int = 0  # the newest minute that the platform told anything of, of any operation
    asked: Mapping[Key, int] = field(default_factory=dict)  # the same, of each we ask somebody for


def started(
    world: World, holidays: Collection[date] = (), asked: Collection[Key] = ()
) -> TrafficMemory:
    """A memory that knows nothing of the past.

    Args:
        world: Whose operations are judged, in whose time zone.
        holidays: Days that are not like their day of the week.
        asked: Operations of which we ask somebody, and hear nothing else.
    """
    operations = {
        (service.id, each.id): Operation()
        for service in world.services.values()
        for each in service.operations
    }
    season = Season(world.time_zone, frozenset(holidays))
    return TrafficMemory(season, codes_of(world), operations, asked=dict.fromkeys(asked, 0))


def taken(memory: TrafficMemory, outcomes: Sequence[Outcome], now_at: datetime) -> TrafficMemory:
    """A memory that knows a batch more. The same outcomes twice count twice: ids are the store's.

    Args:
        memory: As it was.
        outcomes: Of any minutes; of operations that are not declared, or of minutes that cannot
            have been yet, nothing is taken.
        now_at: The present, aware.
    """
    memory, newest = _counted(memory, outcomes, now_at)
    return replace(memory, heard=max(memory.heard, newest))


def answered(
    memory: TrafficMemory, outcomes: Sequence[Outcome], minute_at: datetime, now_at: datetime
) -> TrafficMemory:
    """A memory that knows what somebody answered of one minute, also if that was nothing.

    Args:
        memory: As it was.
        outcomes: All that there was in it, of the operations we ask for.
        minute_at: When it begins.
        now_at: The present, aware.
    """
    memory, _ = _counted(memory, outcomes, now_at)
    minute = min(minute_of(minute_at), minute_of(now_at))
    return replace(memory, asked={key: max(at, minute) for key, at in memory.asked.items()})


def _counted(
    memory: TrafficMemory, outcomes: Sequence[Outcome], now_at: datetime
) -> tuple[TrafficMemory, int]:
    """With more calls, and the newest minute among them."""
    now = minute_of(now_at)
    been = [each for each in outcomes if minute_of(each.minute_at) <= now + AHEAD]
    minutes = _by_minute(memory, been)
    operations = dict(memory.operations)
    for key, told in minutes.items():
        hours = _by_hour(told, memory.season)
        operations[key] = counted(operations[key], told, hours, oldest=now - KEPT)
    newest = max((min(at, now) for told in minutes.values() for at in told), default=0)
    return replace(memory, operations=operations), newest


def past(memory: TrafficMemory, outcomes: Sequence[Outcome]) -> TrafficMemory:
    """A memory that has learnt from the past, and judges nothing by it.

    Args:
        memory: As it was.
        outcomes: Sums of any step that divides local hours, such as a quarter of an hour.
    """
    operations = dict(memory.operations)
    for key, told in _by_minute(memory, outcomes).items():
        operation = operations[key]
        hours = dict(operation.hours)
        for hour, counts in _by_hour(told, memory.season).items():
            hours[hour] = added(hours.get(hour, {}), counts)
        usual = operation.usual and replace(operation.usual, hour=0)  # learnt anew, in its turn
        operations[key] = replace(operation, hours=hours, usual=usual)
    return replace(memory, operations=operations)


def judged(
    memory: TrafficMemory, now_at: datetime
) -> tuple[TrafficMemory, tuple[TrafficReading, ...]]:
    """What traffic says now, of every declared operation.

    At most one operation learns in a call, so that an hour's end holds up no tick.

    Args:
        memory: As it was.
        now_at: The present, aware.
    """
    minute, season = minute_of(now_at), memory.season
    hour, _ = season.place(minute)
    operations, readings, turn = dict(memory.operations), [], True
    for key, operation in memory.operations.items():
        new, usual = operation, operation.usual
        if usual is None or (turn and usual.hour != hour):
            turn = usual is None
            new = learnt(operation, season, minute=minute)
            usual = new.usual
        heard = memory.asked.get(key, memory.heard)
        if usual is None:
            continue
        if new.reading is None or new.asked != (minute, heard):
            new = weighed(new, season, usual, minute=minute, heard=heard)
            reading = read(key, new, usual, season, minute=minute, at=now_at)
        else:
            reading = replace(new.reading, at=now_at)
        operations[key] = replace(new, reading=reading)
        readings.append(reading)
    return replace(memory, operations=operations), tuple(readings)


def _by_minute(
    memory: TrafficMemory, outcomes: Sequence[Outcome]
) -> dict[Key, dict[int, dict[str, int]]]:
    found: dict[Key, dict[int, dict[str, int]]] = {}
    names: dict[Key, set[str]] = {}
    for each in outcomes:
        key = (each.service, each.operation)
        operation = memory.operations.get(key)
        if operation is None:
            continue
        counts = found.setdefault(key, {}).setdefault(minute_of(each.minute_at), {CALLS: 0})
        counts[CALLS] += each.count
        series = series_of(each, memory.codes)
        if series is None:
            continue
        if key not in names:
            names[key] = _names_of(operation)
        series = bounded(series, names[key])
        names[key].add(series)
        counts[series] = counts.get(series, 0) + each.count
    return found


def _names_of(operation: Operation) -> set[str]:
    """The series an operation remembers."""
    names = set(operation.history.series)
    for counts in operation.hours.values():
        names |= counts.keys()
    return names


def _by_hour(told: Mapping[int, Mapping[str, int]], season: Season) -> dict[int, Mapping[str, int]]:
    hours: dict[int, Mapping[str, int]] = {}
    for minute, counts in told.items():
        hour, _ = season.place(minute)
        hours[hour] = added(hours.get(hour, {}), counts)
    return hours
