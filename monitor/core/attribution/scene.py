"""What the rules look at, and what a rule says before its standing over time is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.model import FaultDomain, Ground, Mode, Sight

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.core.attribution.cells import Seen
    from monitor.core.attribution.witness import Fresh, Plan, Testimony
    from monitor.model import Instant


@dataclass(frozen=True, slots=True)
class Draft:
    """A verdict before its standing over time is known; domain NONE: too early for one."""

    service: str | None
    domain: FaultDomain
    onset_at: datetime
    party: str | None = None
    mode: Mode = Mode.DOWN
    operations: tuple[str, ...] = ()
    confidence: float = 0.5
    nameable: bool = False
    grounds: tuple[Ground, ...] = ()
    would_change: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a rule may look at."""

    plan: Plan
    seen: Seen
    fresh: Fresh
    now: Instant
    direct: Mapping[tuple[str, str], Testimony]
    relayed: Mapping[tuple[str, str], Testimony]

    @property
    def watching(self) -> tuple[str, ...]:
        """In-country vantages that are witnesses."""
        return tuple(v for v in self.plan.at_home if self.fresh.sight[v] is Sight.SEES)
