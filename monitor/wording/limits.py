"""Proof, before anything is sent, that no message can take more than two SMS parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from monitor.model import (
    EvidenceClass,
    FaultDomain,
    Ground,
    Incident,
    IncidentState,
    Instant,
    Level,
    MessageKind,
    Mode,
    Verdict,
)
from monitor.wording.messages import message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.wording.voice import Voice

_AT = datetime(2026, 1, 1, tzinfo=UTC)
_LONGEST = timedelta(days=99, hours=23, minutes=59)
_LARGEST_REF = 999_999


def prove_messages_fit(voice: Voice) -> None:
    """Write every message there can be, each with every advice and with the widest figures.

    Raises:
        WordingError: one does not fit.
    """
    for verdict in _verdicts(voice):
        for advice in voice.world.advice:
            incident = _incident(verdict, advice.id)
            for kind in MessageKind:
                message(voice, kind, incident)


def _verdicts(voice: Voice) -> Iterator[Verdict]:
    fine = Ground("platform_fine", True, EvidenceClass.ACTIVE_PROBE, 1.0, {})
    services = voice.world.services
    for domain in FaultDomain:
        for mode in Mode:
            for level in (Level.NAMED, Level.SYMPTOM):
                for service in (None, *services):
                    party = services[service].party if service is not None else None
                    operations = services[service].operations if service is not None else ()
                    yield Verdict(
                        service=service,
                        domain=domain,
                        party=party,
                        mode=mode,
                        operations=tuple(o.id for o in operations[:-1]),
                        confidence=1.0,
                        level=level,
                        onset_at=_AT,
                        grounds=(fine,),
                    )


def _incident(verdict: Verdict, advice: str) -> Incident:
    return Incident(
        ref=_LARGEST_REF,
        subject=verdict.subject,
        state=IncidentState.CONFIRMED,
        verdict=verdict,
        onset_at=_AT,
        since=Instant(_AT, 0.0),
        public=True,
        story=(),
        advice=advice,
        next_update_at=_AT,
        recovered_at=_AT + _LONGEST,
    )
