"""Takes the fields of a tape's line apart; says exactly what is wrong with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

ID_LONGEST = 200  # characters
SHOWN_LONGEST = 40  # characters of what is wrong that an error repeats


class FaultError(ValueError):
    """What is wrong with a line; who knows the line's number adds it."""


def shown(value: object) -> str:
    """A value for an error: one short line of plain characters."""
    text = ascii(value)
    return text if len(text) <= SHOWN_LONGEST else text[:SHOWN_LONGEST] + "..."


def named(where: Mapping[str, Any], key: str) -> str:
    """The id under `key`."""
    value = where.get(key)
    if not isinstance(value, str) or not value or len(value) > ID_LONGEST:
        raise FaultError(_wrong(where, key, "a name"))
    return value


def named_or_none(where: Mapping[str, Any], key: str) -> str | None:
    """The id under `key`, if there is one."""
    return None if where.get(key) is None else named(where, key)


def one_of(where: Mapping[str, Any], key: str, known: Collection[str]) -> str:
    """The id under `key`, which must be known."""
    value = where.get(key)
    if not isinstance(value, str) or value not in known:
        few = len(known) <= SHOWN_LONGEST // 4
        raise FaultError(_wrong(where, key, "one of " + ", ".join(known) if few else "known"))
    return value


def number(where: Mapping[str, Any], key: str, least: float, most: float) -> float:
    """The number under `key`, within its finite bounds."""
    value = where.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise FaultError(_wrong(where, key, "a number"))
    if not least <= value <= most:
        raise FaultError(_wrong(where, key, f"within {least:g} and {most:g}"))
    return float(value)


def listed(where: Mapping[str, Any], key: str, most: int) -> list[Any]:
    """The list under `key`, with at most so many entries."""
    value = where.get(key)
    if not isinstance(value, list):
        raise FaultError(_wrong(where, key, "a list"))
    if len(value) > most:
        raise FaultError(f"{key} has {len(value)} entries; at most {most}")
    return value


def objects(where: Mapping[str, Any], key: str, most: int) -> list[dict[str, Any]]:
    """The list of objects under `key`, with at most so many entries."""
    for entry in (value := listed(where, key, most)):
        if not isinstance(entry, dict):
            raise FaultError(f"an entry of {key} must be an object, not {shown(entry)}")
    return value


def names(where: Mapping[str, Any], key: str, most: int) -> tuple[str, ...]:
    """The list of ids under `key`; none where the key is not there."""
    if where.get(key) is None:
        return ()
    return tuple(named({key: entry}, key) for entry in listed(where, key, most))


def _wrong(where: Mapping[str, Any], key: str, due: str) -> str:
    if key not in where:
        return f"{key} is missing"
    return f"{key} must be {due}, not {shown(where[key])}"
