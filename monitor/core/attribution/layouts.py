"""The declared world in the terms of inference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.inference.evidence import SignalKind
from monitor.core.inference.layout import Layout, Place, Thing
from monitor.model import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from monitor.model import Service, Target, World


def layout_of(world: World) -> Layout:
    """Who stands on what, and who looks at whom.

    Inference knows units. Every service of an upstream is one, under the service's id, so that one
    insurer's two services may fail apart; all services of the platform are one, under its party's.

    Args:
        world: What is declared.

    Returns:
        The layout, everything in it in declared order. Its signals are the health of vantages with
        an agent, the mains that are told, and the platform's own calls of every operation of an
        upstream, each of which speaks of the target that asks the same (`traffic_targets`).
    """
    every_s = _paces(world)
    return Layout(
        platform=world.platform,
        upstreams=tuple(service.id for service in _upstream_services(world)),
        places={
            v.id: Place(v.id, v.country, v.region, v.network, v.at_platform)
            for v in world.vantages.values()
        },
        things={target.id: _thing(world, target) for target in world.targets.values()},
        looks=tuple(every_s),
        every_s=every_s,
        shared={one.id: one.serves for one in world.shared.values()},
        signals=tuple(_signals(world)),
        country=world.country,
    )


def traffic_targets(world: World, service: Service) -> dict[str, str]:
    """Which target does what the platform's own calls of an operation do.

    Args:
        world: What is declared.
        service: An upstream's.

    Returns:
        Operation to target: the first transaction that names it, else the first that stands for all
        operations, else the first such front. Operations of which there is none are left out.
    """
    direct = [t for t in world.targets.values() if t.service == service.id]
    order = [
        *(t for t in direct if t.role is Role.TRANSACTION and t.operations),
        *(t for t in direct if t.role is Role.TRANSACTION and not t.operations),
        *(t for t in direct if t.role is Role.FRONT),
    ]
    found: dict[str, str] = {}
    for target in order:
        for operation in service.operations:
            if not target.operations or operation.id in target.operations:
                found.setdefault(operation.id, target.id)
    return found


def _upstream_services(world: World) -> Iterable[Service]:
    return (s for s in world.services.values() if s.party != world.platform)


def _thing(world: World, target: Target) -> Thing:
    relayed = target.role is Role.RELAY
    party = target.service
    if relayed or target.party == world.platform:
        party = world.platform
    return Thing(
        id=target.id,
        role=target.role,
        party=party,
        upstream=target.service if relayed else None,
        scope=target.scope,
        operations=target.operations,
        country=target.country,
    )


def _paces(world: World) -> dict[tuple[str, str], float]:
    """How often each target is looked at from each vantage: as often as by its fastest check."""
    found: dict[tuple[str, str], float] = {}
    for check in world.checks.values():
        for vantage in check.vantages:
            pair = (vantage, check.target)
            found[pair] = min(check.every_s, found.get(pair, check.every_s))
    return found


def _signals(world: World) -> Iterator[tuple[str, SignalKind]]:
    for vantage in world.vantages.values():
        if vantage.agent:
            yield vantage.id, SignalKind.SELF
    for name in world.mains:
        yield name, SignalKind.MAINS
    for service in _upstream_services(world):
        for target in dict.fromkeys(traffic_targets(world, service).values()):
            yield target, SignalKind.TRAFFIC
