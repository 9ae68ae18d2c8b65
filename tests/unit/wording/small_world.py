"""A small declared world and hand-made values for the tests of words, page and report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from monitor.model import (
    Advice,
    Check,
    Entry,
    EntryKind,
    EvidenceClass,
    FaultDomain,
    Ground,
    Health,
    Incident,
    IncidentState,
    Instant,
    Judgement,
    Level,
    Mode,
    Operation,
    Party,
    PartyKind,
    Picture,
    Role,
    Rules,
    Scope,
    Service,
    Sight,
    Target,
    Vantage,
    Verdict,
    World,
)
from probes.spec import TcpSpec

ONSET = datetime(2026, 11, 22, 6, 55, tzinfo=UTC)  # 10:25 in Tehran
NOW = ONSET + timedelta(minutes=18)
HOME = ("tehran-shatel", "tehran-mci", "mashhad-irancell", "shiraz-tci")


def operation(id_: str, fa: str, en: str) -> Operation:
    return Operation(id_, {"fa": fa, "en": en})


INSURER_OPERATIONS = (
    operation("entitlement", "استحقاق", "Cover"),
    operation("register", "ثبت", "Register"),
    operation("fetch", "دریافت", "Fetch"),
)
SERVICES = (
    Service("tamin", "tamin", {"fa": "تأمین اجتماعی", "en": "Social Security"}, INSURER_OPERATIONS),
    Service("ihio", "ihio", {"fa": "بیمه سلامت", "en": "Health Insurance"}, INSURER_OPERATIONS),
    Service(
        "panel",
        "boghrat",
        {"fa": "پنل بقراط", "en": "Boghrat panel"},
        (
            operation("records", "پرونده", "Records"),
            operation("visits", "ویزیت", "Visits"),
            operation("login", "ورود", "Login"),
        ),
    ),
)
PARTIES = (
    Party("boghrat", PartyKind.PLATFORM, {"fa": "بقراط", "en": "Boghrat"}),
    Party("tamin", PartyKind.UPSTREAM, {"fa": "تأمین اجتماعی", "en": "Social Security"}),
    Party("ihio", PartyKind.UPSTREAM, {"fa": "بیمه سلامت", "en": "Health Insurance"}),
)
VANTAGES = (
    Vantage(
        "tehran-shatel", {"fa": "تهران، شاتل", "en": "Tehran, Shatel"}, "IR", "tehran", "shatel"
    ),
    Vantage("tehran-mci", {"fa": "تهران، همراه اول", "en": "Tehran, MCI"}, "IR", "tehran", "mci"),
    Vantage(
        "mashhad-irancell",
        {"fa": "مشهد، ایرانسل", "en": "Mashhad, Irancell"},
        "IR",
        "mashhad",
        "irancell",
    ),
    Vantage("shiraz-tci", {"fa": "شیراز، مخابرات", "en": "Shiraz, TCI"}, "IR", "shiraz", "tci"),
    Vantage("frankfurt", {"fa": "فرانکفورت", "en": "Frankfurt"}, "DE", "hesse", "hetzner"),
)
TARGETS = (
    Target("panel.front", Role.FRONT, service="panel"),
    Target("tamin.front", Role.FRONT, service="tamin"),
    Target("tamin.entitlement", Role.TRANSACTION, service="tamin", operations=("entitlement",)),
    Target("ihio.entitlement", Role.TRANSACTION, service="ihio", operations=("entitlement",)),
    Target("panel.relay.tamin", Role.RELAY, service="tamin", operations=("entitlement",)),
    Target("ref.home.a", Role.REFERENCE, scope=Scope.DOMESTIC),
    Target("ref.abroad.a", Role.REFERENCE, scope=Scope.INTERNATIONAL),
)
NEUTRAL = Advice(
    "neutral",
    (),
    (),
    {"fa": ("نسخه را نگه دارید و ویزیت را ادامه دهید.",), "en": ("Keep the draft; go on.",)},
    {"fa": "نسخه را نگه دارید", "en": "Keep the draft"},
    "demo",
    date(2026, 1, 1),
    None,
)
UPSTREAM_DOWN = Advice(
    "upstream-down",
    (FaultDomain.UPSTREAM, FaultDomain.SHARED),
    (),
    {
        "fa": (
            "نسخه را نگه دارید و ویزیت را ادامه دهید.",
            "ثبت را دوباره نزنید؛ شاید ثبت شده باشد.",
        ),
        "en": ("Keep the draft; go on with the visit.", "Don't submit twice; it may be in."),
    },
    {"fa": "نسخه را نگه دارید", "en": "Keep the draft"},
    "demo",
    date(2026, 1, 1),
    date(2099, 1, 1),
)


def world(**changes: object) -> World:
    made = World(
        platform="boghrat",
        parties={p.id: p for p in PARTIES},
        services={s.id: s for s in SERVICES},
        targets={t.id: t for t in TARGETS},
        vantages={v.id: v for v in VANTAGES},
        checks={
            t.id: Check(t.id, t.id, HOME, TcpSpec("127.0.0.1", 9), every_s=60.0, timeout_s=10.0)
            for t in TARGETS
        },
        advice=(NEUTRAL, UPSTREAM_DOWN),
        rules=Rules(),
        languages=("fa", "en"),
        time_zone="Asia/Tehran",
    )
    return replace(made, **changes)


def ground(key: str, *, supports: bool = True, **facts: str | float | tuple[str, ...]) -> Ground:
    return Ground(key, supports, EvidenceClass.ACTIVE_PROBE, 0.9, facts)


GROUNDS = (
    ground("looks_failed", service="tamin", failed=70, looks=72, vantages=HOME, failure="http_5xx"),
    ground("references_answered", vantages=HOME, scope="domestic"),
    ground("other_upstream_fine", service="ihio"),
    ground("platform_fine"),
    ground("dissenting", supports=False, service="tamin", vantages=("tehran-mci",)),
    ground("inside_unknown", supports=False, service="tamin"),
)


def verdict(**changes: object) -> Verdict:
    made = Verdict(
        service="tamin",
        domain=FaultDomain.UPSTREAM,
        party="tamin",
        mode=Mode.DOWN,
        operations=("entitlement", "register", "fetch"),
        confidence=0.998,
        level=Level.NAMED,
        onset_at=ONSET,
        grounds=GROUNDS,
        would_change=("direct_answers",),
    )
    return replace(made, **changes)


def incident(about: Verdict | None = None, **changes: object) -> Incident:
    about = about or verdict()
    doubtful = replace(about, level=Level.SYMPTOM)
    made = Incident(
        ref=1247,
        subject=about.subject,
        state=IncidentState.CONFIRMED,
        verdict=about,
        onset_at=ONSET,
        since=Instant(ONSET + timedelta(minutes=2), 120.0),
        public=True,
        story=(
            Entry(ONSET, EntryKind.ONSET, doubtful),
            Entry(ONSET + timedelta(minutes=2), EntryKind.CONFIRMED, doubtful),
            Entry(ONSET + timedelta(minutes=4), EntryKind.REVISED, about),
            Entry(ONSET + timedelta(minutes=15), EntryKind.STILL, about),
        ),
        advice="upstream-down",
        next_update_at=ONSET + timedelta(minutes=30),
        promises_kept=1,
    )
    return replace(made, **changes)


def resolved(about: Verdict | None = None, **changes: object) -> Incident:
    over = {
        "state": IncidentState.RESOLVED,
        "next_update_at": None,
        "recovered_at": ONSET + timedelta(minutes=45),
        "resolved_at": ONSET + timedelta(minutes=50),
    }
    return incident(about, **{**over, **changes})


def judgement(
    *verdicts: Verdict,
    last_look_at: datetime | None = NOW - timedelta(seconds=30),
    **changes: object,
) -> Judgement:
    health = {(s.id, o.id): Health.FINE for s in SERVICES for o in s.operations}
    for each in verdicts:
        sick = {Mode.SLOW: Health.SLOW, Mode.UNSTABLE: Health.UNSTABLE}.get(
            each.mode, Health.OUTAGE
        )
        health |= {(each.service, o): sick for o in each.operations if each.service is not None}
    made = Judgement(
        now=Instant(NOW, 1000.0),
        verdicts=verdicts,
        operations=health,
        vantages={v.id: Sight.SEES for v in VANTAGES},
        sighted=True,
        last_look_at=last_look_at,
    )
    return replace(made, **changes)


def picture(*incidents: Incident, **changes: object) -> Picture:
    made = Picture(
        judgement=judgement(*(i.verdict for i in incidents)), incidents=incidents, recent=()
    )
    return replace(made, **changes)
