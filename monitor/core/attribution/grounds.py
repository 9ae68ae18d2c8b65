"""Grounds for and against, and the figures that go with them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from monitor.core.attribution.witness import references
from monitor.model import EvidenceClass, Fact, Ground, Mode, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.core.attribution.cells import Cell
    from monitor.core.attribution.scene import Scene
    from monitor.core.attribution.witness import Testimony
    from monitor.model import Service

DOUBT_PER_WITNESS = 0.07
DOUBT_PER_DISSENT = 3.0
MOST_CONFIDENT = 0.999
LOOKS_CITED = 24


def cite(
    key: str, weight: float, cells: Iterable[Cell] = (), *, against: bool = False, **facts: Fact
) -> Ground:
    """A ground from what probes saw; `cells` are the looks behind it."""
    return Ground(key, not against, EvidenceClass.ACTIVE_PROBE, weight, facts, ids_of(cells))


def own(key: str, looks: tuple[str, ...] = (), **facts: Fact) -> Ground:
    """A ground about our own condition."""
    return Ground(key, True, EvidenceClass.SELF, 0.95, facts, looks)


def confidence(agreeing: int, disagreeing: int) -> float:
    """The list's own figure: 0.93, 0.9951, 0.9990 for one, two, three agreeing vantages."""
    doubt = DOUBT_PER_WITNESS**agreeing * DOUBT_PER_DISSENT**disagreeing
    return round(max(0.0, min(MOST_CONFIDENT, 1.0 - doubt)), 4)


def mode_of(service: Service, operations: Sequence[str]) -> Mode:
    """DOWN if every operation of the service is affected, else PARTIAL."""
    return Mode.DOWN if len(operations) == len(service.operations) else Mode.PARTIAL


def operations_failing(service: Service, heard: Mapping[str, Testimony]) -> tuple[str, ...]:
    """Operations that at least one witness sees failing."""
    return tuple(o.id for o in service.operations if heard[o.id].failing)


def ids_of(cells: Iterable[Cell]) -> tuple[str, ...]:
    """Ids of the looks, sorted, at most `LOOKS_CITED`."""
    return tuple(sorted({cell.look.id for cell in cells}))[:LOOKS_CITED]


def vantages_of(cells: Iterable[Cell]) -> tuple[str, ...]:
    """Where the looks came from, sorted."""
    return tuple(sorted({cell.look.vantage for cell in cells}))


def commonest(cells: Iterable[Cell]) -> str:
    """The failure seen most often; the first by name among equals."""
    counted = Counter(str(cell.look.sighting.failure) for cell in cells)
    return min(counted, key=lambda name: (-counted[name], name))


def failed_ground(
    scene: Scene, service: Service, operations: Sequence[str], failed: Sequence[Cell]
) -> Ground:
    """How many of all looks at the affected operations failed since it began, from where, and how.

    Looks of a vantage whose own references do not vouch for it are neither.
    """
    vouched = {id(cell) for cell in failed}
    asked = {
        id(cell): cell
        for o in operations
        for cell in scene.fresh.of(scene.watching, scene.plan.direct[service.id, o])
        if id(cell) in vouched or not cell.look.failed
    }
    since_s = min(scene.direct[service.id, o].event_mono_s for o in operations)
    counts = [cell.counted(since_s) for cell in asked.values()]
    return cite(
        "looks_failed",
        0.9,
        failed,
        service=service.id,
        failed=sum(failures for failures, _ in counts),
        looks=sum(looks for _, looks in counts),
        vantages=vantages_of(failed),
        failure=commonest(failed),
    )


def reference_ground(scene: Scene, *, failed: bool) -> Ground:
    """What the domestic references did meanwhile, as the witnesses saw it."""
    key = "references_failed" if failed else "references_answered"
    at = scene.plan.at_home if failed else scene.watching
    cells = [c for v in at for c in references(scene.plan, scene.fresh, v, Scope.DOMESTIC)]
    kept = [cell for cell in cells if cell.look.failed == failed]
    return cite(key, 0.8, kept, vantages=at, scope=Scope.DOMESTIC.value)


def around(scene: Scene, service: Service) -> list[Ground]:
    """What was fine at the same time: the other half of every accusation."""
    plan = scene.plan
    grounds = [reference_ground(scene, failed=False)]
    grounds.extend(
        cite("other_upstream_fine", 0.6, service=other.id)
        for other in plan.upstream_services
        if other.party != service.party and _all_fine(scene, other)
    )
    if service.party != plan.world.platform and all(
        _all_fine(scene, s) for s in plan.platform_services
    ):
        grounds.append(cite("platform_fine", 0.6))
    fronts = scene.fresh.of(scene.watching, plan.fronts[service.id, service.operations[0].id])
    if fronts and all(cell.look.ok for cell in fronts):
        grounds.append(cite("front_fine", 0.4, service=service.id))
    if service.party != plan.world.platform:
        grounds.append(cite("inside_unknown", 0.1, against=True, service=service.id))
    return grounds


def dissent(service: Service, said: Testimony) -> list[Ground]:
    """Witnesses who see the operation fine, if there are any."""
    cells = [cell for cs in (*said.fine.values(), *said.slow.values()) for cell in cs]
    if not cells:
        return []
    at = vantages_of(cells)
    return [cite("dissenting", 0.5, cells, against=True, service=service.id, vantages=at)]


def _all_fine(scene: Scene, service: Service) -> bool:
    heard = [scene.direct[service.id, o.id] for o in service.operations]
    return all(said.witnesses and not said.failing for said in heard)
