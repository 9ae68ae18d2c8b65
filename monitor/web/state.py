"""The picture as JSON for machines: `/api/v1/state`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.model import Level, PartyKind

if TYPE_CHECKING:
    from monitor.core.compose import PageModel
    from monitor.model import Picture, Verdict, World


def state(world: World, picture: Picture, model: PageModel) -> dict[str, Any]:
    """Return the state as plain values.

    An upstream is named only where the verdict's level allows to speak of it; otherwise `party`
    is null, here as everywhere.
    """
    judgement = picture.judgement
    operations: dict[str, dict[str, str]] = {}
    for (service, operation), health in judgement.operations.items():
        operations.setdefault(service, {})[operation] = health.value
    return {
        "verdicts": [
            {
                "service": v.service,
                "domain": v.domain.value,
                "party": spoken_party(world, v),
                "mode": v.mode.value,
                "operations": list(v.operations),
                "confidence": v.confidence,
                "level": v.level.value,
                "onset_at": v.onset_at.isoformat(),
                "grounds": [
                    {"key": g.key, "supports": g.supports, "facts": dict(g.facts)}
                    for g in v.grounds
                ],
            }
            for v in judgement.verdicts
        ],
        "operations": operations,
        "vantages": {vantage: sight.value for vantage, sight in judgement.vantages.items()},
        "sighted": judgement.sighted,
        "incidents": [
            {
                "ref": i.ref,
                "subject": i.subject,
                "state": i.state.value,
                "domain": i.verdict.domain.value,
                "party": spoken_party(world, i.verdict),
                "level": i.verdict.level.value,
                "public": i.public,
            }
            for i in picture.incidents
        ],
        "page": model.state.value,
    }


def spoken_party(world: World, verdict: Verdict) -> str | None:
    """Return the party a verdict may speak of, or None."""
    if verdict.party is None:
        return None
    upstream = world.parties[verdict.party].kind is PartyKind.UPSTREAM
    if upstream and verdict.level is Level.SYMPTOM:
        return None
    return verdict.party
