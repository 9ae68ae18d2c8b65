"""JSON answers: read without raising, asked by JMESPath without raising."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jmespath
from jmespath.exceptions import JMESPathError

if TYPE_CHECKING:
    from probes.spec import JsonExpectation, JsonScalar


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Stands where JSON should have been; None is JSON too."""


UNREADABLE = _Unreadable()

# A search through as many takes some 30 ms (measured: a JMESPath filter); a body at its cap could
# hold thirteen times as many, and the whole monitor would stand still for it.
_VALUES_LIMIT = 10_000


def json_of(text: str) -> Any:
    """The document, or `UNREADABLE`: no JSON, or so many values that a search would take long."""
    if text.count(",") > _VALUES_LIMIT:
        return UNREADABLE
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return UNREADABLE


def search(path: str, document: Any) -> Any:
    """What a JMESPath gives; None where it gives nothing or cannot be reckoned."""
    if document is UNREADABLE:
        return None
    try:
        return _compiled(path).search(document)
    except (JMESPathError, ValueError, ArithmeticError, RecursionError):
        return None  # a function met what it cannot reckon with: not what was expected


def json_holds(wanted: JsonExpectation, document: Any) -> bool:
    """Whether an answer meets one expectation."""
    value = search(wanted.path, document)
    if wanted.exists is not None and (value is not None) is not wanted.exists:
        return False
    if wanted.one_of:
        return any(_same(value, scalar) for scalar in wanted.one_of)
    return wanted.exists is not None or _true_like(value)


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity are Python's, not JSON's


def _same(value: Any, scalar: JsonScalar) -> bool:
    """JSON's equality: `true` is not 1, and 1 is 1.0."""
    return isinstance(value, bool) is isinstance(scalar, bool) and bool(value == scalar)


def _true_like(value: Any) -> bool:
    """JMESPath's truth: everything but null, false and what is empty; 0 is true."""
    return value is not None and value is not False and value not in ("", [], {})


@lru_cache(maxsize=1024)
def _compiled(path: str) -> Any:
    return jmespath.compile(path)
