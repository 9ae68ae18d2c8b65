"""What a claim is about, and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.attribution.citing import cited
from monitor.core.attribution.grounds import (
    around,
    cite,
    failed_ground,
    mode_of,
    operations_failing,
    vantages_of,
)
from monitor.core.attribution.reasons import grounds_of
from monitor.model import FaultDomain, Ground, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.core.attribution.cells import Cell
    from monitor.core.attribution.scene import Scene
    from monitor.core.attribution.votes import Vote
    from monitor.core.inference.evidence import Notice
    from monitor.core.inference.finding import Claim
    from monitor.core.inference.layout import Layout
    from monitor.model import Service

_WRONG = ("failed", "slow", "fewer", "refused", "silent", "lagging", "clock", "off", "nothing")


def operations_about(scene: Scene, claim: Claim, service: Service) -> tuple[str, ...]:
    """Those the fault is about, if it is about some; else those that do not go well; else all."""
    if claim.operations:
        targets = scene.plan.world.targets
        about = {o for t in claim.operations for o in targets[t].operations}
    else:
        heard = {o.id: scene.direct[service.id, o.id] for o in service.operations}
        about = set(operations_failing(service, heard))
        if claim.mode is Mode.SLOW:
            about |= {o for o, said in heard.items() if said.slow}
    ids = tuple(o.id for o in service.operations)
    return tuple(o for o in ids if o in about) or ids


def mode_about(claim: Claim, service: Service, operations: tuple[str, ...]) -> Mode:
    """How the service fails."""
    if claim.domain is FaultDomain.PATH:
        return Mode.PARTIAL
    if claim.mode in (Mode.SLOW, Mode.UNSTABLE):
        return claim.mode
    return mode_of(service, operations)


def failed_cells(scene: Scene, service: Service, operations: Iterable[str]) -> tuple[Cell, ...]:
    """Failing direct looks at these operations, vouched for."""
    heard = (scene.direct[service.id, o] for o in operations)
    return tuple({id(c): c for said in heard for c in said.failed_looks}.values())


def grounds_about(
    scene: Scene,
    claim: Claim,
    layout: Layout,
    notices: Iterable[Notice],
    service: Service | None = None,
    operations: tuple[str, ...] = (),
    said: Vote | None = None,
) -> tuple[Ground, ...]:
    """What inference weighed; and of the rest what it has not said already.

    Args:
        scene: What is known.
        claim: With its reasons.
        layout: What is declared.
        notices: What was announced or told.
        service: The one it is about; None: all.
        operations: Of the service, those it is about.
        said: What each vantage says of it, where that was asked.
    """
    grounds = list(cited(scene, grounds_of(claim, layout, notices)))
    if service is None:
        return tuple(grounds)
    failed = failed_cells(scene, service, operations)
    if failed and not any(g.supports and g.key.endswith(_WRONG) for g in grounds):
        grounds.append(failed_ground(scene, service, operations, failed))
    if said is not None and said.denying:
        checks = {c.id: c for o in operations for c in scene.plan.direct[service.id, o]}
        cells = [c for c in scene.fresh.of(said.denying, checks.values()) if c.look.ok]
        at = vantages_of(cells) or said.denying
        grounds.append(cite("dissenting", 0.5, cells, against=True, vantages=at))
    if claim.domain is FaultDomain.PLATFORM and service in scene.plan.upstream_services:
        grounds.extend(_beside(scene, service, operations, grounds))
    grounds.extend(around(scene, service, grounds))
    return tuple(grounds)


def _beside(
    scene: Scene, service: Service, operations: Iterable[str], said: Iterable[Ground]
) -> list[Ground]:
    """That the same is answered when it is asked directly, so far as `said` does not tell it."""
    if any(g.key == "seen.direct_ok" and g.facts.get("party") == service.id for g in said):
        return []
    cells = [c for o in operations for cs in scene.direct[service.id, o].fine.values() for c in cs]
    if not cells:
        return []
    return [cite("direct_fine", 0.85, cells, service=service.id, vantages=vantages_of(cells))]
