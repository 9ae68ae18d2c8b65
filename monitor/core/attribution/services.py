"""What is said of a service whatever inference claims: refusals of us, what nobody explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.attribution.grounds import (
    cite,
    commonest,
    dissent,
    failed_ground,
    mode_of,
    operations_failing,
    reference_ground,
    vantages_of,
)
from monitor.core.attribution.scene import Draft
from monitor.core.attribution.witness import OUR_ACCESS
from monitor.model import FaultDomain, Level, Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.core.attribution.scene import Scene
    from monitor.core.attribution.witness import Testimony
    from monitor.model import Service


def access(scene: Scene, service: Service) -> Draft | None:
    """One fresh refusal of our credentials is enough to forbid naming the upstream."""
    heard = {o.id: scene.direct[service.id, o.id] for o in service.operations}
    failed = [cell for said in heard.values() for cell in said.failed_looks]
    refused = [cell for cell in failed if cell.look.sighting.failure in OUR_ACCESS]
    if not refused:
        return None
    operations = operations_failing(service, heard)
    only_ours = len(refused) == len(failed)
    return Draft(
        service.id,
        FaultDomain.CREDENTIALS if only_ours else FaultDomain.UNDETERMINED,
        scene.onset(refused if only_ours else [c for c in failed if c not in refused]),
        mode=mode_of(service, operations),
        operations=operations,
        confidence=0.97 if only_ours else 0.5,
        grounds=(
            cite(
                "credentials_refused",
                0.9,
                refused,
                service=service.id,
                failure=commonest(refused),
                vantages=vantages_of(refused),
            ),
            reference_ground(scene, failed=False),
        ),
        would_change=("credentials_renewed",),
    )


def unexplained(scene: Scene, service: Service) -> Draft | None:
    """Something fails and no claim stands: the symptom, which is true at any confidence."""
    heard = {o.id: scene.direct[service.id, o.id] for o in service.operations}
    operations = operations_failing(service, heard)
    if not operations:
        return None
    failed = tuple({id(c): c for o in operations for c in heard[o].failed_looks}.values())
    at = vantages_of(failed)
    others = sum(len(heard[o].fine) + len(heard[o].slow) for o in operations)
    alone = all(len(heard[o].failing) == 1 and heard[o].witnesses > 1 for o in operations)
    grounds = [failed_ground(scene, service, operations, failed)]
    if alone:
        grounds.append(cite("one_vantage_only", 0.8, vantages=at))
    elif len(at) == 1:
        grounds.append(cite("not_enough_vantages", 0.8, against=True, vantages=at, needed=2))
    for operation in operations:
        grounds.extend(dissent(service, heard[operation])[:1])
        break
    return Draft(
        service.id,
        FaultDomain.PATH if alone else FaultDomain.UNDETERMINED,
        scene.onset(failed, from_mono_s=min(heard[o].event_mono_s for o in operations)),
        mode=mode_of(service, operations) if not others else Mode.PARTIAL,
        operations=operations,
        confidence=0.8 if alone else 0.5,
        grounds=tuple(grounds),
        would_change=("second_vantage",) if len(at) == 1 else ("longer",),
    )


def through_platform(scene: Scene, service: Service, found: Mapping[str, Draft]) -> Draft | None:
    """An upstream answers and the same asked through the platform fails, from most vantages.

    A platform that fails as a whole explains its relays by itself. If it is claimed to fail in
    part, this is the platform's too; if not, nobody is named for what nobody explains, and nobody
    is where an upstream is seen by its front alone.
    """
    plan = scene.plan
    platform = [
        found[s.id]
        for s in plan.platform_services
        if s.id in found and found[s.id].domain in (FaultDomain.PLATFORM, FaultDomain.SHARED)
    ]
    if any(draft.mode is Mode.DOWN for draft in platform):
        return None
    heard = {o.id: scene.relayed[service.id, o.id] for o in service.operations}
    broken = {
        o: said
        for o, said in heard.items()
        if said.most_fail and said.lasting and _fails_beside(said, scene.direct[service.id, o])
    }
    if not broken:
        return None
    failed = tuple({id(c): c for said in broken.values() for c in said.failed_looks}.values())
    at = vantages_of(failed)
    front_only = any((service.id, o) in plan.front_only for o in broken)
    domain, level = FaultDomain.UNDETERMINED, Level.SYMPTOM
    if any(cell.look.sighting.failure in OUR_ACCESS for cell in failed):
        domain = FaultDomain.CREDENTIALS
    elif platform and not front_only:
        domain = FaultDomain.PLATFORM
        level = min((d.level for d in platform), key=[*Level].index)
    ours = domain is FaultDomain.PLATFORM
    answered = cite("front_fine", 0.4, service=service.id)
    if not front_only:
        direct_at = tuple(scene.direct[service.id, next(iter(broken))].fine)
        answered = cite("direct_fine", 0.85, service=service.id, vantages=direct_at)
    return Draft(
        service.id,
        domain,
        scene.onset(failed, from_mono_s=min(said.event_mono_s for said in broken.values())),
        party=plan.world.platform if ours else None,
        mode=mode_of(service, tuple(broken)),
        operations=tuple(broken),
        confidence=max((d.confidence for d in platform), default=0.5) if ours else 0.5,
        nameable=ours,
        level=level,
        grounds=(
            cite("relay_failed", 0.9, failed, service=service.id, vantages=at),
            answered,
            reference_ground(scene, failed=False),
        ),
        would_change=("direct_fails",),
    )


def _fails_beside(relayed: Testimony, direct: Testimony) -> bool:
    """Two vantages saw the relay fail after two had begun to see the direct transaction fine.

    A relay's failure older than that may tell of an upstream that is well again.
    """
    fine_since_s = sorted(max(c.since_mono_s for c in cells) for cells in direct.fine.values())
    failed_s = [max(c.look.started_mono_s for c in cells) for cells in relayed.failing.values()]
    return len(fine_since_s) >= 2 and sum(at_s >= fine_since_s[1] for at_s in failed_s) >= 2
