"""All looks around an incident, by target group, vantage and stretch of time.

The picture of `looks/LOOKS.md`: every look is in it, also those that contradict us, and our own
blind time. A column is a stretch of time; a cell tells how many looks it holds and how they went.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.model import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.model import Observation, Target, World

MOST_COLUMNS, _LEAST_COLUMNS = 72, 8


class Kind(StrEnum):
    """What a group of targets is."""

    SERVICE = "service"
    RELAY = "relay"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Cell:
    """The looks of one vantage at one group within one column."""

    column: int
    fine: int = 0
    slow: int = 0
    failed: int = 0
    void: int = 0
    late: int = 0  # of those that count: came after they could have been judged in time

    @property
    def looks(self) -> int:
        """How many looks count."""
        return self.fine + self.slow + self.failed


@dataclass(frozen=True, slots=True)
class Row:
    """What one vantage saw of a group; columns without a look have no cell."""

    vantage: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of targets; `answered` and `looks` count requests from onset to end only."""

    kind: Kind
    id: str  # the service, or the scope of the references
    rows: tuple[Row, ...]
    answered: int
    looks: int


@dataclass(frozen=True, slots=True)
class LookMap:
    """The whole picture."""

    groups: tuple[Group, ...]
    columns: int
    since: datetime
    until: datetime
    onset_at: datetime
    ended_at: datetime
    about: str | None  # the service the incident is about

    @property
    def column_s(self) -> float:
        """How many seconds a column stands for."""
        return (self.until - self.since).total_seconds() / self.columns


def look_map(
    world: World,
    observations: Sequence[Observation],
    *,
    since: datetime,
    until: datetime,
    onset_at: datetime,
    ended_at: datetime,
    about: str | None,
) -> LookMap | None:
    """Sort looks into groups, rows and columns.

    Args:
        world: What is declared; looks at targets it no longer declares are left out.
        observations: The looks.
        since: Where the columns begin.
        until: Where they end.
        onset_at: Where the counts begin.
        ended_at: Where they end.
        about: The service of the incident; its relay gets a group of its own.

    Returns:
        The picture, or None where there is nothing to show.
    """
    length_s = (until - since).total_seconds()
    if length_s <= 0:
        return None
    columns = _columns(world, length_s)
    doors = _doors(world)
    cells: dict[tuple[Kind, str], dict[str, dict[int, Cell]]] = {}
    answered: dict[tuple[Kind, str], int] = {}
    counted: dict[tuple[Kind, str], int] = {}
    for look in observations:
        target = world.targets.get(look.target)
        group = _group_of(target, about) if target is not None else None
        if group is None or not since <= look.started_at < until:
            continue
        column = int((look.started_at - since).total_seconds() / length_s * columns)
        row = cells.setdefault(group, {}).setdefault(look.vantage, {})
        row[column] = _with(row.get(column) or Cell(column), look)
        counts = look.void is None and look.target not in doors
        if counts and onset_at <= look.started_at < ended_at:
            counted[group] = counted.get(group, 0) + 1
            answered[group] = answered.get(group, 0) + look.ok
    groups = tuple(
        Group(
            kind=group[0],
            id=group[1],
            rows=tuple(
                Row(vantage, tuple(cells[group][vantage][c] for c in sorted(cells[group][vantage])))
                for vantage in world.vantages
                if vantage in cells[group]
            ),
            answered=answered.get(group, 0),
            looks=counted.get(group, 0),
        )
        for group in _order(world, about)
        if group in cells
    )
    if not groups:
        return None
    return LookMap(groups, columns, since, until, onset_at, ended_at, about)


def _doors(world: World) -> frozenset[str]:
    """Fronts of services that are also asked to do their work: a door that opens is no answer."""
    working = {t.service for t in world.targets.values() if t.role is Role.TRANSACTION}
    return frozenset(
        t.id for t in world.targets.values() if t.role is Role.FRONT and t.service in working
    )


def _columns(world: World, length_s: float) -> int:
    """As many as fit the picture, but none shorter than the slowest check: no empty stripes."""
    pace_s = max((check.every_s for check in world.checks.values()), default=1.0)
    return max(_LEAST_COLUMNS, min(MOST_COLUMNS, int(length_s / pace_s)))


def _group_of(target: Target, about: str | None) -> tuple[Kind, str] | None:
    if target.role is Role.REFERENCE:
        return (Kind.REFERENCE, target.scope.value) if target.scope is not None else None
    if target.service is None:
        return None
    if target.role is Role.RELAY:
        return (Kind.RELAY, target.service) if target.service == about else None
    return (Kind.SERVICE, target.service)


def _order(world: World, about: str | None) -> list[tuple[Kind, str]]:
    """The platform, what the incident is about, its relay, the others, the references."""
    own = [s for s, service in world.services.items() if service.party == world.platform]
    rest = sorted((s for s in world.services if s not in own), key=lambda s: s != about)
    order: list[tuple[Kind, str]] = []
    for service in (*own, *rest):
        order.append((Kind.SERVICE, service))
        if service == about:
            order.append((Kind.RELAY, service))
    scopes = dict.fromkeys(t.scope.value for t in world.targets.values() if t.scope is not None)
    return [*order, *((Kind.REFERENCE, scope) for scope in scopes)]


def _with(cell: Cell, look: Observation) -> Cell:
    if look.void is not None:
        return replace(cell, void=cell.void + 1)
    late = cell.late + look.late
    if look.failed:
        return replace(cell, failed=cell.failed + 1, late=late)
    if look.slow:
        return replace(cell, slow=cell.slow + 1, late=late)
    return replace(cell, fine=cell.fine + 1, late=late)
