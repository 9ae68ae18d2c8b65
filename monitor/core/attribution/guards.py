"""What forbids to say a claim as it stands, whatever its probability."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.core.attribution.grounds import cite
from monitor.core.attribution.witness import references
from monitor.core.inference.evidence import Outcome
from monitor.model import Failure, FaultDomain, Level, NoticeKind, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.core.attribution.scene import Draft, Scene
    from monitor.core.inference.evidence import Notice
    from monitor.core.inference.finding import Claim
    from monitor.model import Ground

D = FaultDomain
EVERYBODY = 3  # so many parties at least, for all of them to be everybody
_REFUSALS = (Outcome.HTTP_401, Outcome.HTTP_429)


def everything_slow(scene: Scene) -> bool:
    """Half of the witnesses find their own references slow: nobody is slow before them."""
    late = [
        v
        for v in scene.watching
        if any(c.look.slow for c in references(scene.plan, scene.fresh, v, Scope.DOMESTIC))
    ]
    return bool(late) and 2 * len(late) >= len(scene.watching)


def was_refused(claim: Claim) -> bool:
    """Somebody refused us in so many words; an error alone is no refusal."""
    return any(r.outcome in _REFUSALS and r.weight > 0.0 for r in claim.reasons)


def was_announced(scene: Scene, claim: Claim, notices: Iterable[Notice]) -> bool:
    """Work is announced for now, or they say so themselves on a page."""
    now_s = scene.now.mono_s
    if any(
        n.kind is NoticeKind.MAINTENANCE and n.party == claim.party and n.from_s <= now_s < n.to_s
        for n in notices
    ):
        return True
    return any(
        cell.look.sighting.failure is Failure.MAINTENANCE_PAGE
        and scene.plan.target_of[cell.look.check].service == claim.party
        for cell in scene.fresh.cells.values()
    )


def apart(scene: Scene, found: Mapping[str, Draft]) -> dict[str, Draft]:
    """Lay at nobody's door what began at several parties together.

    Inference knows only what is declared to be shared; where nothing is, two of its upstreams that
    begin to fail within `together_s` of each other are likelier one thing that nobody declared than
    two. An upstream that most witnesses see failing counts though nobody claims anything of it.

    Args:
        scene: What is known.
        found: The draft of each service.

    Returns:
        The drafts, those that are not told apart as `shared` and nobody's.
    """
    world = scene.plan.world
    blamed = {s: d for s, d in found.items() if d.domain in (D.UPSTREAM, D.PLATFORM)}
    began = {s: draft.onset_at for s, draft in blamed.items()}
    for service in scene.plan.upstream_services:
        draft = found.get(service.id)
        heard = [scene.direct[service.id, o.id] for o in service.operations]
        ailing = [said for said in heard if said.most_fail]
        if ailing and (draft is None or draft.domain is D.UNDETERMINED):
            event_s = min(said.event_mono_s for said in ailing)
            looks = [cell for said in ailing for cell in said.failed_looks]
            began[service.id] = scene.onset(looks, from_mono_s=event_s)
    after = dict(found)
    for service_id, draft in blamed.items():
        group = tuple(
            s
            for s, onset_at in began.items()
            if abs((onset_at - draft.onset_at).total_seconds()) <= scene.plan.together_s
        )
        parties = {world.services[s].party for s in group}
        if not (len(parties) == len(world.parties) and len(parties) >= EVERYBODY):
            parties.discard(world.platform)
            group = tuple(s for s in group if world.services[s].party != world.platform)
            if draft.domain is D.PLATFORM or len(parties) < 2 or _declared(scene, parties):
                continue
        after[service_id] = replace(
            draft,
            domain=D.SHARED,
            party=None,
            nameable=False,
            level=Level.SYMPTOM,
            confidence=min(draft.confidence, scene.plan.rules.probable_bar),
            grounds=(*draft.grounds, fail_together(group)),
            would_change=("one_answers", "longer"),
        )
    return after


def fail_together(services: Sequence[str]) -> Ground:
    """The ground that headlines take the services from."""
    return cite("both_upstreams", 0.7, services=tuple(services))


def _declared(scene: Scene, parties: set[str]) -> bool:
    """Whether one declared thing serves all of them, so that inference has told them apart."""
    targets = scene.plan.world.targets
    return any(
        parties <= {targets[t].party for t in thing.serves}
        for thing in scene.plan.world.shared.values()
    )
