"""What others say, in words of ours: never theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.core.said import ALL_WELL, spoken_at
from monitor.model import NoticeKind

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.model import Notice
    from monitor.wording.voice import Voice

_STRETCHES = frozenset({NoticeKind.MAINTENANCE, NoticeKind.POWER_CUT})  # told with their end


@dataclass(frozen=True, slots=True)
class Said:
    """One thing somebody said."""

    what: str
    source: str
    when: str


def said(voice: Voice, notice: Notice, now: datetime) -> Said:
    """Say a notice: what, who says so, of when.

    Args:
        voice: The language.
        notice: What somebody said.
        now: Aware time of the reader; another day is named.
    """
    return Said(_what(voice, notice), _source(voice, notice), _when(voice, notice, now))


def _what(voice: Voice, notice: Notice) -> str:
    words = voice.words
    if notice.kind is NoticeKind.POWER_CUT:
        there = [v.id for v in voice.world.vantages.values() if v.region == notice.region]
        if there and notice.says != "cancelled":
            return words.text("said.power_cut.at", vantages=voice.vantages(there))
    key = f"said.{notice.kind.value}.{notice.says}"
    return words.text(
        key if key in words else f"said.{notice.kind.value}.unknown", name=_about(voice, notice)
    )


def _source(voice: Voice, notice: Notice) -> str:
    declared = voice.world.sources.get(notice.source)
    if declared is not None:
        return voice.say(declared)
    return voice.words.text(f"said.source.{notice.kind.value}", platform=voice.platform)


def _about(voice: Voice, notice: Notice) -> str:
    """Whom it is about; services where they are named."""
    declared = voice.world
    services = [each for each in notice.services if each in declared.services]
    if services:
        return voice.services(services)
    if notice.party is not None and notice.party in declared.parties:
        return voice.party(notice.party)
    return voice.words.text("said.somebody")


def _when(voice: Voice, notice: Notice, now: datetime) -> str:
    if notice.kind in _STRETCHES and notice.says not in ALL_WELL:
        since, until = _moment(voice, notice.from_at, now), _moment(voice, notice.to_at, now)
        return voice.words.text("said.span", since=since, until=until)
    return _moment(voice, spoken_at(notice), now)


def _moment(voice: Voice, at: datetime, now: datetime) -> str:
    figures = voice.figures
    clock, date = figures.clock(at), figures.date(at)
    if date == figures.date(now):
        return clock
    return voice.words.text("page.moment", date=date, clock=clock)
