"""Figures of the sources of notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge

from monitor.core.notices.sources import Trouble, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.core.notices.sources import Aside
    from monitor.ports import Clock

_GOOD = frozenset({"read", "unchanged"})
RESULTS = (*sorted(_GOOD), *Trouble, *Unreadable, "error")  # `error`: a bug of ours


class NoticeFigures:
    """Counts how sources are read, and when that last went well."""

    def __init__(self, registry: CollectorRegistry, clock: Clock) -> None:
        self._clock = clock
        self._reads = Counter(
            "govah_notice_source_reads",
            "Readings of a source of notices, by what became of them",
            ["source", "result"],
            registry=registry,
        )
        self._last = Gauge(
            "govah_notice_source_last_read_timestamp_seconds",
            "When a source of notices was last read without fault",
            ["source"],
            registry=registry,
        )
        self._aside = Counter(
            "govah_notice_source_set_aside",
            "Entries of a source of notices that could not be taken, by why",
            ["source", "reason"],
            registry=registry,
        )

    def read(self, source: str, result: str) -> None:
        """A source was read: `read`, `unchanged`, or why not."""
        self._reads.labels(source, result).inc()
        if result in _GOOD:
            self._last.labels(source).set(self._clock.utc().timestamp())

    def set_aside(self, source: str, reasons: Sequence[Aside]) -> None:
        """Entries of it that could not be taken."""
        for reason in reasons:
            self._aside.labels(source, reason.value).inc()
