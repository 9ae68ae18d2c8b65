"""Values carried from an answer to the steps after it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from monitor.model import Failure
from probes import pattern
from probes.body import text_of
from probes.document import UNREADABLE, json_of, search
from probes.failures import LookFailedError
from probes.xml import ask_xml, charset_of, parse_xml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from probes.expect import Answer
    from probes.spec import Take

VALUE_LIMIT = 4096
_SEARCHED = 65_536
_JOINERS = str.maketrans("", "", "\u200c\u200d")  # not "printable" to Python, and part of Persian


def take_all(takes: Sequence[Take], answer: Answer) -> Mapping[str, str]:
    """The values that later steps need.

    Args:
        takes: What to take and where it stands.
        answer: Hostile, though judged right.

    Returns:
        Name -> text of at most `VALUE_LIMIT` characters, printable, never empty.

    Raises:
        LookFailedError: `value_missing`, at the first that is not there or is no such text;
            `xml_parse_error`, if an XPath is asked of something else.
    """
    return {each.name: _fit(each.name, _found(each, answer)) for each in takes}


def _found(each: Take, answer: Answer) -> str | None:
    if each.header is not None:
        return answer.headers.get(each.header.lower())
    if each.json is not None:
        document = json_of(text_of(answer.body, answer.charset))
        return None if document is UNREADABLE else _as_text(search(each.json, document))
    if each.xml is not None:
        text = text_of(answer.body, charset_of(answer.body, answer.charset))
        root = parse_xml(text, (each.xml,))
        return ask_xml(root, each.xml, each.namespaces)
    text = text_of(answer.body[:_SEARCHED], answer.charset)
    match = pattern.search(each.text or "", text)
    if match is None:
        return None
    return match.group(1 if pattern.compiled(each.text or "").groups else 0)


def _as_text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, bool | int | float) else None


def _fit(name: str, value: str | None) -> str:
    if not value:
        raise LookFailedError(Failure.VALUE_MISSING, f"no {name} in the answer")
    if len(value) > VALUE_LIMIT or not value.translate(_JOINERS).isprintable():
        raise LookFailedError(Failure.VALUE_MISSING, f"{name} is not a short text")
    return value
