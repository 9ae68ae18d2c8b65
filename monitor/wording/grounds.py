"""Reasons for and against, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.attribution.strength import MOST_ODDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.model import Fact, Ground
    from monitor.wording.voice import Voice

_EVEN = 2  # odds below this are hardly odds


def ground(voice: Voice, reason: Ground) -> str:
    """Say one ground; a key or a fact we have no words for gets the general sentence."""
    said = _sentence(voice, reason.key, reason.facts)
    for name in ("unfit", "fits"):  # what a good answer means for the strongest rival
        rival = reason.facts.get(name)
        if isinstance(rival, str) and reason.key != "rival.lost_by":
            said = voice.words.text(f"tail.{name}", said=said, rival=explanation(voice, rival))
    return said


def odds(voice: Voice, reason: Ground) -> str:
    """Say how strong a ground is, as odds; nothing where it was not weighed."""
    value = reason.facts.get("odds")
    return _odds(voice, value) if isinstance(value, int) else ""


def explanation(voice: Voice, label: str) -> str:
    """Name an explanation by its label, such as `upstream:tamin`; several are joined by `+`."""
    names = []
    for each in label.split("+"):
        domain, _, unit = each.partition(":")
        key = f"explanation.{domain.replace('.', '_')}"
        places = {"what": voice.unit(unit)} if unit else {}
        known = key in voice.words and voice.words.places(key) <= places.keys()
        names.append(voice.words.text(key if known else "explanation.unknown", **places))
    return voice.figures.join(names)


def would_change(voice: Voice, key: str) -> str:
    """Say what would change our mind."""
    known = f"would_change.{key}"
    return voice.words.text(known if known in voice.words else "would_change.unknown")


def _sentence(voice: Voice, key: str, facts: Mapping[str, Fact]) -> str:
    key = f"ground.{key}"
    if key not in voice.words:
        return voice.words.text("ground.unknown")
    told = {n: _fact(voice, n, value) for n, value in facts.items() if n != "operations"}
    count, party, why = facts.get("count"), facts.get("party"), facts.get("why")
    if isinstance(count, int):
        form = "one" if count == 1 else "other"
        told["looks"] = voice.words.text(f"unit.look.{form}", number=voice.figures.number(count))
    if isinstance(party, str):
        operations = facts.get("operations")
        told["what"] = voice.unit(party, operations if isinstance(operations, tuple) else ())
    if isinstance(why, str):
        told["why"] = _sentence(voice, why, {k: v for k, v in facts.items() if k != "why"})
    if not voice.words.places(key) <= told.keys():
        return voice.words.text("ground.unknown")
    return voice.words.text(key, **told)


def _fact(voice: Voice, name: str, value: Fact) -> str:
    match value:
        case tuple():
            return _LISTS.get(name, _places)(voice, value)
        case str():
            return _word(voice, name, value)
        case int() if name == "odds":
            return _odds(voice, value)
        case _:
            return voice.figures.percent(value) if name == "share" else voice.figures.number(value)


def _places(voice: Voice, values: tuple[str, ...]) -> str:
    return voice.vantages(values)


def _services(voice: Voice, values: tuple[str, ...]) -> str:
    return voice.services(values)


def _outcomes(voice: Voice, values: tuple[str, ...]) -> str:
    keys = (f"outcome.{value}" for value in values)
    known = (key if key in voice.words else "failure.unknown_failure" for key in keys)
    return voice.figures.join(list(dict.fromkeys(voice.words.text(key) for key in known)))


def _targets(voice: Voice, values: tuple[str, ...]) -> str:
    return voice.figures.join(list(dict.fromkeys(voice.target(value) for value in values)))


_LISTS: Mapping[str, Callable[[Voice, tuple[str, ...]], str]] = {
    "services": _services,
    "outcomes": _outcomes,
    "targets": _targets,
}


def _odds(voice: Voice, value: int) -> str:
    if value < _EVEN:
        return voice.words.text("odds.even")
    key = "odds.over" if value >= MOST_ODDS else "odds.about"
    return voice.words.text(key, count=voice.figures.number(value))


def _word(voice: Voice, name: str, value: str) -> str:
    if name == "service":
        return voice.service(value)
    if name == "party":
        return voice.unit(value)
    if name in ("rival", "explanation", "fits", "unfit"):
        return explanation(voice, value)
    key = f"{name}.{value}"
    return voice.words.text(key if key in voice.words else "failure.unknown_failure")
