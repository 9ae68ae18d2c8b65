"""Reasons for and against, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.model import Ground
    from monitor.wording.voice import Voice


def ground(voice: Voice, reason: Ground) -> str:
    """Say one ground; a key or a fact we have no words for gets the general sentence."""
    key = f"ground.{reason.key}"
    if key not in voice.words:
        return voice.words.text("ground.unknown")
    facts = {name: _fact(voice, name, value) for name, value in reason.facts.items()}
    if not voice.words.places(key) <= facts.keys():
        return voice.words.text("ground.unknown")
    return voice.words.text(key, **facts)


def would_change(voice: Voice, key: str) -> str:
    """Say what would change our mind."""
    known = f"would_change.{key}"
    return voice.words.text(known if known in voice.words else "would_change.unknown")


def _fact(voice: Voice, name: str, value: str | float | tuple[str, ...]) -> str:
    match value:
        case tuple():
            return voice.services(value) if name == "services" else voice.vantages(value)
        case str():
            return _word(voice, name, value)
        case _:
            return voice.figures.number(value)


def _word(voice: Voice, name: str, value: str) -> str:
    if name == "service":
        return voice.service(value)
    key = f"{name}.{value}"
    return voice.words.text(key if key in voice.words else "failure.unknown_failure")
