"""Figures for Prometheus on a registry of our own; reads, never decides.

No doctor, phone number or free text is ever a label; every label comes from the configuration or
from a closed list. Histograms are few and coarse: rendering must not stall the event loop.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from monitor import __version__
from monitor.metrics_agents import AgentFigures
from monitor.metrics_hooks import HookFigures
from monitor.metrics_notices import NoticeFigures
from monitor.metrics_outcomes import OutcomeFigures
from monitor.model import DeliveryState, FaultDomain, Health, Sight, WishResult

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from monitor.model import (
        AgentStanding,
        CredentialStanding,
        Delivery,
        Observation,
        Picture,
        RequestRefusal,
        World,
    )
    from monitor.ports import Clock, SelfWatch

BUCKETS_S = (0.05, 0.2, 1.0, 5.0)
WARNINGS = (
    "store_failing",
    "looks_dropped",
    "tick_failed",
    "text_failed",
    "promise_missed",
    "advice_neutral",
    "page_failed",
    "report_failed",
    "clock_unsure",
    "notices_failed",
    "traffic_failed",
    "mains_failed",
    "credential_expires_soon",
    "credential_near_lockout",
    "credential_refused",
    "credential_lifetime_odd",
    "agent_silent",
    "agent_quarantined",
)

STANDING = {
    "logins": "Logins that gave a token, since the start",
    "refusals": "Refusals of the credential, since the start",
    "token_age_seconds": "Age of the token in use; no sample without one",
    "token_left_seconds": "How long the token in use still holds; no sample without one",
    "withheld": "1 while no login may be tried: refused before, or as many as are allowed",
}


class Metrics:
    """Counts what the pipeline and the outbox do."""

    def __init__(self, world: World, clock: Clock, watch: SelfWatch) -> None:
        self._world = world
        self._clock = clock
        self._watch = watch
        self._picture: Picture | None = None
        # They double the series, by a clock that is not ours.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library lacks annotations
        self.registry = registry = CollectorRegistry(auto_describe=True)
        Info("govah_build", "The running program", registry=registry).info({"version": __version__})
        self._looks = Counter(
            "govah_looks",
            "Looks by outcome: ok, slow, failed, or void because of us",
            ["check", "vantage", "outcome"],
            registry=registry,
        )
        self._failures = Counter(
            "govah_look_failures",
            "Failed looks by failure (docs/failures.md)",
            ["target", "failure"],
            registry=registry,
        )
        self._duration = Histogram(
            "govah_look_duration_seconds",
            "How long looks that count took",
            ["target"],
            buckets=BUCKETS_S,
            registry=registry,
        )
        self._success = Gauge(
            "govah_look_success",
            "1 if the latest look that counts saw nothing wrong",
            ["check", "vantage"],
            registry=registry,
        )
        self._extra = Counter(
            "govah_extra_looks",
            "Wishes of attribution for a look beyond the timetable, by what became of them",
            ["result"],
            registry=registry,
        )
        self._operation = Gauge(
            "govah_operation_state",
            "Health of an operation, one series per state, 1 for the present one",
            ["service", "operation", "state"],
            registry=registry,
        )
        self._domain = Gauge(
            "govah_fault_domain",
            "1 for each fault domain a verdict stands for; the service is empty for all",
            ["service", "domain"],
            registry=registry,
        )
        self._confidence = Gauge(
            "govah_attribution_confidence",
            "Confidence of the standing verdict about a service, 0 without one",
            ["service"],
            registry=registry,
        )
        self._sight = Gauge(
            "govah_vantage_sight",
            "1 for the present state of a vantage as a witness",
            ["vantage", "sight"],
            registry=registry,
        )
        self._incidents = Gauge(
            "govah_incidents_open",
            "Incidents that are not closed",
            ["state", "public"],
            registry=registry,
        )
        self._planned = Counter(
            "govah_messages_planned", "Messages put into the outbox", ["kind"], registry=registry
        )
        self._deliveries = Counter(
            "govah_deliveries",
            "Deliveries that reached a state",
            ["channel", "kind", "state"],
            registry=registry,
        )
        self._warnings = Counter(
            "govah_warnings", "What operators must know", ["warning"], registry=registry
        )
        self._last_tick = Gauge(
            "govah_last_tick_timestamp_seconds",
            "When the last tick ended; alert on its age",
            registry=registry,
        )
        self._last_look = Gauge(
            "govah_last_look_timestamp_seconds",
            "Begin of the newest look that counts; alert on its age",
            registry=registry,
        )
        self._sighted = Gauge(
            "govah_sighted", "1 if at least one vantage is a witness", registry=registry
        )
        self._lag = Gauge(
            "govah_event_loop_lag_seconds",
            "The longest the event loop was late in the last minute",
            registry=registry,
        )
        self._files = Gauge("govah_open_files", "Open file descriptors", registry=registry)
        self._memory = Gauge("govah_resident_bytes", "Memory held", registry=registry)
        self._credentials: Callable[[], Mapping[str, CredentialStanding]] = dict
        self._standing = {
            what: Gauge(f"govah_credential_{what}", text, ["credential"], registry=registry)
            for what, text in STANDING.items()
        }
        self.outcomes = OutcomeFigures(registry)
        self.notices = NoticeFigures(registry, clock)
        self.hooks = HookFigures(registry)
        for note in WARNINGS:
            self._warnings.labels(note)
        for result in WishResult:
            self._extra.labels(result.value)

    def looked(self, observation: Observation) -> None:
        """A look came in."""
        check, vantage = observation.check, observation.vantage
        if observation.void is not None:
            self._looks.labels(check, vantage, f"void_{observation.void}").inc()
            return
        failure = observation.sighting.failure
        outcome = "failed" if failure else "slow" if observation.slow else "ok"
        self._looks.labels(check, vantage, outcome).inc()
        if not observation.late:  # what an agent brings from the past is not how it stands
            self._success.labels(check, vantage).set(failure is None)
        self._duration.labels(observation.target).observe(observation.duration_s)
        if failure is not None:
            self._failures.labels(observation.target, failure.value).inc()

    def ticked(self, picture: Picture, planned: Sequence[Delivery]) -> None:
        """A tick ended; its gauges are set when somebody asks for them."""
        self._picture = picture
        for delivery in planned:
            self._planned.labels(delivery.kind.value).inc()

    def wished(self, result: WishResult) -> None:
        """Attribution wished for a look; `result` is what became of that."""
        self._extra.labels(result.value).inc()

    def delivered(self, delivery: Delivery) -> None:
        """A delivery reached a state."""
        state = delivery.state
        if state is not DeliveryState.SENDING:
            self._deliveries.labels(delivery.channel, delivery.kind.value, state.value).inc()

    def warned(self, note: str) -> None:
        """Operators must know; `note` is one of `WARNINGS`."""
        self._warnings.labels(note).inc()

    def follow_credentials(self, figures: Callable[[], Mapping[str, CredentialStanding]]) -> None:
        """Take the standing of the credentials from `figures` whenever somebody asks."""
        self._credentials = figures

    def follow_agents(
        self,
        standings: Callable[[], Mapping[str, AgentStanding]],
        refusals: Callable[[], Mapping[RequestRefusal, int]],
    ) -> None:
        """Take the figures of the agents from the console whenever somebody asks."""
        self.registry.register(AgentFigures(standings, refusals))

    def render(self) -> tuple[bytes, str]:
        """The exposition and its content type."""
        health = self._watch.worst_since(self._clock.monotonic() - 60.0)
        self._lag.set(health.lag_s)
        self._files.set(health.open_files)
        self._memory.set(resident_bytes())
        self._show_credentials()
        if self._picture is not None:
            self._show(self._picture)
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

    def _show_credentials(self) -> None:
        for gauge in self._standing.values():
            gauge.clear()
        for name, standing in self._credentials().items():
            shown = {
                "logins": standing.logins,
                "refusals": standing.refusals,
                "token_age_seconds": standing.token_age_s,
                "token_left_seconds": standing.token_left_s,
                "withheld": standing.withheld,
            }
            for what, value in shown.items():
                if value is not None:
                    self._standing[what].labels(name).set(value)

    def _show(self, picture: Picture) -> None:
        judgement = picture.judgement
        for (service, operation), health in judgement.operations.items():
            for state in Health:
                self._operation.labels(service, operation, state.value).set(state is health)
        for vantage, sight in judgement.vantages.items():
            for possible in Sight:
                self._sight.labels(vantage, possible.value).set(possible is sight)
        standing = {(v.service or "", v.domain): v.confidence for v in judgement.verdicts}
        for service in ("", *self._world.services):
            for domain in FaultDomain:
                self._domain.labels(service, domain.value).set((service, domain) in standing)
            said = [c for (s, _), c in standing.items() if s == service]
            self._confidence.labels(service).set(max(said, default=0.0))
        self._incidents.clear()
        for incident in picture.incidents:
            public = "yes" if incident.public else "no"
            self._incidents.labels(incident.state.value, public).inc()
        self._sighted.set(judgement.sighted)
        self._last_tick.set(judgement.now.at.timestamp())
        if judgement.last_look_at is not None:
            self._last_look.set(judgement.last_look_at.timestamp())


def resident_bytes() -> int:
    """Memory this process holds, in bytes; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
