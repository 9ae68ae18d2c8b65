"""Every single fault that a declared world can have, and which cells it shows in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.core.inference.evidence import SignalKind
from monitor.core.inference.likelihoods import KINDS, Part, Scope
from monitor.model import FaultDomain, Role
from monitor.model import Scope as Reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from monitor.core.inference.layout import Layout, Place
    from monitor.core.inference.likelihoods import Kind

HOP = 4  # a relay's look reaches the platform first: what fails behind it ranks so much later


@dataclass(frozen=True, slots=True)
class Cell:
    """A pair of vantage and target, or a signal: something that is seen again and again."""

    subject: str  # the vantage; for traffic: the target
    what: str  # the target, or the signal's kind
    role: str  # of the target, or the signal's kind
    at_home: bool  # speaks from inside the country


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one kind somewhere in a world. `shows` maps cells to the part seen there."""

    kind: Kind
    key: str  # `upstream.errors:tamin`
    label: str | None  # `upstream:tamin`; None: nobody's
    party: str | None
    operations: tuple[str, ...]  # transaction targets of the party; empty: the whole
    places: tuple[str, ...]
    shows: Mapping[int, Part]
    ranks: Mapping[int, int]


def cells_of(layout: Layout) -> tuple[Cell, ...]:
    """All cells of a world, looks first, in the order declared."""
    looks = (
        Cell(v, t, layout.things[t].role.value, layout.places[v].country == layout.country)
        for v, t in layout.looks
    )
    signals = (
        Cell(
            subject,
            kind.value,
            kind.value,
            kind is SignalKind.TRAFFIC or layout.places[subject].country == layout.country,
        )
        for subject, kind in layout.signals
    )
    return (*looks, *signals)


def label_of(domain: FaultDomain, party: str | None) -> str:
    """What a tape calls it."""
    concerned = (
        FaultDomain.UPSTREAM,
        FaultDomain.CREDENTIALS,
        FaultDomain.CONTRACT,
        FaultDomain.MAINTENANCE,
        FaultDomain.PATH,
    )
    return f"{domain.value}:{party}" if domain in concerned else domain.value


def faults_of(layout: Layout, without: frozenset[str] = frozenset()) -> tuple[Fault, ...]:
    """Compile the table for a world.

    Args:
        layout: What is declared.
        without: Names of kinds to leave out, to see what happens when reality knows more than we.

    Returns:
        Faults that show in at least one cell; of two that show alike in every cell and have one
        label, both (their rows differ).
    """
    world = _World(layout)
    found: list[Fault] = []
    for kind in KINDS:
        if kind.name in without:
            continue
        found.extend(_SCOPES[kind.scope](world, kind))
    return tuple(fault for fault in found if fault.shows)


class _World:
    """A layout with its cells sorted for the compilers below."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.cells = cells_of(layout)
        self.looks = [
            (i, layout.places[c.subject], layout.things[c.what])
            for i, c in enumerate(self.cells[: len(layout.looks)])
        ]
        self.signals = list(enumerate(self.cells))[len(layout.looks) :]
        self.works: dict[str, tuple[str, ...]] = {
            u: tuple(
                t.id
                for t in layout.things.values()
                if t.party == u and t.role is Role.TRANSACTION and t.operations
            )
            for u in (*layout.upstreams, layout.platform)
        }

    def direct(self, party: str) -> Iterator[tuple[int, Place, Part]]:
        """Cells that look at a party itself."""
        for i, place, thing in self.looks:
            if thing.party == party and thing.role in (Role.FRONT, Role.TRANSACTION):
                part = Part.FRONT if thing.role is Role.FRONT else Part.TRANSACTION
                yield i, place, part

    def relayed(self, upstream: str, operations: tuple[str, ...] = ()) -> Iterator[int]:
        """Cells that look at an upstream through the platform."""
        for i, _, thing in self.looks:
            if thing.role is Role.RELAY and thing.upstream == upstream:
                if operations and thing.operations and not set(operations) & set(thing.operations):
                    continue
                yield i

    def traffic(self, upstream: str, targets: tuple[str, ...] = ()) -> Iterator[int]:
        """Cells of the platform's own calls."""
        for i, cell in self.signals:
            thing = self.layout.things.get(cell.subject)
            if cell.role == SignalKind.TRAFFIC and thing is not None and thing.party == upstream:
                if targets and cell.subject not in targets:
                    continue
                yield i

    def spoken(self, kind: SignalKind, subjects: set[str]) -> Iterator[int]:
        """Cells of a signal of these vantages."""
        for i, cell in self.signals:
            if cell.role == kind and cell.subject in subjects:
                yield i


def _fault(
    kind: Kind,
    world: _World,
    of: str | None,
    shows: Mapping[int, Part],
    *,
    party: str | None = None,
    operations: tuple[str, ...] = (),
    places: tuple[str, ...] = (),
) -> Fault:
    kept = {i: part for i, part in shows.items() if part in kind.rows}
    ranks = {}
    for i in kept:
        behind = world.cells[i].role == Role.RELAY and kind.scope in _BEHIND_THE_RELAY
        ranks[i] = kind.rank + HOP if behind else kind.rank
    label = None if kind.domain is None else label_of(kind.domain, party)
    key = kind.name if of is None else f"{kind.name}:{of}"
    return Fault(kind, key, label, party, operations, places, kept, ranks)


