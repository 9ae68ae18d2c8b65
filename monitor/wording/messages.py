"""The texts of messages: at most two parts each, whatever the figures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.core.advice import advice_for
from monitor.core.segments import Alphabet, count
from monitor.model import Level, MessageKind
from monitor.wording.catalogue import WordingError
from monitor.wording.headlines import OTHERS_FAULT, back, headline, shortest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.model import Advice, Incident
    from monitor.wording.voice import Voice

MOST_SEGMENTS = 2
_OPT_OUT_UNITS = 6  # room for the line's own "\nلغو۱۱" (EXPERIENCE §6)
_TWO_PARTS_OF_UCS_2 = 134


def message(voice: Voice, kind: MessageKind, incident: Incident) -> str:
    """Write the message about an incident, in the fullest form that fits two parts.

    A party is named only if the verdict's level is NAMED; otherwise the symptom is told.

    Raises:
        WordingError: even the shortest form does not fit; the declared names or advice are too
            long.
    """
    forms = _opened(voice, incident) if kind is MessageKind.OPEN else _resolved(voice, incident)
    for text in forms:
        if fits(text):
            return text
    raise WordingError(
        f"{voice.language}: a message about {incident.subject} takes more than two SMS parts; "
        "shorten the name of the platform, of the service or the short advice"
    )


def fits(text: str) -> bool:
    """Tell whether a text fits two parts and leaves room for the line's opt-out words."""
    size = count(text)
    if size.encoding is Alphabet.UCS_2:
        return size.units + _OPT_OUT_UNITS <= _TWO_PARTS_OF_UCS_2
    return size.segments <= MOST_SEGMENTS


def _opened(voice: Voice, incident: Incident) -> Iterator[str]:
    verdict = incident.verdict
    if verdict.level is not Level.NAMED:
        verdict = replace(verdict, level=Level.SYMPTOM)
    ours_to_say = verdict.level is Level.NAMED and verdict.domain in OTHERS_FAULT
    promise = ""
    if incident.next_update_at is not None:
        promise = voice.words.text(
            "message.promise", next=voice.figures.clock(incident.next_update_at)
        )
    frame = "message.open_checked" if ours_to_say else "message.open"
    for what in (
        headline(voice, verdict),
        headline(voice, verdict, platform_fine=False),
        headline(voice, verdict, platform_fine=False, brief=True),
        shortest(voice, verdict),
    ):
        yield voice.words.text(
            frame,
            platform=voice.platform,
            since=voice.figures.clock(incident.onset_at),
            what=what,
            advice=voice.say(_advice(voice, incident).short).rstrip(" .۔"),
            promise=promise,
            ref=voice.figures.digits(str(incident.ref)),
        )


def _resolved(voice: Voice, incident: Incident) -> Iterator[str]:
    over_at = incident.recovered_at or incident.resolved_at or incident.since.at
    for frame in ("message.resolved", "message.resolved_short"):
        yield voice.words.text(
            frame,
            platform=voice.platform,
            ref=voice.figures.digits(str(incident.ref)),
            recovered=voice.figures.clock(over_at),
            what=back(voice, incident.verdict),
            duration=voice.figures.duration((over_at - incident.onset_at).total_seconds()),
        )


def _advice(voice: Voice, incident: Incident) -> Advice:
    for advice in voice.world.advice:
        if advice.id == incident.advice:
            return advice
    told_on = incident.since.at.astimezone(ZoneInfo(voice.world.time_zone)).date()
    return advice_for(voice.world, incident.verdict, told_on)
