"""Figures of what is pushed to us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter

if TYPE_CHECKING:
    from monitor.core.notices.alertmanager import Alerts
    from monitor.model import PushResult

DOORS = ("alertmanager", "mains", "deploys", "reports")
ALERT_RESULTS = ("taken", "ignored", "odd")


class HookFigures:
    """Counts requests that push, and the alerts in them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._pushes = Counter(
            "govah_pushes",
            "Requests that push something to us, by door and by what became of them",
            ["door", "result"],
            registry=registry,
        )
        self._alerts = Counter(
            "govah_pushed_alerts",
            "Alerts that an Alertmanager pushed, by what became of them",
            ["result"],
            registry=registry,
        )

    def came(self, door: str, result: PushResult) -> None:
        """A request came."""
        self._pushes.labels(door, result.value).inc()

    def alerts(self, told: Alerts) -> None:
        """The alerts of one request were read."""
        numbers = (len(told.notices), told.ignored, told.odd)
        for result, number in zip(ALERT_RESULTS, numbers, strict=True):
            self._alerts.labels(result).inc(number)
