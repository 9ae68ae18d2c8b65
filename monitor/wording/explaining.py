"""A claim's grounds in words for a world known by its layout alone, as a tape has it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from monitor.core.attribution.reasons import grounds_of
from monitor.model import (
    Operation,
    Party,
    PartyKind,
    Role,
    Rules,
    Service,
    Target,
    Vantage,
    World,
)
from monitor.wording.catalogue import Catalogue, read
from monitor.wording.figures import Figures
from monitor.wording.grounds import ground
from monitor.wording.voice import Voice, isolated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.core.inference.finding import Claim
    from monitor.core.inference.layout import Layout, Thing

TIME_ZONE = "UTC"  # a tape tells seconds; no clock time is told


def explain_text(
    claim: Claim, layout: Layout, names: Mapping[str, str], language: str
) -> list[str]:
    """Say all that speaks for and against a claim, and what it leaves open.

    Args:
        claim: With its reasons.
        layout: What is declared.
        names: How to call parties, operations and vantages in this language, by id; what is
            missing there is called by its id.
        language: `fa` or `en`.

    Returns:
        A sentence for each of `grounds_of(claim, layout)`, in its order.

    Raises:
        WordingError: There are no words in that language.
    """
    voice = voice_of(layout, names, language)
    return [ground(voice, each) for each in grounds_of(claim, layout)]


def voice_of(layout: Layout, names: Mapping[str, str], language: str) -> Voice:
    """Make the voice of a world of which only its layout is known; every party is one service.

    Args:
        layout: What is declared.
        names: As of `explain_text`.
        language: `fa` or `en`.

    Raises:
        WordingError: There are no words in that language.
    """

    def name(id_: str) -> dict[str, str]:
        return {language: names.get(id_) or isolated(id_)}

    units = (*layout.upstreams, layout.platform)
    operations = {unit: _operations(layout, unit) for unit in units}
    world = World(
        platform=layout.platform,
        parties={u: Party(u, _kind(layout, u), name(u)) for u in units},
        services={
            u: Service(u, u, name(u), tuple(Operation(o, name(o)) for o in operations[u]))
            for u in units
        },
        targets={t.id: _target(t) for t in layout.things.values()},
        vantages={
            p.id: Vantage(p.id, name(p.id), p.country, p.region, p.network)
            for p in layout.places.values()
        },
        checks={},
        advice=(),
        rules=Rules(),
        languages=(language,),
        time_zone=TIME_ZONE,
        country=layout.country,
    )
    words = _words(language)
    return Voice(world, language, words, Figures(words, TIME_ZONE))


@cache
def _words(language: str) -> Catalogue:
    return read(language)


def _kind(layout: Layout, unit: str) -> PartyKind:
    return PartyKind.PLATFORM if unit == layout.platform else PartyKind.UPSTREAM


def _operations(layout: Layout, unit: str) -> tuple[str, ...]:
    its = (t for t in layout.things.values() if unit in (t.upstream, t.party))
    direct = (t for t in its if t.role is not Role.RELAY or t.upstream == unit)
    return tuple(dict.fromkeys(o for thing in direct for o in thing.operations))


def _target(thing: Thing) -> Target:
    unit = thing.upstream if thing.role is Role.RELAY else thing.party
    return Target(
        thing.id, thing.role, thing.party, unit, thing.operations, thing.scope, thing.country
    )
