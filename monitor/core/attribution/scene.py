"""What the rules look at, and what a rule says before its standing over time is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.model import FaultDomain, Ground, Level, Mode, Sight

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from monitor.core.attribution.cells import Cell, Seen
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
    level: Level = Level.SYMPTOM  # how loudly inference would have it said
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

    def onset(self, cells: Iterable[Cell], *, from_mono_s: float = float("-inf")) -> datetime:
        """Begin of the earliest run that began at `from_mono_s` or later; now, where none did.

        Labelled by the present clock: a wall clock that stepped since moves no onset.
        """
        runs = (cell for cell in cells if cell.since_mono_s >= from_mono_s)
        first = min(runs, key=lambda cell: cell.since_mono_s, default=None)
        if first is None:
            return self.now.at
        return self.label(first.since_at, first.since_mono_s)

    def label(self, at: datetime, mono_s: float) -> datetime:
        """`at`, the label a moment got then; if the clock stepped since, what it would be now."""
        right_at = self.now.at - timedelta(seconds=self.now.mono_s - mono_s)
        limit = timedelta(seconds=self.plan.rules.step_limit_s)
        return at if abs(at - right_at) <= limit else right_at
