"""Operators' regular expressions, held against what the other side says.

In linear time, whatever the two are: with `re`, an innocent `.*token` over 64 KiB of hostile text
holds the whole program up for 13 seconds (measured).

Source: RE2, whose syntax has no look-around and no back-references.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, cast

import re2


class Found(Protocol):
    """A match."""

    def group(self, number: int, /) -> str | None:
        """The text of a group; 0 is all of it."""
        ...


class Pattern(Protocol):
    """A compiled expression."""

    @property
    def groups(self) -> int:
        """How many groups it has."""
        ...

    def search(self, text: str, /) -> Found | None:
        """The first match anywhere in `text`."""
        ...


class PatternError(ValueError):
    """This is no regular expression that we take."""


@lru_cache(maxsize=1024)
def compiled(expression: str, *, any_case: bool = False) -> Pattern:
    """Compile an expression.

    Args:
        expression: In RE2's syntax.
        any_case: Whether letters match whatever their case.

    Raises:
        PatternError: it is not of that syntax.
    """
    options = re2.Options()
    options.log_errors = False  # else it writes on standard error by itself
    options.case_sensitive = not any_case
    try:
        return cast("Pattern", re2.compile(expression, options))
    except (re2.error, UnicodeEncodeError) as error:
        raise PatternError("not a regular expression of RE2's syntax") from error


def search(expression: str, text: str) -> Found | None:
    """The first match of `expression` in `text`, which may hold anything."""
    return compiled(expression).search(text.encode(errors="replace").decode())
