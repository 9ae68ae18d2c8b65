"""They say, we see: what others say beside what we see ourselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.core.report import ended_at
from monitor.core.said import of_incident, of_service, upcoming
from monitor.wording.notices import Said, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from monitor.model import Incident, Notice, World
    from monitor.wording import Wording


@dataclass(frozen=True, slots=True)
class Heard:
    """Both sides; shown where `said` is not empty."""

    said: tuple[Said, ...]
    we: str


def heard_of_service(
    world: World,
    wording: Wording,
    notices: Iterable[Notice],
    service: str,
    state: str,
    now: datetime,
    language: str,
) -> Heard:
    """Put what a party says of its service beside the state we see it in."""
    found = of_service(world, notices, service, now, fine=state == "fine")
    return _heard(wording, found, wording.text(language, f"state.{state}"), now, language)


def heard_of_incident(
    world: World,
    wording: Wording,
    notices: Iterable[Notice],
    incident: Incident,
    now: datetime,
    language: str,
) -> Heard:
    """Put what was said of an incident beside what we saw of it."""
    figures = wording.voice(language).figures
    over_at = ended_at(incident)
    since = figures.clock(incident.onset_at)
    if over_at is None:
        what = wording.standing(incident, language, platform_fine=False)
        we = wording.text(language, "report.open", since=since, what=what)
    else:
        what = wording.headline(incident.verdict, language, platform_fine=False, over=True)
        until = figures.clock(over_at)
        we = wording.text(language, "report.span", since=since, until=until, what=what)
    found = of_incident(world, notices, incident, over_at or now)
    return _heard(wording, found, we, now, language)


def announced(
    wording: Wording, notices: Iterable[Notice], now: datetime, language: str
) -> tuple[Said, ...]:
    """What is planned for the next day."""
    voice = wording.voice(language)
    return tuple(said(voice, notice, now) for notice in upcoming(notices, now))


def _heard(
    wording: Wording, found: Sequence[Notice], we: str, now: datetime, language: str
) -> Heard:
    voice = wording.voice(language)
    return Heard(tuple(dict.fromkeys(said(voice, notice, now) for notice in found)), we)
