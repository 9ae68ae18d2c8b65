"""Vantages that see nothing, or that nobody believes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.attribution.grounds import cite
from monitor.core.attribution.scene import Draft
from monitor.core.attribution.witness import references
from monitor.model import FaultDomain, Mode, Scope, Sight

if TYPE_CHECKING:
    from monitor.core.attribution.cells import Cell
    from monitor.core.attribution.scene import Scene
    from monitor.model import Ground


def about_networks(scene: Scene) -> list[Draft]:
    """Vantages that are no witnesses just now: for operators."""
    drafts = []
    sight = scene.fresh.sight
    lost = tuple(v for v in scene.plan.at_home if sight[v] is Sight.ISOLATED)
    odd = tuple(v for v in scene.plan.at_home if sight[v] is Sight.DOUBTED)
    grounds = []
    if lost:
        grounds.append(cite("vantage_isolated", 0.9, _failed_from(scene, lost), vantages=lost))
    if odd:
        grounds.append(cite("vantage_doubted", 0.8, _failed_from(scene, odd), vantages=odd))
    if grounds:
        drafts.append(
            Draft(
                None,
                FaultDomain.PATH,
                scene.onset(_failed_from(scene, lost + odd)),
                mode=Mode.PARTIAL,
                confidence=0.95,
                grounds=tuple(grounds),
                would_change=("references_back",),
            )
        )
    return drafts


def _failed_from(scene: Scene, vantages: tuple[str, ...]) -> list[Cell]:
    return [c for (v, _), c in scene.fresh.cells.items() if v in vantages and c.look.failed]


def seen_from_abroad(scene: Scene) -> tuple[Ground, ...]:
    """Vantages abroad that reach nothing at home; they never speak against an in-country target."""
    blind = tuple(
        v
        for v in scene.plan.abroad
        if (seen := references(scene.plan, scene.fresh, v, Scope.DOMESTIC))
        and all(cell.look.failed for cell in seen)
    )
    return (cite("foreign_cannot_see", 0.6, vantages=blind),) if blind else ()
