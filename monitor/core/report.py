"""What an incident report shows, as facts: no words, no HTML."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.core.lookfacts import LookFacts, look_facts
from monitor.core.lookmap import LookMap, look_map
from monitor.model import EntryKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from monitor.model import (
        Delivery,
        DeliveryState,
        Entry,
        Ground,
        Incident,
        MessageKind,
        Notice,
        Observation,
        World,
    )

_MARGIN_SHARE = 0.25
_LEAST_MARGIN_S, _MOST_MARGIN_S = 60.0, 900.0
_RIVAL, _UNSEEN = "rival.", ("unseen.", "inside_unknown")
_REVISIONS = (EntryKind.REVISED, EntryKind.LATE)
_CLAIMS = frozenset(
    {EntryKind.CONFIRMED, EntryKind.REVISED, EntryKind.LATE, EntryKind.STILL, EntryKind.RELAPSED}
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline; `withdrawn_at` is when a revision took it back."""

    entry: Entry
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FailureRow:
    """How often a target failed in one way, and where that was seen."""

    target: str
    failure: str
    count: int
    vantages: tuple[str, ...]
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class MessageRow:
    """How many messages of a kind stand where."""

    kind: MessageKind
    state: DeliveryState
    count: int


@dataclass(frozen=True, slots=True)
class Parts:
    """A verdict's grounds by what they are good for, each strongest first."""

    reasons: tuple[Ground, ...]
    doubts: tuple[Ground, ...]
    rivals: tuple[Ground, ...]
    unseen: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class ReportModel:
    """Everything a report says, for any language."""

    incident: Incident
    now: datetime
    ended_at: datetime | None
    duration_s: float
    timeline: tuple[Line, ...]
    grounds: Parts
    looks: LookMap | None  # None: no look of that time is kept
    cut_at: datetime | None  # the looks were too many: those after this are left out
    failures: tuple[FailureRow, ...]
    facts: LookFacts
    messages: tuple[MessageRow, ...]
    notices: tuple[Notice, ...]  # what others said then


def report_span(incident: Incident, now: datetime) -> tuple[datetime, datetime]:
    """Return the stretch of time a report looks at: the incident and a margin on both sides.

    The margin is a quarter of its length, at least one minute and at most fifteen.
    """
    end = ended_at(incident) or now
    length_s = (end - incident.onset_at).total_seconds()
    margin = timedelta(seconds=min(_MOST_MARGIN_S, max(_LEAST_MARGIN_S, length_s * _MARGIN_SHARE)))
    return incident.onset_at - margin, max(incident.onset_at, min(now, end + margin))


def ended_at(incident: Incident) -> datetime | None:
    """Return when the trouble was over, once the incident is closed; else None."""
    if not incident.state.closed:
        return None
    return incident.recovered_at or incident.resolved_at


def parted(grounds: Iterable[Ground]) -> Parts:
    """Part grounds into those for and against, the strongest rival, and what nobody sees."""
    every = tuple(grounds)
    rivals = tuple(g for g in every if g.key.startswith(_RIVAL))
    unseen = tuple(g for g in every if g.key.startswith(_UNSEEN))
    rest = [g for g in every if g not in rivals and g not in unseen]
    return Parts(
        tuple(g for g in rest if g.supports),
        tuple(g for g in rest if not g.supports),
        rivals,
        unseen,
    )


def timeline(incident: Incident) -> tuple[Line, ...]:
    """Return the story, oldest first, with every claim that was taken back marked as such."""
    lines = []
    for index, entry in enumerate(incident.story):
        withdrawn_at = None
        if entry.kind in _CLAIMS:
            later = incident.story[index + 1 :]
            revision = next((e for e in later if e.kind in _REVISIONS), None)
            if revision is not None and revision.verdict.claim != entry.verdict.claim:
                withdrawn_at = revision.at
        lines.append(Line(entry, withdrawn_at))
    return tuple(lines)


def report(
    world: World,
    incident: Incident,
    observations: Sequence[Observation],
    deliveries: Iterable[Delivery],
    now: datetime,
    *,
    complete: bool = True,
    notices: Iterable[Notice] = (),
) -> ReportModel:
    """Compose the report of an incident.

    Args:
        world: What is declared.
        incident: The incident with its story.
        observations: Looks of `report_span`, oldest first, of any targets.
        deliveries: All its messages.
        now: Aware time of the reader's request.
        complete: Whether `observations` are all there are; if not, the picture ends with them.
        notices: What others said of `report_span`.

    Returns:
        The facts of the report.
    """
    over_at = ended_at(incident)
    since, until = report_span(incident, now)
    cut_at = observations[-1].started_at if observations and not complete else None
    seen_until = (over_at or now) if cut_at is None else min(over_at or now, cut_at)
    return ReportModel(
        incident=incident,
        now=now,
        ended_at=over_at,
        duration_s=((over_at or now) - incident.onset_at).total_seconds(),
        timeline=timeline(incident),
        grounds=parted(incident.verdict.grounds),
        looks=look_map(
            world,
            observations,
            since=since,
            until=cut_at or until,
            onset_at=incident.onset_at,
            ended_at=seen_until,
            about=incident.verdict.service,
        ),
        cut_at=cut_at,
        failures=_failures(observations, incident.onset_at, over_at or now),
        facts=look_facts(world, observations, since=incident.onset_at, until=over_at or now),
        messages=_messages(deliveries),
        notices=tuple(notices),
    )


def _failures(
    observations: Sequence[Observation], since: datetime, until: datetime
) -> tuple[FailureRow, ...]:
    found: dict[tuple[str, str], list[Observation]] = {}
    for look in observations:
        failure = look.sighting.failure
        if look.failed and failure is not None and since <= look.started_at <= until:
            found.setdefault((look.target, failure.value), []).append(look)
    rows = (
        FailureRow(
            target,
            failure,
            len(looks),
            tuple(sorted({look.vantage for look in looks})),
            min(look.started_at for look in looks),
            max(look.started_at for look in looks),
        )
        for (target, failure), looks in found.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.count, row.target, row.failure)))


def _messages(deliveries: Iterable[Delivery]) -> tuple[MessageRow, ...]:
    counted = Counter((d.kind, d.state) for d in deliveries)
    return tuple(MessageRow(kind, state, count) for (kind, state), count in sorted(counted.items()))
