"""Figures of what the platform tells about its own calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import BatchResult, Outcome


class OutcomeFigures:
    """Counts outcomes and the batches they came in."""

    def __init__(self, registry: CollectorRegistry) -> None:
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

    def came(self, result: BatchResult, outcomes: Sequence[Outcome]) -> None:
        """A request came; `outcomes` is what was stored of it."""
        self._batches.labels(result.value).inc()
        for each in outcomes:
            labels = (each.service, each.operation, each.outcome.value)
            self._outcomes.labels(*labels).inc(each.count)
