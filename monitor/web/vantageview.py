"""The facts of a vantage as words in one language, in the order the template shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.model import Sight
from monitor.web.pageview import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.model import World
    from monitor.web.vantagefacts import VantageFacts
    from monitor.wording import Voice, Wording


@dataclass(frozen=True, slots=True)
class Card:
    """One vantage."""

    id: str
    name: str
    href: str
    sight: Mark
    alarm: str  # empty: there is none
    pairs: tuple[tuple[str, str], ...]
    references: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class VantagesView:
    """Everything the template needs."""

    title: str
    single: bool
    cards: tuple[Card, ...]
    languages: tuple[tuple[str, str, str], ...]  # other languages: code, its own name, address
    times: str


def vantages_view(
    world: World,
    wording: Wording,
    facts: tuple[VantageFacts, ...],
    language: str,
    *,
    single: bool,
) -> VantagesView:
    """Put the facts into words.

    Args:
        world: What is declared.
        wording: The words.
        facts: The vantages to show.
        language: Which language.
        single: Whether this is the page of one vantage.
    """
    voice = wording.voice(language)
    cards = tuple(_card(voice, each) for each in facts)
    place = f"/vantages/{facts[0].id}" if single else "/vantages"
    return VantagesView(
        title=cards[0].name if single else voice.words.text("vantages.title"),
        single=single,
        cards=cards,
        languages=tuple(
            (code, wording.voice(code).words.text("language.name"), f"/{code}{place}")
            for code in world.languages
            if code != language
        ),
        times=voice.words.text("page.times", zone=voice.zone),
    )


def _card(voice: Voice, facts: VantageFacts) -> Card:
    say = voice.words.text
    sight = facts.sight
    return Card(
        id=facts.id,
        name=voice.vantage(facts.id),
        href=f"/{voice.language}/vantages/{facts.id}",
        sight=Mark(
            "fine" if sight is Sight.SEES else "blind",
            say("vantages.unknown") if sight is None else say(f"sight.{sight.value}"),
            "",
        ),
        alarm=_alarm(voice, facts),
        pairs=tuple(_pairs(voice, facts)),
        references=tuple(
            Mark(
                "blind" if each.ok is None else "fine" if each.ok else "outage",
                each.target,
                say("vantages.unseen") if each.at is None else voice.figures.clock(each.at),
            )
            for each in facts.references or ()
        ),
    )


def _alarm(voice: Voice, facts: VantageFacts) -> str:
    standing = facts.standing
    if standing is None:
        return voice.words.text("vantages.not_enrolled") if facts.agent else ""
    agent = standing.agent
    if agent.revoked_at is not None:
        return voice.words.text("vantages.revoked", when=_moment(voice, agent.revoked_at))
    if agent.quarantine is not None:
        return voice.words.text(f"vantages.quarantine.{agent.quarantine.value}")
    return ""


def _pairs(voice: Voice, facts: VantageFacts) -> Iterator[tuple[str, str]]:
    say, figures = voice.words.text, voice.figures
    pace = facts.per_minute
    yield (
        say("vantages.pace"),
        say("vantages.unknown") if pace is None else _plain(voice, pace, 1),
    )
    standing = facts.standing
    if standing is None:
        return
    agent, unknown = standing.agent, say("vantages.unknown")
    yield say("vantages.last"), figures.age(standing.silent_s)
    offset_s = agent.clock_offset_s
    yield say("vantages.offset"), unknown if offset_s is None else _offset(voice, offset_s)
    yield (
        say("vantages.spool"),
        say(
            "vantages.spool_oldest",
            count=figures.number(agent.waiting),
            age=figures.duration(agent.oldest_age_s),
        )
        if agent.waiting
        else say("vantages.nothing"),
    )
    yield say("vantages.dropped"), _count(voice, agent.dropped)
    yield say("vantages.late"), _share(voice, standing.late, standing.looks)
    yield (
        say("vantages.refused"),
        figures.join(
            [
                say(f"vantages.refusal.{reason.value}", count=figures.number(count))
                for reason, count in standing.refused.items()
            ]
        )
        or say("vantages.nothing"),
    )
    yield (
        say("vantages.lag"),
        unknown if standing.lag_s is None else _seconds(voice, standing.lag_s),
    )
    yield say("vantages.enrolled"), _moment(voice, agent.enrolled_at)
    yield say("vantages.program"), agent.program
    yield say("vantages.key"), agent.key_id


def _moment(voice: Voice, at: datetime) -> str:
    date, clock = voice.figures.date(at), voice.figures.clock(at)
    return voice.words.text("vantages.moment", date=date, clock=clock)


def _plain(voice: Voice, value: float, decimals: int) -> str:
    """A number, without decimals that say nothing."""
    rounded = round(value, decimals)
    return voice.figures.number(int(rounded) if rounded.is_integer() else rounded)


def _seconds(voice: Voice, seconds: float) -> str:
    return voice.words.text("unit.second.other", number=_plain(voice, seconds, 2))


def _offset(voice: Voice, offset_s: float) -> str:
    way = "ahead" if offset_s >= 0 else "behind"
    return voice.words.text(f"vantages.{way}", duration=_seconds(voice, abs(offset_s)))


def _count(voice: Voice, count: int) -> str:
    return voice.figures.number(count) if count else voice.words.text("vantages.nothing")


def _share(voice: Voice, part: int, whole: int) -> str:
    if not part:
        return voice.words.text("vantages.nothing")
    return voice.words.text(
        "vantages.share",
        part=voice.figures.number(part),
        whole=voice.figures.number(whole),
        percent=voice.figures.percent(part / whole),
    )
