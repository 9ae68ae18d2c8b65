"""What the page says of each operation: what is seen, never more than is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import FaultDomain, Health, Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.core.attribution.scene import Scene
    from monitor.core.attribution.witness import Testimony
    from monitor.model import Verdict


def health_of(
    scene: Scene, verdicts: Sequence[Verdict], *, blind: bool
) -> dict[tuple[str, str], Health]:
    """Health of every operation: what is seen, never more than is seen."""
    by_service = {v.service: v for v in verdicts if v.service is not None}
    return {
        (service.id, o.id): Health.BLIND
        if blind
        else _health(
            scene.direct[service.id, o.id],
            scene.relayed[service.id, o.id],
            by_service.get(service.id),
            o.id,
        )
        for service in scene.plan.world.services.values()
        for o in service.operations
    }


def _health(said: Testimony, relayed: Testimony, verdict: Verdict | None, operation: str) -> Health:
    if not said.witnesses:
        return Health.BLIND
    if verdict is None or verdict.domain is FaultDomain.PATH:
        return Health.FINE
    if operation not in verdict.operations:
        return Health.SLOW if said.most_slow else Health.FINE
    if verdict.domain is FaultDomain.CREDENTIALS:
        most_answer = len(said.fine) + len(said.slow) > len(said.failing)
        return Health.FINE if most_answer else Health.BLIND
    if verdict.mode is Mode.SLOW:
        return Health.SLOW
    agreed = said.most_fail or relayed.most_fail
    if verdict.domain is FaultDomain.UNDETERMINED and not agreed:
        if said.fine or said.slow:
            return Health.PARTIAL if len(said.failing) > 1 else Health.FINE
        return Health.OUTAGE if said.lasting else Health.FINE
    return Health.OUTAGE
