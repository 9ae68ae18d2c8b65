"""JSON of strangers: read carefully, and questions put to it that may fail."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from monitor.core.notices.sources import Aside, AsideError, NoticeError, Unreadable


def parsed(data: bytes) -> Any:
    """What a JSON text in UTF-8 says.

    Raises:
        NoticeError: it is none, or nested beyond reason.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoticeError(Unreadable.ENCODING) from None
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NoticeError(Unreadable.SYNTAX) from None


def mappings(value: object) -> list[dict[str, Any]]:
    """A list of mappings; where there is none, nothing.

    Raises:
        NoticeError: there is something else.
    """
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise NoticeError(Unreadable.SHAPE)
    return value


def text_in(item: dict[str, Any], key: str) -> str:
    """The text at a key.

    Raises:
        AsideError: there is none.
    """
    value = item.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        raise AsideError(Aside.SHAPE)
    return value


def _no_number(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")
