"""Claims and their reasons, made by hand, in a small declared layout."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from monitor.core.inference.evidence import SignalKind
from monitor.core.inference.finding import Claim, Reason
from monitor.core.inference.layout import Layout, Place, Thing
from monitor.model import EvidenceClass, FaultDomain, Mode, Role, Scope

HOME = ("teh1", "teh2", "msh1")
PLACES = (
    Place("teh1", "IR", "tehran", "n1"),
    Place("teh2", "IR", "tehran", "n2"),
    Place("msh1", "IR", "mashhad", "n3"),
    Place("fra1", "DE", "hesse", "n4"),
)
THINGS = (
    Thing("panel.front", Role.FRONT, "panel"),
    Thing("panel.app", Role.TRANSACTION, "panel", operations=("visit",)),
    Thing("panel.relay", Role.RELAY, "panel", "tamin", operations=("register",)),
    Thing("tamin.front", Role.FRONT, "tamin"),
    Thing("tamin.register", Role.TRANSACTION, "tamin", operations=("register",)),
    Thing("tamin.entitlement", Role.TRANSACTION, "tamin", operations=("entitlement",)),
    Thing("salamat.front", Role.FRONT, "salamat"),
    Thing("ref.a", Role.REFERENCE, scope=Scope.DOMESTIC),
    Thing("ref.b", Role.REFERENCE, scope=Scope.DOMESTIC),
    Thing("ref.far", Role.REFERENCE, scope=Scope.INTERNATIONAL),
)
PAIRS = tuple((place.id, thing.id) for place in PLACES for thing in THINGS)
LAYOUT = Layout(
    platform="panel",
    upstreams=("tamin", "salamat"),
    places={place.id: place for place in PLACES},
    things={thing.id: thing for thing in THINGS},
    looks=PAIRS,
    every_s=dict.fromkeys(PAIRS, 30.0),
    signals=(("teh1", SignalKind.MAINS), ("teh1", SignalKind.SELF), ("teh2", SignalKind.SELF)),
)


def reason(
    target: str,
    outcome: str,
    weight: float,
    evidence: EvidenceClass = EvidenceClass.ACTIVE_PROBE,
    *,
    vantages: tuple[str, ...] = HOME,
    count: int = 6,
    looks: tuple[str, ...] = (),
    over_rival: float = 0.0,
) -> Reason:
    return Reason(evidence, target, outcome, vantages, count, weight, looks, over_rival)


def claim(*reasons: Reason, **changes: Any) -> Claim:
    made = Claim(
        FaultDomain.UPSTREAM, "tamin", Mode.DOWN, 0.998, 300.0, named=True, reasons=reasons
    )
    return replace(made, **changes)
