"""The world line of a tape as a layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.core.inference.layout import Layout, Place, Thing
from monitor.core.replay.fields import (
    FaultError,
    listed,
    named,
    named_or_none,
    names,
    number,
    objects,
    one_of,
    shown,
)
from monitor.model import Role, Scope

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

MOST = 10_000  # entries of a list
EVERY_LONGEST_S = 86_400.0
HOME = "IR"


def layout_of(world: Mapping[str, Any]) -> Layout:
    """What is declared there.

    Args:
        world: The parsed line.

    Returns:
        The layout, without its signals: these have lines of their own.

    Raises:
        FaultError: Something is missing, unknown, there twice, or not of its kind.
    """
    parties = _unique("parties", objects(world, "parties", MOST))
    kinds = {id_: one_of(p, "kind", ("platform", "upstream")) for id_, p in parties.items()}
    platforms = [id_ for id_, kind in kinds.items() if kind == "platform"]
    if len(platforms) != 1:
        raise FaultError(f"parties must hold one platform, not {len(platforms)}")
    upstreams = tuple(id_ for id_, kind in kinds.items() if kind == "upstream")
    vantages = _unique("vantages", objects(world, "vantages", MOST))
    places = {id_: _place(id_, vantage) for id_, vantage in vantages.items()}
    if not places:
        raise FaultError("vantages is empty")
    country = _home(places)
    targets = _unique("targets", objects(world, "targets", MOST))
    things = {id_: _thing(id_, t, kinds, platforms[0], country) for id_, t in targets.items()}
    if not things:
        raise FaultError("targets is empty")
    shared = _unique("shared", objects(world, "shared", MOST))
    looks = _pairs(listed(world, "looks", MOST), places, things)
    every_s = number(world, "every_s", 1.0, EVERY_LONGEST_S)
    return Layout(
        platform=platforms[0],
        upstreams=upstreams,
        places=places,
        things=things,
        looks=looks,
        every_s=dict.fromkeys(looks, every_s),
        shared={id_: _serves(id_, one, things) for id_, one in shared.items()},
        signal_every_s=every_s,
        country=country,
    )


def _unique(key: str, entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        id_ = named(entry, "id")
        if id_ in found:
            raise FaultError(f"{key} holds {shown(id_)} twice")
        found[id_] = entry
    return found


def _place(id_: str, vantage: Mapping[str, Any]) -> Place:
    at = vantage.get("at")
    if at not in (None, "platform"):
        raise FaultError(f'at of vantage {shown(id_)} must be "platform" or null, not {shown(at)}')
    return Place(
        id=id_,
        country=named(vantage, "country"),
        region=named(vantage, "region"),
        network=named(vantage, "network"),
        at_platform=at == "platform",
    )


def _thing(
    id_: str, target: Mapping[str, Any], kinds: Mapping[str, str], platform: str, country: str
) -> Thing:
    role = Role(one_of(target, "role", [role.value for role in Role]))
    party, upstream, scope = None, None, None
    if role is Role.REFERENCE:
        scope = Scope(one_of(target, "scope", [scope.value for scope in Scope]))
    elif role is Role.RELAY:
        upstream = one_of(target, "upstream", [i for i, k in kinds.items() if k == "upstream"])
        party = named_or_none(target, "party") or platform
        if party != platform:
            raise FaultError(f"party of relay {shown(id_)} must be the platform")
    else:
        party = one_of(target, "party", kinds)
    return Thing(
        id=id_,
        role=role,
        party=party,
        upstream=upstream,
        scope=scope,
        operations=names(target, "operations", MOST),
        country=country,
    )


def _pairs(
    entries: list[Any], places: Collection[str], things: Collection[str]
) -> tuple[tuple[str, str], ...]:
    pairs: dict[tuple[str, str], None] = {}
    for entry in entries:
        match entry:
            case [str(vantage), str(target)] if vantage in places and target in things:
                if (vantage, target) in pairs:
                    raise FaultError(f"looks holds {shown(entry)} twice")
                pairs[vantage, target] = None
            case _:
                raise FaultError(f"looks must hold pairs of vantage and target, not {shown(entry)}")
    if not pairs:
        raise FaultError("looks is empty")
    return tuple(pairs)


def _serves(id_: str, shared: Mapping[str, Any], things: Collection[str]) -> tuple[str, ...]:
    serves = names(shared, "serves", MOST)
    for target in serves:
        if target not in things:
            raise FaultError(f"shared {shown(id_)} serves the unknown target {shown(target)}")
    return serves


def _home(places: Mapping[str, Place]) -> str:
    """The platform's country: where its data centre is, else ours, else where most vantages are."""
    inside = [place.country for place in places.values() if place.at_platform]
    countries = [place.country for place in places.values()]
    if inside:
        return inside[0]
    return HOME if HOME in countries else max(countries, key=countries.count)
