"""Rules 5 to 12: whose service fails, and whose fault is it?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.core.attribution.grounds import (
    around,
    cite,
    commonest,
    confidence,
    dissent,
    failed_ground,
    mode_of,
    operations_failing,
    reference_ground,
    vantages_of,
)
from monitor.core.attribution.scene import Draft
from monitor.core.attribution.witness import NOBODYS, OTHER_INTERFACE, OUR_ACCESS, references
from monitor.model import FaultDomain, Mode, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.core.attribution.scene import Scene
    from monitor.core.attribution.witness import Testimony
    from monitor.model import Service


def about_services(scene: Scene) -> list[Draft]:
    """Rules 5 to 12, one verdict per service at most."""
    plan = scene.plan
    found: dict[str, Draft] = {}
    for service in (*plan.platform_services, *plan.upstream_services):
        draft = _access(scene, service) or _direct(scene, service)
        if draft is not None:
            found[service.id] = draft
    _together(scene, found)
    for service in plan.upstream_services:
        if service.id not in found and (draft := _relay(scene, service, found)) is not None:
            found[service.id] = draft
    for service in (*plan.platform_services, *plan.upstream_services):
        if service.id in found:
            continue
        draft = _slow(scene, service) or _unexplained(scene, service)
        if draft is not None:
            found[service.id] = draft
    return list(found.values())


def _concluded(scene: Scene, service: Service) -> dict[str, Testimony]:
    heard = ((o.id, scene.direct[service.id, o.id]) for o in service.operations)
    return {o: said for o, said in heard if said.most_fail and said.lasting}


def _access(scene: Scene, service: Service) -> Draft | None:
    """Rule 5. One fresh refusal of our credentials is enough to forbid naming the upstream."""
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


def _direct(scene: Scene, service: Service) -> Draft | None:
    """Rules 7 and 8."""
    concluded = _concluded(scene, service)
    if not concluded:
        return None
    failed = tuple({id(c): c for said in concluded.values() for c in said.failed_looks}.values())
    kinds = {cell.look.sighting.failure for cell in failed}
    operations = tuple(concluded)
    ours = service.party == scene.plan.world.platform
    domain = FaultDomain.PLATFORM if ours else FaultDomain.UPSTREAM
    nameable = True
    if not ours and kinds <= OTHER_INTERFACE:
        domain, nameable = FaultDomain.CONTRACT, False
    elif not ours and kinds & NOBODYS:
        domain, nameable = FaultDomain.UNDETERMINED, False
    least = min(concluded.values(), key=_agreement)
    return Draft(
        service.id,
        domain,
        scene.onset(failed, from_mono_s=_event_s(concluded)),
        party=service.party if nameable else None,
        mode=mode_of(service, operations),
        operations=operations,
        confidence=confidence(len(least.failing), len(least.fine) + len(least.slow)),
        nameable=nameable,
        grounds=(
            failed_ground(scene, service, operations, failed),
            *around(scene, service),
            *dissent(service, least),
        ),
        would_change=("direct_answers", "references_back"),
    )


def _event_s(heard: Mapping[str, Testimony]) -> float:
    return min(said.event_mono_s for said in heard.values())


def _agreement(said: Testimony) -> int:
    return len(said.failing) - len(said.fine) - len(said.slow)


def _together(scene: Scene, found: dict[str, Draft]) -> None:
    """Rule 6: what began together is not laid at one party's door.

    An upstream that most witnesses see failing counts even before it is blamed itself.
    """
    world = scene.plan.world
    blamed = {
        s: d for s, d in found.items() if d.domain in (FaultDomain.UPSTREAM, FaultDomain.PLATFORM)
    }
    began = {s: draft.onset_at for s, draft in blamed.items()}
    for service in scene.plan.upstream_services:
        heard = (scene.direct[service.id, o.id] for o in service.operations)
        ailing = [said for said in heard if said.most_fail]
        draft = found.get(service.id)
        if ailing and (draft is None or draft.domain is FaultDomain.UNDETERMINED):
            event_s = min(said.event_mono_s for said in ailing)
            looks = [cell for said in ailing for cell in said.failed_looks]
            began[service.id] = scene.onset(looks, from_mono_s=event_s)
    for service_id, draft in blamed.items():
        group = tuple(
            s
            for s, onset_at in began.items()
            if abs((onset_at - draft.onset_at).total_seconds()) <= scene.plan.together_s
        )
        parties = {world.services[s].party for s in group}
        everybody = len(parties) == len(world.parties) and len(parties) >= 3
        if not everybody:
            parties.discard(world.platform)
            if draft.domain is FaultDomain.PLATFORM or len(parties) < 2:
                continue
            group = tuple(s for s in group if world.services[s].party != world.platform)
        ground = cite("both_upstreams", 0.7, services=group)
        found[service_id] = replace(
            draft,
            domain=FaultDomain.SHARED,
            party=None,
            nameable=False,
            confidence=0.9,
            grounds=(*draft.grounds, ground),
            would_change=("longer",),
        )


def _relay(scene: Scene, service: Service, found: Mapping[str, Draft]) -> Draft | None:
    """Rule 9; a platform that fails as a whole explains its relays by itself.

    Where an upstream is seen by its front alone, nobody knows on which side the work fails.
    """
    plan = scene.plan
    platform = [found[s.id] for s in plan.platform_services if s.id in found]
    if any(
        d.mode is Mode.DOWN and d.domain in (FaultDomain.PLATFORM, FaultDomain.SHARED)
        for d in platform
    ):
        return None
    heard = {o.id: scene.relayed[service.id, o.id] for o in service.operations}
    broken = {o: said for o, said in heard.items() if said.most_fail and said.lasting}
    broken = {
        o: said for o, said in broken.items() if _fails_beside(said, scene.direct[service.id, o])
    }
    if not broken:
        return None
    failed = tuple({id(c): c for said in broken.values() for c in said.failed_looks}.values())
    least = min(broken.values(), key=_agreement)
    direct_at = tuple(scene.direct[service.id, next(iter(broken))].fine)
    at = vantages_of(failed)
    domain = FaultDomain.PLATFORM
    if any(cell.look.sighting.failure in OUR_ACCESS for cell in failed):
        domain = FaultDomain.CREDENTIALS
    elif any((service.id, o) in plan.front_only for o in broken):
        domain = FaultDomain.UNDETERMINED
    ours = domain is FaultDomain.PLATFORM
    answered = cite("direct_fine", 0.85, service=service.id, vantages=direct_at)
    if domain is FaultDomain.UNDETERMINED:
        answered = cite("front_fine", 0.4, service=service.id)
    return Draft(
        service.id,
        domain,
        scene.onset(failed, from_mono_s=_event_s(broken)),
        party=plan.world.platform if ours else None,
        mode=mode_of(service, tuple(broken)),
        operations=tuple(broken),
        confidence=confidence(len(least.failing), len(least.fine) + len(least.slow)),
        nameable=ours,
        grounds=(
            cite("relay_failed", 0.9, failed, service=service.id, vantages=at),
            answered,
            reference_ground(scene, failed=False),
        ),
        would_change=("direct_answers",),
    )


def _fails_beside(relayed: Testimony, direct: Testimony) -> bool:
    """Two vantages saw the relay fail after two had begun to see the direct transaction fine.

    A relay's failure older than that may tell of an upstream that is well again.
    """
    fine_since_s = sorted(max(c.since_mono_s for c in cells) for cells in direct.fine.values())
    failed_s = [max(c.look.started_mono_s for c in cells) for cells in relayed.failing.values()]
    return len(fine_since_s) >= 2 and sum(at_s >= fine_since_s[1] for at_s in failed_s) >= 2


def _slow(scene: Scene, service: Service) -> Draft | None:
    """Rule 10; a vantage where the references are slow too is no witness of slowness."""
    heard = {o.id: scene.direct[service.id, o.id] for o in service.operations}
    late = {o: said for o, said in heard.items() if said.most_slow}
    if not late:
        return None
    cells = tuple({id(c): c for t in late.values() for cs in t.slow.values() for c in cs}.values())
    if any(
        ref.look.slow
        for v in vantages_of(cells)
        for ref in references(scene.plan, scene.fresh, v, Scope.DOMESTIC)
    ):
        return None
    others = [s for s in scene.plan.world.services.values() if s.party != service.party]
    if others and all(
        any(scene.direct[s.id, o.id].most_slow for o in s.operations) for s in others
    ):
        return None  # everybody is slow at once: that is our line or our machine
    ours = service.party == scene.plan.world.platform
    durations = sorted(cell.look.duration_s for cell in cells)
    least = min(late.values(), key=lambda said: len(said.slow) - len(said.fine))
    return Draft(
        service.id,
        FaultDomain.PLATFORM if ours else FaultDomain.UPSTREAM,
        scene.onset(cells),
        party=service.party,
        mode=Mode.SLOW,
        operations=tuple(late),
        confidence=confidence(len(least.slow), len(least.fine) + len(least.failing)),
        nameable=True,
        grounds=(
            cite(
                "slow_answers",
                0.9,
                cells,
                service=service.id,
                vantages=vantages_of(cells),
                median_s=round(durations[len(durations) // 2], 1),
            ),
            *around(scene, service),
        ),
        would_change=("longer", "references_back"),
    )


def _unexplained(scene: Scene, service: Service) -> Draft | None:
    """Rules 11 and 12."""
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