_BEHIND_THE_RELAY = frozenset(
    {Scope.UPSTREAM, Scope.OPERATION, Scope.CREDENTIAL, Scope.EGRESS, Scope.SHARED}
)


def _upstream(world: _World, kind: Kind) -> Iterator[Fault]:
    for u in world.layout.upstreams:
        shows = {i: part for i, _, part in world.direct(u)}
        shows |= dict.fromkeys(world.relayed(u), Part.RELAY)
        shows |= dict.fromkeys(world.traffic(u), Part.TRAFFIC)
        yield _fault(kind, world, u, shows, party=u)


def _operation(world: _World, kind: Kind) -> Iterator[Fault]:
    for u in world.layout.upstreams:
        works = world.works[u]
        if len(works) < 2:
            continue
        for target in works:
            thing = world.layout.things[target]
            shows = {i: Part.TRANSACTION for i, _, t in world.looks if t.id == target}
            relayed = world.relayed(u, thing.operations)
            named = [i for i in relayed if world.layout.things[world.cells[i].what].operations]
            shows |= dict.fromkeys(named, Part.RELAY)
            shows |= dict.fromkeys(world.traffic(u, (target,)), Part.TRAFFIC)
            yield _fault(kind, world, target, shows, party=u, operations=(target,))


def _path_vantage(world: _World, kind: Kind) -> Iterator[Fault]:
    for u in world.layout.upstreams:
        by_place: dict[str, dict[int, Part]] = defaultdict(dict)
        for i, place, _ in world.direct(u):
            by_place[place.id][i] = Part.LOOK
        if len(by_place) < 2:
            continue  # the only one who looks cannot tell its way from the other end
        for place_id, shows in by_place.items():
            yield _fault(kind, world, f"{place_id}>{u}", shows, party=u, places=(place_id,))


def _path_network(world: _World, kind: Kind) -> Iterator[Fault]:
    for u in world.layout.upstreams:
        by_network: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for i, place, _ in world.direct(u):
            by_network[place.network][place.id].append(i)
        if len(by_network) < 2:
            continue
        for network, by_place in by_network.items():
            if len(by_place) < 2:
                continue
            shows = {i: Part.LOOK for cells in by_place.values() for i in cells}
            at = tuple(by_place)
            yield _fault(kind, world, f"{network}>{u}", shows, party=u, places=at)


def _egress(world: _World, kind: Kind) -> Iterator[Fault]:
    for u in world.layout.upstreams:
        shows = dict.fromkeys(world.relayed(u), Part.RELAY)
        sited = {i: Part.SITED for i, place, _ in world.direct(u) if place.at_platform}
        if not shows or not sited:
            continue  # seen from outside only, it looks like a broken relay: that is ours too
        shows |= sited
        shows |= dict.fromkeys(world.traffic(u), Part.TRAFFIC)
        yield _fault(kind, world, u, shows, party=u)


def _platform(world: _World, kind: Kind) -> Iterator[Fault]:
    layout = world.layout
    shows = {i: part for i, _, part in world.direct(layout.platform)}
    shows |= {i: Part.RELAY for i, _, t in world.looks if t.role is Role.RELAY}
    sited = {p.id for p in layout.places.values() if p.at_platform}
    if Part.SITED in kind.rows:
        shows |= {i: Part.SITED for i, place, _ in world.looks if place.at_platform}
        shows |= dict.fromkeys(world.spoken(SignalKind.SELF, sited), Part.SITED_SELF)
    shows |= dict.fromkeys(
        world.spoken(SignalKind.REGIONAL_TRAFFIC, set(layout.places)), Part.SESSIONS
    )
    for u in layout.upstreams:
        shows |= dict.fromkeys(world.traffic(u), Part.TRAFFIC)
    yield _fault(kind, world, None, shows, party=layout.platform)


def _platform_operation(world: _World, kind: Kind) -> Iterator[Fault]:
    layout = world.layout
    works = world.works[layout.platform]
    if len(works) < 2:
        return
    for target in works:
        shows = {i: Part.TRANSACTION for i, _, t in world.looks if t.id == target}
        yield _fault(kind, world, target, shows, party=layout.platform, operations=(target,))


def _relay(world: _World, kind: Kind) -> Iterator[Fault]:
    for u in world.layout.upstreams:
        shows = dict.fromkeys(world.relayed(u), Part.RELAY)
        if shows:
            shows |= dict.fromkeys(world.traffic(u), Part.TRAFFIC)
            yield _fault(kind, world, u, shows, party=world.layout.platform)


