"""A tape in memory: what would have been seen, densely."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.core.inference.evidence import OUTCOMES, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.core.inference.evidence import Notice, SignalKind
    from monitor.core.inference.layout import Layout

TAKES_S = {
    Outcome.OK: 0.4, Outcome.SLOW: 4.0, Outcome.DNS_SERVFAIL: 2.0, Outcome.DNS_NXDOMAIN: 0.4,
    Outcome.CONNECTION_REFUSED: 0.4, Outcome.CONNECT_TIMEOUT: 8.0, Outcome.CONNECTION_RESET: 0.4,
    Outcome.TLS_CERTIFICATE: 0.4, Outcome.TLS_OTHER: 0.4, Outcome.HTTP_5XX: 0.4,
    Outcome.HTTP_401: 0.4, Outcome.HTTP_429: 0.4, Outcome.HTTP_4XX: 0.4,
    Outcome.CONTENT_MISMATCH: 0.4, Outcome.REJECTED: 0.4, Outcome.READ_TIMEOUT: 10.0,
    Outcome.NO_RESULT: 12.0, Outcome.DROP: 1.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Truth:
    """What was really wrong; scoring may read it, a replay may not."""

    name: str
    onset_s: float | None
    end_s: float | None
    accept: tuple[tuple[str, ...], ...] = ()  # one group of labels per fault
    tolerate: tuple[str, ...] = ()
    never_name: tuple[str, ...] = ()
    blips: tuple[tuple[float, float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reel:
    """One tape. `looks` and `signals` hold one number (an index into `OUTCOMES`) per slot."""

    id: str
    start: str  # ISO 8601
    duration_s: float
    layout: Layout
    looks: Mapping[tuple[str, str], bytes]  # (vantage, target) -> outcome of a look begun there
    signals: Mapping[tuple[str, SignalKind], bytes] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    truth: Truth | None = None
    slot_s: float = 5.0
    takes_s: Mapping[Outcome, float] = field(default_factory=lambda: dict(TAKES_S))

    def outcome(self, vantage: str, target: str, begun_s: float) -> Outcome:
        """What a look that begins at `begun_s` sees; beyond the last slot: as in the last."""
        row = self.looks[vantage, target]
        return OUTCOMES[row[min(int(begun_s // self.slot_s), len(row) - 1)]]
