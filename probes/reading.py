"""An answer read as what is expected of it, and the provider's own word in it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from monitor.model import CodeClass
from probes.body import text_of
from probes.charset import said_by_page
from probes.document import UNREADABLE, json_of, search
from probes.failures import LookFailedError
from probes.letters import plain
from probes.secretlike import shown_code
from probes.xml import ask_xml, charset_of, parse_xml

if TYPE_CHECKING:
    from probes.expect import Answer
    from probes.spec import CodeMap, Expect

_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,32}")
_WHOLE = re.compile(r"(-?\d+)\.0+", re.ASCII)
_BLAMING = (CodeClass.UPSTREAM, CodeClass.OURS)
_WORDS = 4096  # letters of a message that are looked through
_plain_phrase = lru_cache(maxsize=1024)(plain)


@dataclass(frozen=True, slots=True)
class Document:
    """A body read as what was expected of it; `UNREADABLE` where it is not, or nobody asked."""

    text: str  # the body, in the charset it names
    charset: str | None
    json: Any = UNREADABLE
    xml: Any = UNREADABLE
    detail: str = ""  # why the XML cannot be read


def read(expect: Expect, answer: Answer) -> Document:
    """Read an answer as what is expected of it; never raises."""
    body, charset = answer.body, answer.charset
    if wants_xml(expect):
        charset = charset_of(body, charset)
        text = text_of(body, charset)
        try:
            return Document(text, charset, xml=parse_xml(text, _xpaths(expect)))
        except LookFailedError as error:
            return Document(text, charset, detail=error.detail)
    charset = charset or said_by_page(body)
    text = text_of(body, charset)
    return Document(text, charset, json=json_of(text) if wants_json(expect) else UNREADABLE)


def wants_json(expect: Expect) -> bool:
    """Whether an answer has to be JSON."""
    return bool(expect.json) or (expect.codes is not None and expect.codes.language == "json")


def wants_xml(expect: Expect) -> bool:
    """Whether an answer has to be XML."""
    return bool(expect.xml) or (expect.codes is not None and expect.codes.language == "xml")


def _xpaths(expect: Expect) -> list[str]:
    paths = [each.path for each in expect.xml]
    if expect.codes is not None and expect.codes.language == "xml":
        paths += filter(None, (expect.codes.path, expect.codes.message_path))
    return paths


def meaning_of(codes: CodeMap, document: Document) -> tuple[str | None, CodeClass | None]:
    """The provider's own word on an answer.

    Args:
        codes: Where it stands and what it means.
        document: The answer.

    Returns:
        Its code, if there is one of a code's shape, and what the answer means: by the code, else
        by the first phrase that is part of its message, else UNKNOWN; None if it says nothing.
        A code that puts the blame on them or us yields to words that do not put it on them, and
        is not told then: it was a number for anything.
    """
    code = _code(codes, document)
    listed = None if code is None else codes.classes.get(code)
    if listed is not None and listed not in _BLAMING:
        return code, listed
    said = _said(codes, document)
    if listed is not None:
        return (code, listed) if said in (None, listed, CodeClass.UPSTREAM) else (None, said)
    if said is not None:
        return _shown(code), said
    return _shown(code), None if code is None else CodeClass.UNKNOWN


def _code(codes: CodeMap, document: Document) -> str | None:
    code = (_ask(codes, codes.path, document) or "").strip()
    whole = _WHOLE.fullmatch(code)
    if whole is not None and code not in codes.classes:
        code = whole[1]  # some write every number as a float; to JSON it is the same one
    return code if _CODE.fullmatch(code) else None


def _said(codes: CodeMap, document: Document) -> CodeClass | None:
    if codes.message_path is None or not codes.phrases:
        return None
    words = plain((_ask(codes, codes.message_path, document) or "")[:_WORDS])
    return next((means for part, means in codes.phrases if _plain_phrase(part) in words), None)


def _shown(code: str | None) -> str | None:
    return None if code is None else shown_code(code)


def _ask(codes: CodeMap, path: str, document: Document) -> str | None:
    if codes.language == "xml":
        return None if document.xml is UNREADABLE else ask_xml(document.xml, path, codes.namespaces)
    value = search(path, document.json)
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return str(value)
    # to_string() of nothing is "null"
    return value if isinstance(value, str) and value != "null" else None