def _shared(world: _World, kind: Kind) -> Iterator[Fault]:
    layout = world.layout
    for thing_id, serves in layout.shared.items():
        on_it = {layout.things[t].party for t in serves if t in layout.things}
        if len(on_it) < 2:
            continue
        shows: dict[int, Part] = {}
        for i, _, thing in world.looks:
            if thing.id in serves:
                front = thing.role is Role.FRONT
                shows[i] = Part.FRONT if front else Part.TRANSACTION
        for u in layout.upstreams:
            works = tuple(t for t in serves if _works_for(layout, t, u))
            if works:
                done = tuple(o for t in works for o in layout.things[t].operations)
                shows |= dict.fromkeys(world.relayed(u, done), Part.RELAY)
                shows |= dict.fromkeys(world.traffic(u, works), Part.TRAFFIC)
        yield _fault(kind, world, thing_id, shows, party=thing_id)


def _works_for(layout: Layout, target: str, upstream: str) -> bool:
    thing = layout.things[target]
    return thing.party == upstream and thing.role is Role.TRANSACTION


def _places(
    world: _World, kind: Kind, of: str | None, ids: set[str], *, party: str | None = None
) -> Fault:
    shows = {i: Part.LOOK for i, place, _ in world.looks if place.id in ids}
    shows |= dict.fromkeys(world.spoken(SignalKind.SELF, ids), Part.SELF)
    shows |= dict.fromkeys(world.spoken(SignalKind.REGIONAL_TRAFFIC, ids), Part.SESSIONS)
    shows |= dict.fromkeys(world.spoken(SignalKind.MAINS, ids), Part.MAINS)
    return _fault(kind, world, of, shows, party=party, places=tuple(sorted(ids)))


def _vantage(world: _World, kind: Kind) -> Iterator[Fault]:
    for place in world.layout.places:
        yield _places(world, kind, place, {place})


def _network(world: _World, kind: Kind) -> Iterator[Fault]:
    by_network: dict[str, set[str]] = defaultdict(set)
    for place in world.layout.places.values():
        if place.country == world.layout.country:
            by_network[place.network].add(place.id)
    if len(by_network) < 2:
        return
    for network, ids in by_network.items():
        if len(ids) > 1:
            yield _places(world, kind, network, ids)


def _region(world: _World, kind: Kind) -> Iterator[Fault]:
    by_region: dict[str, set[str]] = defaultdict(set)
    for place in world.layout.places.values():
        if place.country == world.layout.country and not place.at_platform:
            by_region[place.region].add(place.id)
    for region, ids in by_region.items():
        fault = _places(world, kind, region, ids)
        if fault.shows and set(fault.shows.values()) - {Part.LOOK, Part.SELF}:
            yield fault  # without sessions or a meter, nobody can tell it from a dead agent


def _country(world: _World, kind: Kind) -> Iterator[Fault]:
    layout = world.layout
    shows: dict[int, Part] = {}
    cut_off = kind.name == "network.international"
    for i, place, thing in world.looks:
        inside = place.country == layout.country
        foreign = thing.scope is Reach.INTERNATIONAL or thing.country != layout.country
        if kind.name == "network.names":
            crosses, stays = not foreign, False
        else:
            crosses, stays = inside == foreign, inside and not cut_off
        if stays:
            shows[i] = Part.LOOK
        elif crosses:
            shows[i] = Part.ABROAD
    at_home = {p.id for p in layout.places.values() if p.country == layout.country}
    if not cut_off:
        shows |= dict.fromkeys(world.spoken(SignalKind.REGIONAL_TRAFFIC, at_home), Part.SESSIONS)
        for u in layout.upstreams:
            shows |= dict.fromkeys(world.traffic(u), Part.TRAFFIC)
    yield _fault(kind, world, None, shows)


def _reference(world: _World, kind: Kind) -> Iterator[Fault]:
    for thing in world.layout.things.values():
        if thing.role is Role.REFERENCE:
            shows = {i: Part.LOOK for i, _, t in world.looks if t.id == thing.id}
            yield _fault(kind, world, thing.id, shows)


def _everything(world: _World, kind: Kind) -> Iterator[Fault]:
    fault = _places(world, kind, None, set(world.layout.places))
    shows = dict(fault.shows)
    for u in world.layout.upstreams:
        shows |= dict.fromkeys(world.traffic(u), Part.TRAFFIC)
    yield _fault(kind, world, None, shows)


_SCOPES: dict[Scope, Callable[[_World, Kind], Iterator[Fault]]] = {
    Scope.UPSTREAM: _upstream,
    Scope.OPERATION: _operation,
    Scope.CREDENTIAL: _upstream,
    Scope.PATH_VANTAGE: _path_vantage,
    Scope.PATH_NETWORK: _path_network,
    Scope.EGRESS: _egress,
    Scope.PLATFORM: _platform,
    Scope.PLATFORM_OPERATION: _platform_operation,
    Scope.RELAY: _relay,
    Scope.SHARED: _shared,
    Scope.VANTAGE: _vantage,
    Scope.NETWORK: _network,
    Scope.REGION: _region,
    Scope.COUNTRY: _country,
    Scope.REFERENCE: _reference,
    Scope.EVERYTHING: _everything,
}
