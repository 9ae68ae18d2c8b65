"""The report's facts as words in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.core.compose import state_of
from monitor.core.lookmap import Kind
from monitor.web.drawing import Drawing, Names, draw
from monitor.web.factsview import FactsView, facts_view
from monitor.web.pageview import report_address
from monitor.web.saidview import Heard, heard_of_incident
from monitor.web.storyview import Reason, StoryLine, reasons, story_line

if TYPE_CHECKING:
    from monitor.core.lookmap import Group, LookMap
    from monitor.core.report import FailureRow, ReportModel
    from monitor.model import World
    from monitor.wording import Wording


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing with its words."""

    caption: str
    cut: str  # empty: complete
    drawing: Drawing
    ticks: tuple[str, ...]
    onset: str
    end: str  # empty: still open
    lasted: str
    note: str


@dataclass(frozen=True, slots=True)
class DatedLine:
    """One line of the story, with its date where a new day begins after the first."""

    date: str
    line: StoryLine


@dataclass(frozen=True, slots=True)
class ReportView:
    """Everything the report's template needs."""

    ref: str
    date: str
    date_iso: str
    status: str
    state: str
    headline: str
    lead: str
    picture: Picture | None
    timeline: tuple[DatedLine, ...]
    zone: str
    service: str
    operations: str
    confidence: str
    reasons: tuple[Reason, ...]
    doubts: tuple[Reason, ...]
    onset: str
    rivals: tuple[str, ...]
    unseen: tuple[str, ...]
    changes: tuple[str, ...]
    failures: tuple[tuple[str, ...], ...]
    facts: FactsView
    heard: Heard
    messages: tuple[tuple[str, ...], ...]
    promises: str
    cite: tuple[str, ...]
    languages: tuple[tuple[str, str, str], ...]  # code, its own name, address


def report_view(
    world: World, wording: Wording, model: ReportModel, language: str, *, public_url: str
) -> ReportView:
    """Put the report's facts into words.

    Args:
        world: What is declared.
        wording: The words.
        model: The facts.
        language: Which language.
        public_url: How the outside reaches us, for the citation; empty: a path is given.
    """
    voice = wording.voice(language)
    figures, say = voice.figures, voice.words.text
    incident = model.incident
    verdict = incident.verdict
    operations = say("report.lead_all")
    if verdict.service is not None and verdict.operations:
        operations = voice.operations(verdict.service, verdict.operations)
    headline = _headline(wording, model, language)
    lead = "report.lead" if model.ended_at is not None else "report.lead_open"
    address = f"{public_url}{report_address(world, incident.ref, language)}"
    picture = _picture(world, wording, model, language) if model.looks is not None else None
    return ReportView(
        ref=figures.digits(str(incident.ref)),
        date=figures.date(incident.onset_at),
        date_iso=f"{incident.onset_at:%Y-%m-%d}",
        status=say(f"incident_state.{incident.state.value}"),
        state="fine" if incident.state.closed else state_of(incident).value,
        headline=headline,
        lead=say(
            lead,
            date=figures.date(incident.onset_at),
            duration=figures.duration(model.duration_s),
            operations=operations,
        ),
        picture=picture,
        timeline=_timeline(wording, model, language),
        zone=say("report.local", zone=voice.zone),
        service=wording.subject(verdict, language),
        operations=operations,
        confidence=say(
            "report.confidence",
            what=wording.headline(
                verdict, language, platform_fine=False, over=incident.state.closed
            ),
            percent=figures.percent(verdict.confidence),
        ),
        reasons=reasons(wording, model.grounds.reasons, language),
        doubts=reasons(wording, model.grounds.doubts, language),
        onset=say(
            "report.onset_text",
            date=figures.date(verdict.onset_at),
            clock=figures.clock(verdict.onset_at, seconds=True),
        ),
        rivals=tuple(wording.ground(each, language) for each in model.grounds.rivals),
        unseen=tuple(wording.ground(each, language) for each in model.grounds.unseen),
        changes=tuple(wording.would_change(key, language) for key in verdict.would_change),
        failures=tuple(_failure(wording, row, language) for row in model.failures),
        facts=facts_view(voice, model.facts, onset_at=incident.onset_at),
        heard=heard_of_incident(world, wording, model.notices, incident, model.now, language),
        messages=tuple(
            (
                say(f"message_kind.{row.kind.value}"),
                say(f"delivery.{row.state.value}"),
                figures.number(row.count),
            )
            for row in model.messages
        ),
        promises=say(
            "report.promises_text",
            kept=figures.number(incident.promises_kept),
            missed=figures.number(incident.promises_missed),
        ),
        cite=(
            f"{say('report.title', ref=figures.digits(str(incident.ref)))}. {headline}.",
            *((picture.caption + ".",) if picture is not None else ()),
            say("report.cite_where", address=address),
        ),
        languages=tuple(
            (
                other,
                wording.text(other, "language.name"),
                report_address(world, incident.ref, other),
            )
            for other in world.languages
            if other != language
        ),
    )


