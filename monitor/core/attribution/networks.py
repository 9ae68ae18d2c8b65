"""Rules 13 to 15: what of the networks?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.attribution.grounds import cite, confidence, reference_ground
from monitor.core.attribution.scene import Draft
from monitor.core.attribution.witness import references
from monitor.model import FaultDomain, Mode, Scope, Sight

if TYPE_CHECKING:
    from monitor.core.attribution.cells import Cell
    from monitor.core.attribution.scene import Scene
    from monitor.model import Ground


def about_networks(scene: Scene) -> list[Draft]:
    """Rules 13 and 14."""
    drafts = []
    cut = _international(scene)
    if cut is not None:
        drafts.append(cut)
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


def _international(scene: Scene) -> Draft | None:
    plan, fresh = scene.plan, scene.fresh
    cells = {v: references(plan, fresh, v, Scope.INTERNATIONAL) for v in scene.watching}
    cells = {v: refs for v, refs in cells.items() if refs}
    if len(cells) < 2 or not all(c.look.failed for refs in cells.values() for c in refs):
        return None
    bad = [cell for refs in cells.values() for cell in refs]
    if max(cell.run for cell in bad) < 2:
        return None
    from_abroad = [c for v in plan.abroad for c in references(plan, fresh, v, Scope.INTERNATIONAL)]
    if from_abroad and not any(cell.look.ok for cell in from_abroad):
        return None  # dead for everybody, near and far: the references died, not the way to them
    scope = Scope.INTERNATIONAL.value
    return Draft(
        None,
        FaultDomain.NETWORK_INTERNATIONAL,
        scene.onset(bad),
        confidence=confidence(len(cells), 0),
        nameable=True,
        grounds=(
            cite("references_failed", 0.9, bad, vantages=tuple(cells), scope=scope),
            reference_ground(scene, failed=False),
            *seen_from_abroad(scene),
        ),
        would_change=("references_back",),
    )


def seen_from_abroad(scene: Scene) -> tuple[Ground, ...]:
    """Vantages abroad that reach nothing at home; they never speak against an in-country target."""
    blind = tuple(
        v
        for v in scene.plan.abroad
        if (seen := references(scene.plan, scene.fresh, v, Scope.DOMESTIC))
        and all(cell.look.failed for cell in seen)
    )
    return (cite("foreign_cannot_see", 0.6, vantages=blind),) if blind else ()
