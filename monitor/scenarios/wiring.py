"""What lies in the way of each look and each signal, part by part."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from monitor.core.inference.evidence import SignalKind
from monitor.model import Role, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from monitor.core.inference.layout import Layout, Place, Thing


class Leg(IntEnum):
    """How far a look has come; what breaks earlier hides what breaks later."""

    CENTRE = 0
    AGENT = 1
    HOST = 2
    LINE = 3
    NAMES = 4
    WAY = 5
    SITE = 6
    DOOR = 7
    WEB = 8
    GATE = 9
    WORK = 10
    STANDING = 11
    OPERATION = 12
    BEHIND = 20  # what a relay meets behind the platform ranks so much later


@dataclass(frozen=True, slots=True)
class Reach:
    """Cells that a part lies in the way of, at one leg."""

    leg: int
    cells: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Wiring:
    """A layout taken apart. A cell is a look's pair or a signal, in the layout's order."""

    layout: Layout
    cells: int
    kinds: tuple[str, ...]  # of each cell: a role's or a signal's name
    owners: tuple[str, ...]  # whose resolver remembers names: a vantage, or `` for the platform's
    parts: Mapping[str, tuple[Reach, ...]]


def wired(layout: Layout) -> Wiring:
    """Take a layout apart."""
    parts: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    kinds, owners = [], []
    number = 0
    for vantage, target in layout.looks:
        place, thing = layout.places[vantage], layout.things[target]
        for part, leg in _look(layout, place, thing):
            parts[part][leg].append(number)
        kinds.append(thing.role.value)
        owners.append(vantage)
        number += 1
    for subject, kind in layout.signals:
        for part, leg in _signal(layout, subject, kind):
            parts[part][leg].append(number)
        kinds.append(kind.value)
        owners.append("")
        number += 1
    reaches = {
        part: tuple(Reach(leg, np.array(sorted(set(cells)))) for leg, cells in by_leg.items())
        for part, by_leg in parts.items()
    }
    return Wiring(layout, number, tuple(kinds), tuple(owners), reaches)


def _look(layout: Layout, place: Place, thing: Thing) -> Iterator[tuple[str, int]]:
    yield from (("centre", Leg.CENTRE), (f"agent:{place.id}", Leg.AGENT))
    yield from ((f"host:{place.id}", Leg.HOST), (f"line:{place.id}", Leg.LINE))
    yield f"network:{place.network}", Leg.LINE
    if place.at_platform:
        yield "hall", Leg.LINE
    inside = place.country == layout.country
    at_home = thing.scope is not Scope.INTERNATIONAL
    if inside or at_home:
        yield "core", Leg.LINE
    if inside != at_home:
        yield "border", Leg.LINE
    yield f"resolver:{place.id}", Leg.NAMES
    if at_home:
        yield "zones", Leg.NAMES
    party = thing.party or thing.id
    yield f"way:{place.id}>{party}", Leg.WAY
    yield f"way:{place.network}>{party}", Leg.WAY
    yield f"pair:{place.id}>{thing.id}", Leg.WAY
    yield from _party(party)
    for shared, serves in layout.shared.items():
        if thing.id in serves:
            yield f"shared:{shared}", _leg_of(layout, serves)
    if thing.role in (Role.TRANSACTION, Role.RELAY):
        yield f"work:{party}", Leg.WORK
    if thing.role is Role.TRANSACTION:
        yield f"standing:looks>{party}", Leg.STANDING
        yield f"operation:{thing.id}", Leg.OPERATION
    if thing.role is Role.RELAY and thing.upstream is not None:
        works = [t for t in _works(layout, thing.upstream) if _concerns(thing, t)]
        yield from _behind(layout, thing.upstream, works)


def _party(party: str) -> Iterator[tuple[str, int]]:
    yield f"zone:{party}", Leg.NAMES
    yield f"site:{party}", Leg.SITE
    yield f"door:{party}", Leg.DOOR
    yield f"web:{party}", Leg.WEB


def _behind(layout: Layout, upstream: str, works: list[Thing]) -> Iterator[tuple[str, int]]:
    yield f"relay:{upstream}", Leg.BEHIND
    yield "relays", Leg.BEHIND
    yield f"egress:{upstream}", Leg.BEHIND + Leg.WAY
    for part, leg in _party(upstream):
        yield part, Leg.BEHIND + leg
    yield f"work:{upstream}", Leg.BEHIND + Leg.WORK
    yield f"standing:platform>{upstream}", Leg.BEHIND + Leg.STANDING
    for work in works:
        yield f"operation:{work.id}", Leg.BEHIND + Leg.OPERATION
        for shared, serves in layout.shared.items():
            if work.id in serves:
                yield f"shared:{shared}", Leg.BEHIND + _leg_of(layout, serves)


def _signal(layout: Layout, subject: str, kind: SignalKind) -> Iterator[tuple[str, int]]:
    yield "centre", Leg.CENTRE
    if kind is SignalKind.TRAFFIC:
        thing = layout.things[subject]
        yield from ((part, leg) for part, leg in _party(layout.platform) if leg != Leg.NAMES)
        yield f"work:{layout.platform}", Leg.WORK
        yield from _behind(layout, thing.party or "", [thing])
        yield f"calls:{subject}", Leg.BEHIND + Leg.OPERATION
        return
    place = layout.places[subject]
    if kind is SignalKind.REGIONAL_TRAFFIC:
        yield from (("core", Leg.LINE), ("zones", Leg.NAMES), (f"doctors:{place.region}", Leg.LINE))
        yield from _party(layout.platform)
        yield f"work:{layout.platform}", Leg.WORK
        return
    yield f"agent:{subject}", Leg.AGENT
    yield f"{kind.value}:{subject}", Leg.HOST


def _works(layout: Layout, upstream: str) -> list[Thing]:
    return [t for t in layout.things.values() if t.party == upstream and t.role is Role.TRANSACTION]


def _concerns(relay: Thing, work: Thing) -> bool:
    named = relay.operations and work.operations
    return not named or bool(set(relay.operations) & set(work.operations))


def _leg_of(layout: Layout, serves: tuple[str, ...]) -> int:
    """What also serves doors stands before them; else it stands behind."""
    doors = any(layout.things[t].role is Role.FRONT for t in serves)
    return Leg.SITE if doors else Leg.GATE