def _headline(wording: Wording, model: ReportModel, language: str) -> str:
    figures = wording.voice(language).figures
    incident = model.incident
    what = wording.headline(incident.verdict, language, over=incident.state.closed)
    since = figures.clock(incident.onset_at)
    if model.ended_at is None:
        return wording.text(language, "report.open", since=since, what=what)
    until = figures.clock(model.ended_at)
    return wording.text(language, "report.span", since=since, until=until, what=what)


def _timeline(wording: Wording, model: ReportModel, language: str) -> tuple[DatedLine, ...]:
    """Tell the story; what came on a later day, as late looks do, says which."""
    dates = [wording.voice(language).figures.date(line.entry.at) for line in model.timeline]
    return tuple(
        DatedLine("" if date == before else date, story_line(wording, line, language))
        for line, date, before in zip(model.timeline, dates, dates[:1] + dates, strict=False)
    )


def _failure(wording: Wording, row: FailureRow, language: str) -> tuple[str, ...]:
    voice = wording.voice(language)
    return (
        row.target,
        voice.words.text(f"failure.{row.failure}"),
        voice.figures.number(row.count),
        voice.vantages(row.vantages),
        voice.figures.clock(row.first_at, seconds=True),
        voice.figures.clock(row.last_at, seconds=True),
    )


def _picture(world: World, wording: Wording, model: ReportModel, language: str) -> Picture | None:
    looks = model.looks
    if looks is None:
        return None
    voice = wording.voice(language)
    figures, say = voice.figures, voice.words.text
    names = tuple(_names(wording, group, language) for group in looks.groups)
    rtl = say("language.direction") == "rtl"
    drawing = draw(looks, names, rtl=rtl, time_zone=world.time_zone)
    seconds = looks.column_s * len(drawing.ticks) < 1
    return Picture(
        caption=_caption(wording, looks, language),
        cut=(
            say("report.picture_cut", until=figures.clock(model.cut_at))
            if model.cut_at is not None
            else ""
        ),
        drawing=drawing,
        ticks=tuple(figures.clock(tick.at, seconds=seconds) for tick in drawing.ticks),
        onset=figures.clock(looks.onset_at),
        end=figures.clock(model.ended_at) if model.ended_at is not None else "",
        lasted=figures.duration(model.duration_s),
        note=say("report.key_note", duration=figures.duration(max(1.0, looks.column_s))),
    )


def _caption(wording: Wording, looks: LookMap, language: str) -> str:
    voice = wording.voice(language)
    about = [g for g in looks.groups if g.kind is Kind.SERVICE and g.id == looks.about]
    groups = about or list(looks.groups)
    figures = {
        "answered": voice.figures.number(sum(g.answered for g in groups)),
        "looks": voice.figures.number(sum(g.looks for g in groups)),
    }
    if not about:
        return voice.words.text("report.picture_all", **figures)
    return voice.words.text("report.picture", name=voice.service(about[0].id), **figures)


def _names(wording: Wording, group: Group, language: str) -> Names:
    voice = wording.voice(language)
    say = voice.words.text
    match group.kind:
        case Kind.SERVICE:
            name = voice.service(group.id)
        case Kind.RELAY:
            name = say("report.group_relay", service=voice.service(group.id))
        case Kind.REFERENCE:
            name = say("report.group_reference", scope=say(f"scope.{group.id}"))
    return Names(
        name=name,
        total=say(
            "report.sum",
            answered=voice.figures.number(group.answered),
            looks=voice.figures.number(group.looks),
        ),
        rows=tuple(voice.vantage(row.vantage) for row in group.rows),
    )
