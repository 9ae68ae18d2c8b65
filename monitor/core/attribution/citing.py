"""The looks behind what inference weighed: it counts them, and the scene still has them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.core.attribution.cells import outcome
from monitor.core.attribution.grounds import ids_of
from monitor.model import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.core.attribution.scene import Scene
    from monitor.model import Ground, Target

_ROLES: Mapping[str, Role] = {
    "seen.front": Role.FRONT,
    "seen.direct": Role.TRANSACTION,
    "seen.through": Role.RELAY,
    "seen.references": Role.REFERENCE,
}


def cited(scene: Scene, grounds: Iterable[Ground]) -> tuple[Ground, ...]:
    """Give the grounds that tell of failing or slow looks the latest of those looks."""
    return tuple(_cited(scene, ground) for ground in grounds)


def _cited(scene: Scene, ground: Ground) -> Ground:
    looked, _, how = ground.key.rpartition("_")
    if looked not in _ROLES or how not in ("failed", "slow") or ground.looks:
        return ground
    at = ground.facts.get("vantages")
    vantages = at if isinstance(at, tuple) else ()
    cells = [
        cell
        for (vantage, check), cell in scene.fresh.cells.items()
        if vantage in vantages
        and outcome(cell.look) == how
        and _concerns(scene, scene.plan.target_of[check], ground, _ROLES[looked])
    ]
    return replace(ground, looks=ids_of(cells))


def _concerns(scene: Scene, target: Target, ground: Ground, role: Role) -> bool:
    if target.role is not role:
        return False
    if role is Role.REFERENCE:
        return target.scope == ground.facts.get("scope")
    unit = target.service
    if role is not Role.RELAY and target.party == scene.plan.world.platform:
        unit = target.party
    return unit == ground.facts.get("party")
