"""Figures of what the platform tells about its own calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from monitor.model import TrafficState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from prometheus_client.core import Metric

    from monitor.model import BatchResult, Outcome, PollResult, TrafficReading


class OutcomeFigures:
    """Counts outcomes and the batches they came in."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._outcomes = Counter(
            "govah_outcomes",
            "Calls of the platform's own, by what became of them, as it told us",
            ["service", "operation", "outcome"],
            registry=registry,
        )
        self._batches = Counter(
            "govah_outcome_batches",
            "Requests that carried outcomes, by what became of them",
            ["result"],
            registry=registry,
        )

        self._polls = Counter(
            "govah_traffic_polls",
            "Minutes of calls that a Prometheus was asked for, by what became of them",
            ["source", "result"],
            registry=registry,
        )

    def came(self, result: BatchResult, outcomes: Sequence[Outcome]) -> None:
        """A request came; `outcomes` is what was stored of it."""
        self._batches.labels(result.value).inc()
        self._count(outcomes)

    def polled(self, source: str, result: PollResult, outcomes: Sequence[Outcome]) -> None:
        """A source was asked for a minute; `outcomes` is what was stored of it."""
        self._polls.labels(source, result.value).inc()
        self._count(outcomes)

    def follow(self, latest: Callable[[], Sequence[TrafficReading]]) -> None:
        """Take what traffic says from `latest` whenever somebody asks."""
        self._registry.register(TrafficFigures(latest))

    def _count(self, outcomes: Sequence[Outcome]) -> None:
        for each in outcomes:
            labels = (each.service, each.operation, each.outcome.value)
            self._outcomes.labels(*labels).inc(each.count)


class TrafficFigures(Collector):
    """What the platform's own calls say, one series per state."""

    def __init__(self, latest: Callable[[], Sequence[TrafficReading]]) -> None:
        self._latest = latest

    def collect(self) -> Iterator[Metric]:
        """Give the present figures."""
        state = GaugeMetricFamily(
            "govah_traffic_state",
            "How the platform's own calls go, 1 for the present state",
            labels=["service", "operation", "state"],
        )
        for reading in self._latest():
            for possible in TrafficState:
                labels = [reading.service, reading.operation, possible.value]
                state.add_metric(labels, float(possible is reading.state))
        yield state
