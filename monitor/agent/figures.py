"""The agent's own figures for a Prometheus at its site, and whether it is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Info, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from monitor import __version__
from monitor.agent.core import Outcome

if TYPE_CHECKING:
    from monitor.agent.spool import Spool
    from monitor.model import Observation
    from monitor.ports import Clock
    from monitor.wire.messages import Stored

QUARANTINES = ("clock", "contradicts")
HEARD_WITHIN_S = 120.0  # no answer of the core for longer: we say so, and go on


class Figures:
    """Counts what the agent does (`sync.Told`); reads, never decides."""

    def __init__(self, spool: Spool, clock: Clock) -> None:
        self._spool = spool
        self._clock = clock
        self._heard_s: float | None = None
        # They double the series, by a clock that is not ours.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library lacks annotations
        self.registry = registry = CollectorRegistry(auto_describe=True)
        Info("govah_build", "The running program", registry=registry).info({"version": __version__})
        self._looks = Counter(
            "govah_agent_looks",
            "Looks by outcome: ok, failed, or void because of us",
            ["outcome"],
            registry=registry,
        )
        self._exchanges = Counter(
            "govah_agent_exchanges", "Requests to the core", ["outcome"], registry=registry
        )
        self._refused = Counter(
            "govah_agent_looks_refused", "Looks the core will never take", registry=registry
        )
        self._offset = Gauge(
            "govah_agent_clock_offset_seconds",
            "Our wall clock ahead of the core's, at the last exchange",
            registry=registry,
        )
        self._quarantined = Gauge(
            "govah_agent_quarantined",
            "1 while the core does not believe us, by reason",
            ["reason"],
            registry=registry,
        )
        _live(
            registry, "govah_agent_spool_waiting", "Looks the core does not have yet"
        ).set_function(lambda: spool.waiting)
        _live(
            registry, "govah_agent_spool_dropped", "Looks dropped since it was made"
        ).set_function(lambda: spool.dropped)
        _live(registry, "govah_agent_spool_stuck", "1 while the disk refuses looks").set_function(
            lambda: spool.stuck
        )
        for outcome in Outcome:
            self._exchanges.labels(outcome.value)

    def seen(self, observation: Observation) -> None:
        """A look was taken."""
        outcome = "ok" if observation.ok else "failed" if observation.failed else "void"
        self._looks.labels(outcome).inc()

    def exchanged(self, outcome: Outcome) -> None:
        """See `sync.Told`."""
        self._exchanges.labels(outcome.value).inc()

    def answered(self, answer: Stored, offset_s: float) -> None:
        """See `sync.Told`."""
        self._heard_s = self._clock.monotonic()
        self._offset.set(offset_s)
        self._refused.inc(answer.refused)
        for reason in QUARANTINES:
            self._quarantined.labels(reason).set(answer.quarantine == reason)

    def look_refused(self) -> None:
        """See `sync.Told`."""
        self._refused.inc()

    def health(self) -> dict[str, object]:
        """Plain values; well as long as looks are kept, with the core or without."""
        heard_s = None if self._heard_s is None else self._clock.monotonic() - self._heard_s
        return {
            "live": True,
            "ready": not self._spool.stuck,
            "core": heard_s is not None and heard_s < HEARD_WITHIN_S,
            "waiting": self._spool.waiting,
        }

    def app(self) -> web.Application:
        """`/metrics` and `/healthz`, for this machine and its neighbours."""

        async def metrics(_: web.Request) -> web.Response:
            body = generate_latest(self.registry)
            return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

        async def healthz(_: web.Request) -> web.Response:
            health = self.health()
            return web.json_response(health, status=200 if health["ready"] else 503)

        site = web.Application()
        site.add_routes([web.get("/metrics", metrics), web.get("/healthz", healthz)])
        return site


def _live(registry: CollectorRegistry, name: str, what: str) -> Gauge:
    return Gauge(name, what, registry=registry)
