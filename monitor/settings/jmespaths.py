"""JMESPaths that can be asked: what jmespath itself would tell only of an answer, told before."""

from __future__ import annotations

from typing import Any

import jmespath
import jmespath.exceptions
from jmespath.functions import Functions


def is_jmespath(text: str) -> bool:
    """Whether it is one, its functions exist, and each gets as many values as it takes."""
    try:
        return _can_be_asked(jmespath.compile(text).parsed)
    except (jmespath.exceptions.JMESPathError, ValueError, RecursionError):
        return False


def _can_be_asked(node: dict[str, Any]) -> bool:
    parts: list[Any] = node["children"]
    if node["type"] == "function_expression" and not _is_call(node["value"], len(parts)):
        return False
    if node["type"] == "slice" and 0 in parts[2:]:
        return False
    return all(_can_be_asked(part) for part in parts if isinstance(part, dict))


def _is_call(name: str, values: int) -> bool:
    known = Functions.FUNCTION_TABLE.get(name)
    if known is None:
        return False
    takes = known["signature"]
    more = bool(takes) and takes[-1].get("variadic", False)
    return values == len(takes) or (values > len(takes) and more)
