"""A stretch of something not serving, its story, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.model.looks import Instant
    from monitor.model.verdicts import Judgement, Verdict


class IncidentState(StrEnum):
    """Where an incident stands."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    UNSTABLE = "unstable"
    RECOVERING = "recovering"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"  # a short disturbance that ended before it was confirmed

    @property
    def closed(self) -> bool:
        """Nothing moves it any more."""
        return self in (IncidentState.RESOLVED, IncidentState.DISMISSED)


class EntryKind(StrEnum):
    """What happened in an incident's story."""

    ONSET = "onset"
    CONFIRMED = "confirmed"
    REVISED = "revised"
    LATE = "late_evidence"  # revised after the end, by looks that came late
    STILL = "still"  # the promised update: nothing changed
    PROMISE_MISSED = "promise_missed"
    RECOVERING = "recovering"
    RELAPSED = "relapsed"
    UNSTABLE = "unstable"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the story; `verdict` is what was claimed from then on."""

    at: datetime
    kind: EntryKind
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Incident:
    """A stretch of something not serving."""

    ref: int  # the short human number
    subject: str
    state: IncidentState
    verdict: Verdict
    onset_at: datetime
    since: Instant  # when the present state began
    public: bool  # doctors see it; False: operators only
    story: tuple[Entry, ...]  # oldest first
    flaps: int = 0
    advice: str | None = None
    next_update_at: datetime | None = None  # the promise
    promises_kept: int = 0
    promises_missed: int = 0
    clear_since: Instant | None = None
    recovered_at: datetime | None = None  # first good look of the last recovery
    resolved_at: datetime | None = None
    told: bool = False  # the opening messages were planned


class EffectKind(StrEnum):
    """What must happen because an incident moved; data until the shell carries it out."""

    TELL_OPEN = "tell_open"
    TELL_RESOLVED = "tell_resolved"
    CANCEL_OPEN = "cancel_open"  # open messages not yet handed over must not leave
    WARN_OPERATORS = "warn_operators"


@dataclass(frozen=True, slots=True)
class Effect:
    """One consequence of a move of incident `ref`."""

    kind: EffectKind
    ref: int
    note: str = ""  # WARN_OPERATORS: which warning (a metric label, from a closed list)


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything people may be shown at a moment; the page needs nothing else, not even a store."""

    judgement: Judgement
    incidents: tuple[Incident, ...]  # not closed, public and internal, oldest onset first
    recent: tuple[Incident, ...]  # public and closed, newest first
    warnings: tuple[str, ...] = ()  # what ails ourselves; closed list of keys
