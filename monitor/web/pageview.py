"""The page's facts as words in one language, in the order the template shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.core.compose import PageState, state_of_claim
from monitor.core.way import way
from monitor.web.saidview import Heard, announced, heard_of_incident, heard_of_service
from monitor.web.storyview import Story, story

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.core.compose import PageModel
    from monitor.core.way import Stop
    from monitor.model import Incident, Notice, World
    from monitor.wording import Wording
    from monitor.wording.notices import Said


@dataclass(frozen=True, slots=True)
class Mark:
    """A state with the name of what is in it and the word for those who listen."""

    state: str
    name: str
    said: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A service, its operations, and what its party says of it."""

    name: str
    marks: tuple[Mark, ...]
    heard: Heard


@dataclass(frozen=True, slots=True)
class Due:
    """The promise in words."""

    clock: str
    left: str
    percent: int
    late: str  # empty: not late


@dataclass(frozen=True, slots=True)
class Past:
    """One closed incident."""

    ref: str
    href: str
    sentence: str
    lasted: str


@dataclass(frozen=True, slots=True)
class PageView:
    """Everything the page's template needs."""

    state: str
    word: str
    sentence: str
    facts: tuple[str, ...]
    also: tuple[tuple[str, str], ...]  # sentence, address of its report
    way: tuple[Mark, ...]
    advice: tuple[str, ...]
    due: Due | None
    working: tuple[Row, ...]
    ref: str
    href: str
    stories: tuple[tuple[Story, Heard], ...]
    ahead: tuple[Said, ...]  # announced for the next day
    sights: tuple[Mark, ...]
    recent: tuple[Past, ...]
    how: str
    times: str
    as_of: str
    languages: tuple[tuple[str, str], ...]  # other languages: code, its own name


def page_view(
    world: World,
    wording: Wording,
    model: PageModel,
    language: str,
    notices: Sequence[Notice] = (),
) -> PageView:
    """Put the page's facts into words.

    Args:
        world: What is declared.
        wording: The words.
        model: The facts.
        language: Which language.
        notices: What others say: lately, now, and for the next day.
    """
    voice = wording.voice(language)
    say = voice.words.text
    head = model.head or next(iter(model.open), None)
    return PageView(
        state=model.state.value,
        word=say(f"state.{model.state.value}"),
        sentence=_sentence(wording, model, language),
        facts=_facts(wording, model, language),
        also=tuple(
            (
                say("page.also", what=wording.standing(i, language, platform_fine=False)),
                report_address(world, i.ref, language),
            )
            for i in model.also
        ),
        way=(
            Mark("self", say("page.you"), ""),
            *(_stop(wording, stop, language) for stop in way(world, model)),
        ),
        advice=model.advice.page.get(language) or () if model.advice is not None else (),
        due=_due(wording, model, language),
        working=tuple(
            Row(
                voice.service(line.service),
                tuple(
                    Mark(s.value, voice.operation(line.service, o), say(f"state.{s.value}"))
                    for o, s in line.operations
                ),
                heard_of_service(
                    world, wording, notices, line.service, line.state.value, model.now, language
                ),
            )
            for line in model.services
        ),
        ref=voice.figures.digits(str(head.ref)) if head is not None else "",
        href=report_address(world, head.ref, language) if head is not None else "",
        stories=tuple(
            (
                story(wording, i, language),
                heard_of_incident(world, wording, notices, i, model.now, language),
            )
            for i in model.open
        ),
        ahead=announced(wording, notices, model.now, language),
        sights=tuple(
            Mark(
                "fine" if sight.value == "sees" else "blind",
                voice.vantage(v),
                say(f"sight.{sight.value}"),
            )
            for v, sight in model.vantages.items()
        ),
        recent=tuple(_past(world, wording, i, language) for i in model.recent),
        how=say(
            "page.how_text",
            count=voice.figures.number(
                sum(v.country == world.country for v in world.vantages.values())
            ),
        ),
        times=say("page.times", zone=voice.zone),
        as_of=say(
            "page.as_of",
            clock=voice.figures.clock(model.now, seconds=True),
            until=voice.figures.clock(model.valid_until, seconds=True),
        ),
        languages=tuple(
            (other, wording.text(other, "language.name"))
            for other in world.languages
            if other != language
        ),
    )


