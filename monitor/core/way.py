"""The way of a prescription: you, the platform, the services behind it, with the break in place.

The mark of a fault stands only where the verdict's level allows to say it is; below that the
last stop is unknown and the line to it dashed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.core.compose import OURS, PageState, state_of, worst
from monitor.model import FaultDomain, IncidentState, Level, PartyKind

if TYPE_CHECKING:
    from monitor.core.compose import PageModel
    from monitor.model import Incident, World

_THEIRS = frozenset(
    {FaultDomain.UPSTREAM, FaultDomain.SHARED, FaultDomain.CONTRACT, FaultDomain.MAINTENANCE}
)


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on the way; `service` is None where all services behind the platform are meant."""

    place: str  # "platform" or "upstream"
    state: PageState
    service: str | None = None
    cut: bool = False  # the line to it is dashed: we don't know


def way(world: World, model: PageModel) -> tuple[Stop, Stop]:
    """Return the two stops after the reader, who is never judged."""
    return _platform(world, model), _upstream(world, model)


def _platform(world: World, model: PageModel) -> Stop:
    head = model.head
    if head is not None and _said(head) and head.verdict.domain in OURS:
        return Stop("platform", state_of(head))
    states = [s.state for s in model.services if world.services[s.service].party == world.platform]
    return Stop("platform", worst(states))


def _upstream(world: World, model: PageModel) -> Stop:
    behind = {
        line.service: line.state
        for line in model.services
        if world.parties[world.services[line.service].party].kind is PartyKind.UPSTREAM
    }
    head = model.head
    if head is not None and head.verdict.service in behind:
        service = head.verdict.service
        if _said(head) and head.verdict.domain in _THEIRS:
            return Stop("upstream", state_of(head), service)
        if head.state is IncidentState.RECOVERING:
            return Stop("upstream", PageState.BACK, service)
        if not _said(head) or head.verdict.domain is FaultDomain.CREDENTIALS:
            return Stop("upstream", PageState.BLIND, service, cut=True)
    state = worst(behind.values())
    told = {i.verdict.service for i in model.open if _said(i) and i.verdict.domain in _THEIRS}
    ailing = {s for s, its in behind.items() if its is not PageState.FINE}
    if state is PageState.FINE or (ailing and ailing <= told):
        return Stop("upstream", state)
    if ailing and all(behind[s] in {PageState.BACK, PageState.WORKS} for s in ailing):
        return Stop("upstream", state)
    return Stop("upstream", PageState.BLIND, cut=True)


def _said(incident: Incident) -> bool:
    return incident.verdict.level is not Level.SYMPTOM
