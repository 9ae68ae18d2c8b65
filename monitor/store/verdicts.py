"""Verdicts as JSON text, and back without loss."""

from __future__ import annotations

import json
from typing import Any

from monitor.model import EvidenceClass, FaultDomain, Ground, Level, Mode, Verdict
from monitor.store.times import from_us, to_us


def verdict_text(verdict: Verdict) -> str:
    """One line of ASCII JSON."""
    return json.dumps(
        {
            "service": verdict.service,
            "domain": verdict.domain,
            "party": verdict.party,
            "mode": verdict.mode,
            "operations": verdict.operations,
            "confidence": verdict.confidence,
            "level": verdict.level,
            "onset_at_us": to_us(verdict.onset_at),
            "grounds": [_ground_value(ground) for ground in verdict.grounds],
            "would_change": verdict.would_change,
            "firm": verdict.firm,
        },
        separators=(",", ":"),
    )


def verdict_of(text: str) -> Verdict:
    """The verdict that `verdict_text` wrote."""
    value: dict[str, Any] = json.loads(text)
    return Verdict(
        service=value["service"],
        domain=FaultDomain(value["domain"]),
        party=value["party"],
        mode=Mode(value["mode"]),
        operations=tuple(value["operations"]),
        confidence=value["confidence"],
        level=Level(value["level"]),
        onset_at=from_us(value["onset_at_us"]),
        grounds=tuple(_ground_of(ground) for ground in value["grounds"]),
        would_change=tuple(value["would_change"]),
        firm=value["firm"],
    )


def _ground_value(ground: Ground) -> dict[str, Any]:
    return {
        "key": ground.key,
        "supports": ground.supports,
        "evidence": ground.evidence,
        "weight": ground.weight,
        "facts": dict(ground.facts),
        "looks": ground.looks,
    }


def _ground_of(value: dict[str, Any]) -> Ground:
    facts = {
        name: tuple(fact) if isinstance(fact, list) else fact
        for name, fact in value["facts"].items()
    }
    return Ground(
        key=value["key"],
        supports=value["supports"],
        evidence=EvidenceClass(value["evidence"]),
        weight=value["weight"],
        facts=facts,
        looks=tuple(value["looks"]),
    )
