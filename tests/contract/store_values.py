"""Values that a store is tried with; every optional field holds something unless told otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.model import (
    Certificate,
    Delivery,
    DeliveryState,
    Entry,
    EntryKind,
    EvidenceClass,
    Failure,
    FaultDomain,
    Ground,
    Incident,
    IncidentState,
    Instant,
    Level,
    MessageKind,
    Mode,
    Observation,
    Phase,
    SelfHealth,
    Sighting,
    Step,
    Timings,
    Verdict,
)

NOW = datetime(2026, 11, 22, 12, 0, 30, 123456, tzinfo=UTC)
CERTIFICATE = Certificate(
    sha256="ab" * 32,
    subject="CN=soa.tamin.demo",
    issuer="CN=مرکز",
    names=("soa.tamin.demo", "*.tamin.demo"),
    not_before=NOW - timedelta(days=10),
    not_after=NOW + timedelta(days=80),
    verified=True,
)


class StillClock:
    """A clock that says what the test tells it; `mono_s` differs from every stored reading."""

    def __init__(self, mono_s: float = 5000.0) -> None:
        self.at, self.mono_s = NOW, mono_s

    def utc(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.mono_s

    def now(self) -> Instant:
        return Instant(self.at, self.mono_s)

    async def sleep(self, duration_s: float) -> None:
        self.at += timedelta(seconds=duration_s)
        self.mono_s += duration_s


def look(look_id: str, at: datetime = NOW, **changes) -> Observation:
    fields = {
        "check": "tamin-front-check",
        "vantage": "tehran-mci",
        "target": "tamin.front",
        "started_mono_s": 77.1,
        "duration_s": 0.1234567,
        "sighting": Sighting(Phase.DONE),
    }
    return Observation(id=look_id, started_at=at, **(fields | changes))


def full_look(look_id: str, at: datetime = NOW) -> Observation:
    """Nothing is left at its default, and neighbours differ."""
    return look(
        look_id,
        at,
        slow=True,
        sighting=Sighting(
            phase=Phase.EXPECT,
            failure=Failure.APPLICATION_ERROR,
            detail="کد خطا",
            timings=Timings(0.1, 0.2, 0.30000000000000004, 0.4, 0.5),
            address="127.77.4.2:8443",
            http_status=200,
            code="-14507",
            body_bytes=321,
            certificate=CERTIFICATE,
        ),
        health=SelfHealth(0.01, -3600.5, 17, 1024, 0.2, 0.3, 0.4, 0.5),
        steps=(
            Step("doctor", Sighting(Phase.DONE, timings=Timings(dns_s=0.01)), 0.0, 0.05),
            Step(
                "patient",
                Sighting(
                    Phase.EXPECT,
                    Failure.APPLICATION_ERROR,
                    "کد خطا",
                    Timings(0.1, 0.2, 0.3, 0.4, 0.5),
                    "127.77.4.2",
                    200,
                    "-14507",
                    321,
                ),
                0.05,
                0.07,
            ),
        ),
        received_at=at + timedelta(minutes=10),
        late=True,
    )


def verdict(**changes) -> Verdict:
    fields = {
        "service": "tamin",
        "domain": FaultDomain.UPSTREAM,
        "party": "tamin-org",
        "mode": Mode.PARTIAL,
        "operations": ("register", "fetch"),
        "confidence": 0.1 + 0.2,
        "level": Level.NAMED,
        "onset_at": NOW - timedelta(minutes=3),
        "grounds": (
            Ground(
                key="direct_failures",
                supports=True,
                evidence=EvidenceClass.ACTIVE_PROBE,
                weight=0.9,
                facts={
                    "count": 3,
                    "share": 3.0,
                    "vantages": ("tehran-mci",),
                    "word": "پنج",
                    "none": (),
                },
                looks=("0123456789abcdef",),
            ),
        ),
        "would_change": ("reference_fails",),
        "firm": True,
    }
    return Verdict(**(fields | changes))


def incident(
    ref: int = 1001, state: IncidentState = IncidentState.CONFIRMED, **changes
) -> Incident:
    onset_at = changes.get("onset_at", NOW - timedelta(minutes=3))
    fields = {
        "subject": "tamin",
        "verdict": verdict(),
        "onset_at": onset_at,
        "since": Instant(NOW - timedelta(minutes=2), 5000.0),
        "public": True,
        "story": (
            Entry(onset_at, EntryKind.ONSET, verdict(level=Level.SYMPTOM)),
            Entry(NOW - timedelta(minutes=2), EntryKind.CONFIRMED, verdict()),
        ),
        "flaps": 2,
        "advice": "upstream-down",
        "next_update_at": NOW + timedelta(minutes=28),
        "promises_kept": 4,
        "promises_missed": 5,
        "clear_since": Instant(NOW - timedelta(minutes=1), 5000.0),
        "recovered_at": NOW - timedelta(seconds=50),
        "resolved_at": NOW - timedelta(seconds=40) if state.closed else None,
        "told": True,
    }
    return Incident(ref=ref, state=state, **(fields | changes))


def delivery(key: str, **changes) -> Delivery:
    fields = {
        "incident": 1001,
        "kind": MessageKind.OPEN,
        "recipient": "dr-17",
        "channel": "sms",
        "language": "fa",
        "body": "تأمین اجتماعی کار نمی‌کند",
        "segments": 2,
        "not_after": NOW + timedelta(minutes=30),
        "created_at": NOW - timedelta(seconds=5),
    }
    return Delivery(key=key, **(fields | changes))


def resolved(key: str, **changes) -> Delivery:
    """The message that it is over; older than `delivery`, so that order alone cannot save us."""
    fields = {"kind": MessageKind.RESOLVED, "created_at": NOW - timedelta(seconds=9)}
    return delivery(key, **(fields | changes))


FINAL = [state for state in DeliveryState if state.final]
