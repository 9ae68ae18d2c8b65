"""A `Metrics` of the demo's world that has counted things."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.core.notices.alertmanager import Alerts
from monitor.core.notices.sources import Aside
from monitor.metrics import WARNINGS, Metrics
from monitor.metrics_hooks import DOORS
from monitor.metrics_notices import RESULTS
from monitor.model import (
    Agent,
    AgentStanding,
    BatchResult,
    CredentialStanding,
    Delivery,
    DeliveryState,
    Failure,
    Health,
    Incident,
    IncidentState,
    Instant,
    MessageKind,
    Observation,
    Outcome,
    OutcomeClass,
    Phase,
    Picture,
    PollResult,
    PushResult,
    SelfHealth,
    Sight,
    Sighting,
    TrafficReading,
    TrafficState,
    Void,
)
from tests.support.demo import demo_settings
from tests.support.incidents import START, instant, make_judgement, make_verdict

PHONE = "+989121234567"
RECIPIENT = "dr-farid-rezaei"
BODY = "اختلال تأمین اجتماعی از ۱۰:۳۲"
NOTE = "said the provider"


class _Still:
    def now(self) -> Instant:
        return instant(0)

    def utc(self):
        return START

    def monotonic(self) -> float:
        return 1000.0

    async def sleep(self, duration_s: float) -> None:
        raise NotImplementedError(duration_s)

    def worst_since(self, mono_s: float) -> SelfHealth:
        del mono_s
        return SelfHealth(lag_s=0.01, open_files=40, open_files_limit=1024)


def fresh_metrics() -> Metrics:
    return Metrics(demo_settings().world, _Still(), _Still())


def a_look(check, vantage: str, **changes: object) -> Observation:
    plain = Observation(
        id="0" * 16,
        check=check.id,
        vantage=vantage,
        target=check.target,
        started_at=START,
        started_mono_s=1000.0,
        duration_s=0.1,
        sighting=Sighting(Phase.DONE),
    )
    return replace(plain, **changes)


def a_delivery(state: DeliveryState, kind: MessageKind) -> Delivery:
    return Delivery(
        key="k",
        incident=1001,
        kind=kind,
        recipient=RECIPIENT,
        channel="sms",
        language="fa",
        body=BODY,
        segments=1,
        not_after=START + timedelta(minutes=30),
        created_at=START,
        state=state,
        provider_id=PHONE,
        note=NOTE,
    )


def metrics_after_everything() -> Metrics:
    """Every outcome of every look, every state of every delivery, every warning: the worst case."""
    metrics = fresh_metrics()
    world = demo_settings().world
    metrics.follow_agents(lambda: dict(map(_an_agent, world.vantages)), dict)
    standing = CredentialStanding(3, 1, token_age_s=60.0, token_left_s=3540.0, withheld=False)
    metrics.follow_credentials(lambda: dict.fromkeys(world.credentials, standing))
    for check in world.checks.values():
        for vantage in check.vantages:
            metrics.looked(a_look(check, vantage))
            metrics.looked(a_look(check, vantage, slow=True))
            for failure in Failure:
                sighting = Sighting(Phase.WAIT, failure, detail=BODY)
                metrics.looked(a_look(check, vantage, sighting=sighting))
            for void in Void:
                metrics.looked(a_look(check, vantage, void=void))
    planned = [a_delivery(DeliveryState.READY, kind) for kind in MessageKind]
    metrics.ticked(_picture(), planned)
    for kind in MessageKind:
        for state in DeliveryState:
            metrics.delivered(a_delivery(state, kind))
    for result in BatchResult:
        metrics.outcomes.came(result, _outcomes() if result is BatchResult.STORED else ())
    _push_to(metrics)
    _traffic(metrics)
    for reading in RESULTS:
        metrics.notices.read("insurer-status", reading)
    metrics.notices.set_aside("insurer-status", tuple(Aside))
    for warning in WARNINGS:
        metrics.warned(warning)
    return metrics


def _push_to(metrics: Metrics) -> None:
    for door in DOORS:
        for push in PushResult:
            metrics.hooks.came(door, push)
    metrics.hooks.alerts(Alerts((), ignored=1, odd=1))


def _outcomes() -> list[Outcome]:
    world = demo_settings().world
    return [
        Outcome(service.id, operation.id, outcome, START, 2, code=BODY)
        for service in world.services.values()
        for operation in service.operations
        for outcome in OutcomeClass
    ]


def _traffic(metrics: Metrics) -> None:
    metrics.outcomes.follow(_readings)
    for result in PollResult:
        metrics.outcomes.polled("panel", result, ())


def _readings() -> list[TrafficReading]:
    world = demo_settings().world
    return [
        TrafficReading(service.id, operation.id, START, TrafficState.USUAL, 1, 0, 0.0, 600.0)
        for service in world.services.values()
        for operation in service.operations
    ]


def _an_agent(vantage: str) -> tuple[str, AgentStanding]:
    enrolled = Agent(vantage, b"", "0" * 16, START, "govah/0", clock_offset_s=0.5)
    return vantage, AgentStanding(enrolled, silent_s=3.0)


def _picture() -> Picture:
    """Every operation, every vantage, incidents in every state, both public and not."""
    world = demo_settings().world
    verdict = make_verdict()
    judgement = replace(
        make_judgement(0, verdict),
        operations={
            (s.id, o.id): Health.FINE for s in world.services.values() for o in s.operations
        },
        vantages=dict.fromkeys(world.vantages, Sight.SEES),
    )
    incidents = tuple(
        Incident(1001, "tamin", state, verdict, START, instant(0), public, story=())
        for state in IncidentState
        for public in (True, False)
    )
    return Picture(judgement, incidents, ())
