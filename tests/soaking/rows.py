"""How a long test tells what it found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure and its target."""

    name: str
    value: float | str
    unit: str
    target: str
    ok: bool
    seed: int | None = None


def at_most_none(name: str, value: int, seed: int | None) -> list[Row]:
    """A count that has to be zero."""
    return [Row(name, value, "", "= 0", value == 0, seed)]
