"""How real traffic is judged, and who counts it for us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from monitor.model import OutcomeClass, Vantage
    from probes.spec import PromqlSpec


@dataclass(frozen=True, slots=True)
class TrafficQuery:
    """Calls of one operation with one outcome."""

    service: str
    operation: str
    outcome: OutcomeClass
    spec: PromqlSpec


@dataclass(frozen=True, slots=True)
class TrafficSource:
    """A Prometheus that counts the platform's own calls."""

    id: str
    vantage: Vantage
    timeout_s: float
    queries: tuple[TrafficQuery, ...]


@dataclass(frozen=True, slots=True)
class TrafficSettings:
    """How real traffic is judged."""

    holidays: frozenset[date] = frozenset()
    sources: tuple[TrafficSource, ...] = ()