def report_address(world: World, ref: int, language: str) -> str:
    """Return the path of an incident's report in a language."""
    return f"/i/{ref}" if language == world.languages[0] else f"/{language}/i/{ref}"


def _sentence(wording: Wording, model: PageModel, language: str) -> str:
    voice = wording.voice(language)
    if model.head is not None:
        return wording.standing(model.head, language, platform_fine=model.platform_fine)
    if not model.troubled:
        return voice.words.text("blind" if model.state is PageState.BLIND else "none")
    match model.state:
        case PageState.BLIND:
            unseen = [
                s.service
                for s in model.services
                if any(state is PageState.BLIND for _, state in s.operations)
            ]
            return voice.words.text("blind_one", name=voice.services(unseen))
        case PageState.WORKS:
            return voice.words.text("works", services=voice.services(model.troubled))
        case _:
            return voice.words.text("noticed", services=voice.services(model.troubled))


def _facts(wording: Wording, model: PageModel, language: str) -> tuple[str, ...]:
    voice = wording.voice(language)
    facts = []
    if model.since is not None:
        facts.append(_since(wording, model.since, model, language))
    if model.last_look_age_s is None:
        facts.append(voice.words.text("page.no_look"))
    else:
        ago = voice.figures.age(model.last_look_age_s)
        facts.append(voice.words.text("page.last_look", ago=ago))
    return tuple(facts)


def _since(wording: Wording, since: datetime, model: PageModel, language: str) -> str:
    figures = wording.voice(language).figures
    clock, date = figures.clock(since), figures.date(since)
    if model.state is PageState.FINE and date == figures.date(model.now):
        return wording.text(language, "page.calm_today", clock=clock)
    if model.state is PageState.FINE:
        return wording.text(language, "page.calm", date=date, clock=clock)
    if date != figures.date(model.now):
        return wording.text(language, "page.since_day", date=date, clock=clock)
    lasted = figures.duration((model.now - since).total_seconds())
    return wording.text(language, "page.since", clock=clock, duration=lasted)


def _stop(wording: Wording, stop: Stop, language: str) -> Mark:
    voice = wording.voice(language)
    if stop.place == "platform":
        name = voice.panel
    elif stop.service is not None:
        name = voice.service(stop.service)
    else:
        name = voice.words.text("page.insurers")
    return Mark(stop.state.value, name, voice.words.text(f"state.{stop.state.value}"), stop.cut)


def _due(wording: Wording, model: PageModel, language: str) -> Due | None:
    promise = model.promise
    if promise is None:
        return None
    voice = wording.voice(language)
    clock = voice.figures.clock(promise.at)
    return Due(
        clock=clock,
        left=(
            voice.figures.ahead(promise.left_s)
            if promise.left_s >= 1
            else voice.words.text("page.now")
        ),
        percent=round(promise.share * 100),
        late=voice.words.text("page.late", clock=clock) if promise.missed else "",
    )


def _past(world: World, wording: Wording, incident: Incident, language: str) -> Past:
    figures = wording.voice(language).figures
    over_at = incident.recovered_at or incident.resolved_at or incident.since.at
    return Past(
        ref=figures.digits(str(incident.ref)),
        href=report_address(world, incident.ref, language),
        sentence=wording.text(
            language,
            "page.past",
            name=wording.subject(incident.verdict, language),
            state=wording.text(language, f"state.{state_of_claim(incident.verdict).value}"),
        ),
        lasted=wording.text(
            language,
            "page.lasted",
            date=figures.date(incident.onset_at),
            clock=figures.clock(incident.onset_at),
            duration=figures.duration((over_at - incident.onset_at).total_seconds()),
        ),
    )
