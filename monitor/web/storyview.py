"""An incident's story and grounds as words in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.core.compose import state_of_claim
from monitor.core.report import parted, timeline
from monitor.model import EntryKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.core.report import Line
    from monitor.model import Ground, Incident
    from monitor.wording import Wording

_HEALTHY_KEYS = frozenset(
    {
        "looks_ok",
        "references_answered",
        "other_upstream_fine",
        "platform_fine",
        "direct_fine",
        "front_fine",
        *(f"seen.{role}_ok" for role in ("front", "direct", "through", "references", "self")),
        "seen.sessions_usual",
        "seen.calls_usual",
        "seen.mains_on",
    }
)
_MOST_TOLD = 6  # on the page; the report has all
_STATE_OF_ENTRY = {
    EntryKind.RECOVERING: "back",
    EntryKind.RESOLVED: "fine",
    EntryKind.DISMISSED: "fine",
    EntryKind.UNSTABLE: "shaky",
}
_CLAIMS = frozenset(
    {EntryKind.CONFIRMED, EntryKind.REVISED, EntryKind.LATE, EntryKind.STILL, EntryKind.RELAPSED}
)


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One line; `revised` is empty where the claim still holds."""

    state: str
    clock: str
    utc: str
    sentence: str
    revised: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground with the state its icon shows, and how much it weighs."""

    state: str
    sentence: str
    evidence: str  # its class, in words
    odds: str  # empty: it was not weighed
    percent: int  # how long its bar is


@dataclass(frozen=True, slots=True)
class Story:
    """What happened and why we say so."""

    title: str
    lines: tuple[StoryLine, ...]  # newest first
    reasons: tuple[Reason, ...]
    doubts: tuple[Reason, ...]
    changes: tuple[str, ...]


def story(wording: Wording, incident: Incident, language: str) -> Story:
    """Tell an incident: newest line first, with what was taken back still to be read."""
    voice = wording.voice(language)
    parts = parted(incident.verdict.grounds)
    return Story(
        title=voice.words.text(
            "page.incident_title",
            ref=voice.figures.digits(str(incident.ref)),
            clock=voice.figures.clock(incident.onset_at),
        ),
        lines=tuple(story_line(wording, line, language) for line in reversed(timeline(incident))),
        reasons=reasons(wording, parts.reasons[:_MOST_TOLD], language),
        doubts=reasons(wording, (*parts.doubts[:_MOST_TOLD], *parts.unseen), language),
        changes=tuple(wording.would_change(key, language) for key in incident.verdict.would_change),
    )


def story_line(wording: Wording, line: Line, language: str) -> StoryLine:
    """Tell one line of a story."""
    voice = wording.voice(language)
    entry = line.entry
    revised = ""
    if line.withdrawn_at is not None:
        clock, date = voice.figures.clock(line.withdrawn_at), voice.figures.date(line.withdrawn_at)
        if date != voice.figures.date(entry.at):  # late looks may come days after
            clock = voice.words.text("page.moment", date=date, clock=clock)
        revised = voice.words.text("page.revised", clock=clock)
    if entry.kind in _CLAIMS:
        state = state_of_claim(entry.verdict).value
    else:
        state = _STATE_OF_ENTRY.get(entry.kind, "self")
    return StoryLine(
        state=state,
        clock=voice.figures.clock(entry.at),
        utc=f"{entry.at:%H:%M:%S}Z",
        sentence=wording.entry(entry, language),
        revised=revised,
    )


def reasons(wording: Wording, grounds: Iterable[Ground], language: str) -> tuple[Reason, ...]:
    """Tell grounds; what was fine wears the good icon, doubts the unknown one."""
    told = []
    for each in grounds:
        doubtful = "outage" if each.supports else "blind"
        state = "fine" if each.key in _HEALTHY_KEYS else doubtful
        told.append(
            Reason(
                state,
                wording.ground(each, language),
                wording.text(language, f"evidence_class.{each.evidence.value}"),
                wording.odds(each, language),
                round(100 * each.weight),
            )
        )
    return tuple(told)
