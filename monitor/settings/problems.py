"""How a configuration error is told: where, what is wrong, what was expected, what to do.

A secret's value and a phone number never enter a problem: a value of the file is shown only where
it looks like one of our own ids, a key only where it cannot be a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Path = tuple[str | int, ...]

WHOLE_FILE = "(file)"
_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$-]{0,39}", re.ASCII)
_ID = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """One error; `str()` of it is the line an operator reads."""

    file: str
    line: int
    column: int
    path: str
    what: str
    expected: str
    do: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}:{self.column}: {self.path}: "
            f"{self.what}; expected {self.expected}; {self.do}"
        )


class SettingsError(Exception):
    """The configuration cannot be used; `problems` holds every error in it, by position."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Ledger:
    """Collects the problems of one file; the first told at a place speaks for it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._problems: dict[tuple[int, int, str], Problem] = {}

    def add(self, place: tuple[int, int], path: Path, what: str, expected: str, do: str) -> None:
        """Note a problem at `place` (line and column, from 1) about `path`."""
        line, column = place
        told = dotted(path)
        problem = Problem(self.file, line, column, told, what, expected, do)
        self._problems.setdefault((line, column, told), problem)

    def problems(self) -> list[Problem]:
        """All problems so far, in the order of the file."""
        return [problem for _, problem in sorted(self._problems.items())]

    def raise_if_any(self) -> None:
        """Stop here if there is a problem.

        Raises:
            SettingsError: there is at least one.
        """
        if self._problems:
            raise SettingsError(self.problems())


def dotted(path: Path) -> str:
    """`("path", "in", 3, "file")` as `path.in[3].file`; keys that may be private are left out."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += "[…]"
    return text or WHOLE_FILE


def shown(value: object, otherwise: str = "this") -> str:
    """The value in backquotes if it looks like an id, else a word for it."""
    if isinstance(value, str) and _ID.fullmatch(value):
        return f"`{value}`"
    return otherwise


def kind_of(value: object) -> str:
    """What a value is, for an operator."""
    match value:
        case None:
            return "nothing is written here"
        case bool():
            return "true or false is written here"
        case int() | float():
            return "a number is written here"
        case str():
            return "text is written here"
        case list():
            return "a list is written here"
        case _:
            return "a mapping is written here"
