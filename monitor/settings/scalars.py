"""What a plain scalar of YAML 1.2's core schema stands for, where it stands for it exactly."""

from __future__ import annotations

import math
import re

_DIGITS_LIMIT = 15  # what JSON readers keep exactly

_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_NUMBER_LIKE = re.compile(
    r"[-+]?(\d+|0o[0-7]+|0x[0-9a-fA-F]+|(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|\.(inf|Inf|INF))"
    r"|\.(nan|NaN|NAN)",
    re.ASCII,
)
_INTEGER = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)
_FRACTION = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d{1,3})?", re.ASCII)
UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")
UNSAFE_WORDS = ("a character here cannot stand in YAML", "printable text", "remove it")


def plain_scalar(text: str) -> str | int | float | bool | None:
    """The value of an unquoted scalar.

    Args:
        text: As written. `10:05`, `no` and `2026-03-21` are text.

    Raises:
        ValueError: it reads as a number that is not what was written: a leading zero or `+` (as
            phone numbers have), other bases, infinity, or more digits than JSON keeps.
    """
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if not _NUMBER_LIKE.fullmatch(text):
        return text
    if _INTEGER.fullmatch(text) and len(text) <= _DIGITS_LIMIT:
        return int(text)
    if _FRACTION.fullmatch(text) and len(text) <= _DIGITS_LIMIT:
        number = float(text)
        if math.isfinite(number):
            return number
    raise ValueError("not exactly a number")


def is_text(text: str) -> bool:
    """Whether an unquoted scalar is text."""
    return not any(pattern.fullmatch(text) for pattern in (_NULL, _BOOL, _NUMBER_LIKE))


def first_unsafe(text: str) -> tuple[int, int]:
    """Line and column (from 1) of the first character that cannot stand in YAML."""
    found = UNSAFE.search(text)
    if found is None:
        return 1, 1
    before = text[: found.start()]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
