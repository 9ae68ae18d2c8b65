"""The worlds that episodes happen in: from one vantage and one upstream to six hundred looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from monitor.core.inference.evidence import SignalKind
from monitor.core.inference.layout import Layout, Place, Thing
from monitor.model import Role, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERY_S = 30.0
PLATFORM = "nobat"
HOME = "IR"
SPOKEN = (SignalKind.SELF, SignalKind.REGIONAL_TRAFFIC)


@dataclass(frozen=True, slots=True)
class Plan:
    """A world in few words."""

    places: tuple[Place, ...]
    upstreams: tuple[str, ...]
    operations: tuple[str, ...] = ()  # of each upstream, each a target of its own
    platform_operations: tuple[str, ...] = ()
    relays: bool = True
    relay_per_operation: bool = False
    domestic: int = 2  # references
    international: int = 2
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signals: tuple[SignalKind, ...] = SPOKEN  # of vantages
    traffic: bool = False


def build(plan: Plan) -> Layout:
    """Declare everything.

    Every vantage looks at everything; one abroad does not look at upstreams, which answer only
    inside the country.
    """
    things = {thing.id: thing for thing in _things(plan)}
    looks = tuple(
        (place.id, thing.id)
        for place, thing in product(plan.places, things.values())
        if place.country == HOME or thing.party not in plan.upstreams
    )
    signals = [
        (place.id, kind)
        for place, kind in product(plan.places, plan.signals)
        if kind is SignalKind.SELF or place.country == HOME
    ]
    if plan.traffic:
        signals += [
            (thing.id, SignalKind.TRAFFIC)
            for thing in things.values()
            if thing.party in plan.upstreams and thing.role is Role.TRANSACTION
        ]
    return Layout(
        platform=PLATFORM,
        upstreams=plan.upstreams,
        places={place.id: place for place in plan.places},
        things=things,
        looks=looks,
        every_s=dict.fromkeys(looks, EVERY_S),
        shared=plan.shared,
        signals=tuple(signals),
    )


def _things(plan: Plan) -> list[Thing]:
    found = [Thing(f"{PLATFORM}.front", Role.FRONT, PLATFORM)]
    found += _works(PLATFORM, plan.platform_operations)
    for upstream in plan.upstreams:
        found.append(Thing(f"{upstream}.front", Role.FRONT, upstream))
        found += _works(upstream, plan.operations)
        if plan.relays:
            one = plan.operations[:1]
            wanted = [(o,) for o in plan.operations] if plan.relay_per_operation else [one]
            found += [
                Thing(".".join((PLATFORM, "via", upstream, *o)), Role.RELAY, PLATFORM, upstream,
                      operations=tuple(f"{upstream}.{name}" for name in o))
                for o in wanted
            ]  # fmt: skip
    for number in range(plan.domestic):
        found.append(Thing(f"home-{number}", Role.REFERENCE, scope=Scope.DOMESTIC))
    for number in range(plan.international):
        where = Scope.INTERNATIONAL
        found.append(Thing(f"away-{number}", Role.REFERENCE, scope=where))
    return found


def _works(party: str, operations: tuple[str, ...]) -> list[Thing]:
    if not operations:
        return [Thing(f"{party}.work", Role.TRANSACTION, party)]
    return [
        Thing(f"{party}.{name}", Role.TRANSACTION, party, operations=(f"{party}.{name}",))
        for name in operations
    ]


def _at(name: str, region: str, network: str, *, sited: bool = False) -> Place:
    return Place(name, HOME, region, network, at_platform=sited)


_ABROAD = Place("ams", "NL", "AMS", "a9")
_EIGHT = ("alef", "be", "pe", "te", "jim", "che", "dal", "re")
_TASKS = ("entitle", "register", "fetch")
_BIG = (
    _at("hall", "THR", "n1", sited=True),
    *(_at(f"far-{i}", f"R{i % 6}", f"n{i % 4}") for i in range(10)),
    _ABROAD,
)

PLANS: Mapping[str, Plan] = {
    "five": Plan(
        places=(
            _at("hall", "THR", "n1", sited=True),
            _at("karaj", "KRJ", "n2"),
            _at("yazd", "YZD", "n2"),
            _at("rasht", "RST", "n3"),
            _ABROAD,
        ),
        upstreams=("mehr", "sina"),
        shared={
            "gate": ("mehr.work", "sina.work"),
            "hosting": ("mehr.front", "mehr.work", "sina.front", "sina.work"),
        },
    ),
    "solo": Plan(
        places=(_at("only", "THR", "n1"),),
        upstreams=("mehr",),
        relays=False,
        international=1,
        signals=(),
    ),
    "pair": Plan(
        places=(_at("east", "MHD", "n1"), _at("west", "TBZ", "n2")),
        upstreams=("mehr",),
        international=1,
    ),
    "three": Plan(
        places=(_at("hall", "THR", "n1", sited=True), _at("ahvaz", "AHZ", "n2"),
                _at("qom", "QOM", "n3")),
        upstreams=("mehr", "sina", "noor"),
        shared={
            "gate": ("mehr.work", "noor.work"),
            "hosting": ("sina.front", "sina.work", "noor.front", "noor.work"),
        },
    ),
    "big": Plan(
        places=_BIG,
        upstreams=_EIGHT,
        operations=_TASKS,
        platform_operations=("visit", "list", "sign"),
        domestic=4,
        shared={"gate": tuple(f"{u}.{task}" for u in _EIGHT[:3] for task in _TASKS)},
    ),
    "inland": Plan(
        places=(_at("hall", "THR", "n1", sited=True), _at("arak", "ARK", "n2"),
                _at("ilam", "ILM", "n3"), _at("babol", "BBL", "n2")),
        upstreams=("mehr", "sina"),
        international=0,
    ),
    "tasks": Plan(
        places=(_at("hall", "THR", "n1", sited=True), _at("kish", "KSH", "n2"),
                _at("sari", "SRI", "n3"), _ABROAD),
        upstreams=("mehr", "sina"),
        operations=_TASKS,
        platform_operations=("visit", "list"),
        relay_per_operation=True,
        shared={"gate": ("mehr.register", "sina.register")},
        traffic=True,
    ),
    "meters": Plan(
        places=(_at("hall", "THR", "n1", sited=True), _at("khoy-1", "KHY", "n2"),
                _at("khoy-2", "KHY", "n3"), _at("fasa", "FSA", "n2")),
        upstreams=("mehr", "sina"),
        signals=(*SPOKEN, SignalKind.MAINS),
    ),
}  # fmt: skip
"""Name to plan. `five` is arranged as the public tapes are; `big` has some 550 looks."""

WORLDS: Mapping[str, Layout] = {name: build(plan) for name, plan in PLANS.items()}
