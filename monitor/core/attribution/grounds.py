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

LOOKS_CITED = 24


def cite(
    key: str, weight: float, cells: Iterable[Cell] = (), *, against: bool = False, **facts: Fact
) -> Ground:
    """A ground from what probes saw; `cells` are the looks behind it."""
    return Ground(key, not against, EvidenceClass.ACTIVE_PROBE, weight, facts, ids_of(cells))


def own(key: str, looks: tuple[str, ...] = (), **facts: Fact) -> Ground:
    """A ground about our own condition."""
    return Ground(key, True, EvidenceClass.SELF, 0.95, facts, looks)


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


def around(scene: Scene, service: Service, said: Iterable[Ground]) -> list[Ground]:
    """What was fine at the same time, so far as `said` does not tell it already."""
    plan = scene.plan
    good = [g for g in said if g.supports and g.key.endswith("_ok")]
    told = {g.facts.get("party") for g in good}
    grounds = []
    if not any(g.key == "seen.references_ok" for g in good):
        grounds.append(reference_ground(scene, failed=False))
    if service.party == plan.world.platform:
        return grounds
    grounds.extend(
        cite("other_upstream_fine", 0.6, service=other.id)
        for other in plan.upstream_services
        if other.party != service.party and other.id not in told and _all_fine(scene, other)
    )
    if all(_all_fine(scene, s) for s in plan.platform_services):
        grounds.append(cite("platform_fine", 0.6))
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
