"""Patterns that no sensible model contains; the only right answer is that nothing fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.inference.evidence import Outcome as O  # noqa: N817 - a table reads better so
from monitor.model import Role
from monitor.scenarios import truths
from monitor.scenarios.breaks import comes_and_goes
from monitor.scenarios.registry import is_wide, mechanism
from monitor.scenarios.scene import Plot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.core.inference.layout import Layout
    from monitor.scenarios.breaks import Break
    from monitor.scenarios.scene import Scene

_ODD = (O.CONNECTION_REFUSED, O.TLS_OTHER, O.HTTP_4XX, O.CONTENT_MISMATCH, O.HTTP_5XX,
        O.CONNECTION_RESET, O.TLS_CERTIFICATE, O.REJECTED)  # fmt: skip
_NETWORKS = ("network.domestic",)
LASTS_S = (420.0, 600.0)


def _wide(layout: Layout) -> bool:
    return is_wide(layout)


def _pairs(scene: Scene, chosen: Iterable[tuple[str, str]], *outcomes: O) -> tuple[Break, ...]:
    return tuple(
        scene.fails(f"pair:{v}>{t}", {scene.one(outcomes): 1.0}, spared=0.0) for v, t in chosen
    )


@mechanism("novel.random_half", _wide, LASTS_S, novel=True)
def random_half(scene: Scene) -> Plot:
    """Every other pair of vantage and target, at random, does not connect."""
    chosen = [pair for pair in scene.layout.looks if scene.chance.random() < 0.5]  # noqa: PLR2004
    return Plot(_pairs(scene, chosen, O.CONNECT_TIMEOUT), (truths.open_to(_NETWORKS),))


@mechanism("novel.checkerboard", _wide, LASTS_S, novel=True)
def checkerboard(scene: Scene) -> Plot:
    """Vantages with even numbers lose the even targets, the others the odd ones."""
    places, things = list(scene.layout.places), list(scene.layout.things)
    chosen = [(v, t) for v, t in scene.layout.looks if (places.index(v) + things.index(t)) % 2 == 0]
    return Plot(_pairs(scene, chosen, O.READ_TIMEOUT), (truths.open_to(_NETWORKS),))


@mechanism("novel.odd_codes", _wide, LASTS_S, novel=True)
def odd_codes(scene: Scene) -> Plot:
    """Six of ten pairs fail, each in a way of its own, and always in that."""
    chosen = [pair for pair in scene.layout.looks if scene.chance.random() < 0.6]  # noqa: PLR2004
    return Plot(_pairs(scene, chosen, *_ODD), (truths.open_to(_NETWORKS),))


@mechanism("novel.every_front", _wide, LASTS_S, novel=True)
def every_front(scene: Scene) -> Plot:
    """All doors and references time out while all the work behind the doors succeeds."""
    roles = (Role.FRONT, Role.REFERENCE)
    chosen = [p for p in scene.layout.looks if scene.layout.things[p[1]].role in roles]
    return Plot(_pairs(scene, chosen, O.READ_TIMEOUT), (truths.open_to(_NETWORKS),))


@mechanism("novel.odd_vantages", _wide, LASTS_S, novel=True)
def odd_vantages(scene: Scene) -> Plot:
    """Half the vantages get refusals from all doors, the other half late answers from all work."""
    places = list(scene.layout.places)
    doors = [
        (v, t) for v, t in scene.layout.looks
        if places.index(v) % 2 and scene.layout.things[t].role is Role.FRONT
    ]  # fmt: skip
    works = [
        (v, t)
        for v, t in scene.layout.looks
        if not places.index(v) % 2 and scene.layout.things[t].role is Role.TRANSACTION
    ]
    breaks = (*_pairs(scene, doors, O.HTTP_4XX), *_pairs(scene, works, O.SLOW))
    return Plot(breaks, (truths.open_to(_NETWORKS),))


@mechanism("novel.taking_turns", _wide, LASTS_S, novel=True)
def taking_turns(scene: Scene) -> Plot:
    """Everything fails for ten seconds of every thirty, one target after the other."""
    breaks = []
    for number, name in enumerate(scene.layout.things):
        from_s = scene.onset_s + 10.0 * (number % 3)
        course = comes_and_goes(from_s, scene.end_s, 10.0, 20.0)
        struck = [v for v, t in scene.layout.looks if t == name]
        breaks += [
            scene.fails(f"pair:{v}>{name}", {O.CONNECTION_RESET: 0.5, O.HTTP_5XX: 0.5},
                        strength=course, spared=0.0)
            for v in struck
        ]  # fmt: skip
    return Plot(tuple(breaks), (truths.open_to(_NETWORKS),))


@mechanism("novel.each_its_own", _wide, LASTS_S, novel=True)
def each_its_own(scene: Scene) -> Plot:
    """Each vantage has lost two parties and one reference, each vantage others."""
    parties = sorted({t.party or t.id for t in scene.layout.things.values()})
    breaks = []
    for place in scene.layout.places:
        for _ in range(3):
            part = f"way:{place}>{scene.one(parties)}"
            shares = {scene.one((O.CONNECT_TIMEOUT, O.CONNECTION_RESET, O.TLS_OTHER)): 1.0}
            breaks.append(scene.fails(part, shares, spared=0.0))
    labels = (*_NETWORKS, *(f"path:{u}" for u in scene.layout.upstreams), "monitor")
    return Plot(tuple(breaks), (truths.open_to(labels),))
