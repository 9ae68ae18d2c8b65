"""Verdicts, judgements and incidents by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.model import (
    FaultDomain,
    Health,
    Instant,
    Judgement,
    Level,
    Mode,
    Sight,
    Verdict,
)

START = datetime(2026, 11, 22, 6, 55, tzinfo=UTC)


def instant(t_s: float) -> Instant:
    return Instant(START + timedelta(seconds=t_s), 1000.0 + t_s)


def make_verdict(**changes: object) -> Verdict:
    values: dict[str, object] = {
        "service": "tamin",
        "domain": FaultDomain.UPSTREAM,
        "party": "tamin",
        "mode": Mode.DOWN,
        "operations": ("entitlement", "register", "fetch"),
        "confidence": 0.999,
        "level": Level.NAMED,
        "onset_at": START,
        "firm": True,
    }
    return Verdict(**{**values, **changes})  # type: ignore[arg-type]


def make_judgement(
    t_s: float,
    *verdicts: Verdict,
    sighted: bool = True,
    health: Health = Health.FINE,
) -> Judgement:
    return Judgement(
        now=instant(t_s),
        verdicts=verdicts,
        operations={
            ("tamin", o): health if sighted else Health.BLIND
            for o in ("entitlement", "register", "fetch")
        },
        vantages={"tehran-shatel": Sight.SEES if sighted else Sight.SILENT},
        sighted=sighted,
        last_look_at=instant(t_s).at,
    )
