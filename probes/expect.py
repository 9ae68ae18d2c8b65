"""Is the answer right? Pure: an answer and an expectation in, at most one failure out.

The order is the meaning: first what says that it is about us (401, 403, 429), then the provider's
own code, then the status, then the rest. Where the rest is not as expected, the reason may be that
it is no answer at all: nothing, another charset, or a page for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.model import CodeClass, Failure
from probes.charset import is_wrong
from probes.document import UNREADABLE, json_holds
from probes.pages import is_page, page_kind
from probes.pattern import search
from probes.reading import meaning_of, read, wants_json, wants_xml
from probes.xml import xml_holds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from probes.reading import Document
    from probes.spec import Expect

_ABOUT_US = {401: Failure.HTTP_401, 403: Failure.HTTP_403, 429: Failure.HTTP_429}
_BY_CLASS = {
    CodeClass.OK: None,
    CodeClass.UPSTREAM: Failure.APPLICATION_ERROR,
    CodeClass.OURS: Failure.CREDENTIALS_REFUSED,
    CodeClass.DOCTOR: Failure.ACCOUNT_REFUSED,
    CodeClass.PATIENT: Failure.BUSINESS_REFUSAL,
    CodeClass.SESSION: Failure.SESSION_EXPIRED,
    CodeClass.UNKNOWN: Failure.APPLICATION_REJECTED,
}
# What a page for people looks like to those who expected an answer.
_MISMATCHES = frozenset(
    {
        Failure.HEADER_MISMATCH,
        Failure.JSON_UNREADABLE,
        Failure.JSON_MISMATCH,
        Failure.XML_UNREADABLE,
        Failure.XML_MISMATCH,
        Failure.TEXT_MISMATCH,
        Failure.TEXT_WRONG_CHARSET,
    }
)
_UNAVAILABLE = 503
_SUCCESS = 2  # of the 200s


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whole."""

    status: int
    headers: Mapping[str, str]  # names in lower case; repeated ones joined by ", "
    body: bytes
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What we think of an answer; `failure=None` is "right"."""

    failure: Failure | None
    detail: str = ""
    code: str | None = None


def judge(expect: Expect, answer: Answer) -> Opinion:
    """Hold an answer against its expectation.

    Args:
        expect: What is right.
        answer: What came.

    Returns:
        The first thing that is not right, and the provider's own code where one was readable.
    """
    status = status_failure(expect, answer.status)
    if status in _ABOUT_US.values():
        return Opinion(status)
    document = read(expect, answer)
    code, meaning = None, None
    if expect.codes is not None:
        code, meaning = meaning_of(expect.codes, document)
    # A server error with a code on no list is still a server error: many frameworks repeat the
    # status in the body.
    hidden = meaning is CodeClass.UNKNOWN and status is Failure.HTTP_5XX
    failure = status if meaning is None or hidden else _BY_CLASS[meaning] or status
    detail = ""
    if failure is None:
        failure, detail = _rest(expect, answer, document, meaning)
    if meaning is None:
        kind = _page(failure, answer, document)
        failure, detail = (failure, detail) if kind is None else (kind, "")
    return Opinion(failure, detail, code)


def status_failure(expect: Expect, status: int) -> Failure | None:
    """What a status alone says."""
    if status in expect.status:
        return None
    if status in _ABOUT_US:
        return _ABOUT_US[status]
    match status // 100:
        case 4:
            return Failure.HTTP_4XX
        case 5:
            return Failure.HTTP_5XX
        case _:
            return Failure.HTTP_UNEXPECTED_STATUS


def is_about_us(failure: Failure | None) -> bool:
    """Whether nothing in the body could change what the status says."""
    return failure in _ABOUT_US.values()


def _rest(
    expect: Expect, answer: Answer, document: Document, meaning: CodeClass | None
) -> tuple[Failure | None, str]:
    for name, wanted in expect.headers.items():
        if not search(wanted, answer.headers.get(name.lower(), "")):
            return Failure.HEADER_MISMATCH, f"header {name.lower()}"
    structured = wants_json(expect) or wants_xml(expect)
    if not (structured or expect.contains or expect.lacks):
        return None, ""
    text = document.text
    if is_wrong(answer.body, text, document.charset):
        return Failure.TEXT_WRONG_CHARSET, ""
    failure, detail = _structure(expect, document, meaning)
    if failure is not None:
        return (Failure.EMPTY_ANSWER, "") if _is_empty(text, document) else (failure, detail)
    for number, part in enumerate(expect.contains, start=1):
        if part not in text:
            return Failure.TEXT_MISMATCH, f"contains {number}"
    for number, part in enumerate(expect.lacks, start=1):
        if part in text:
            return Failure.TEXT_MISMATCH, f"lacks {number}"
    return None, ""


def _structure(
    expect: Expect, document: Document, meaning: CodeClass | None
) -> tuple[Failure | None, str]:
    if wants_json(expect) and document.json is UNREADABLE:
        return Failure.JSON_UNREADABLE, ""
    if wants_xml(expect) and document.xml is UNREADABLE:
        return Failure.XML_UNREADABLE, document.detail
    if expect.codes is not None and meaning is None:
        xml = expect.codes.language == "xml"
        failure = Failure.XML_MISMATCH if xml else Failure.JSON_MISMATCH
        return failure, "no code where one is expected"
    for number, wanted in enumerate(expect.json, start=1):
        if not json_holds(wanted, document.json):
            return Failure.JSON_MISMATCH, f"json expectation {number}"
    for number, asked in enumerate(expect.xml, start=1):
        if not xml_holds(asked, document.xml):
            return Failure.XML_MISMATCH, f"xml expectation {number}"
    return None, ""


def _is_empty(text: str, document: Document) -> bool:
    return not text.strip() or (
        document.json is not UNREADABLE and document.json in (None, "", [], {})
    )


def _page(failure: Failure | None, answer: Answer, document: Document) -> Failure | None:
    """What kind of page came instead of an answer; None if none did, or a page was right."""
    unexplained = (
        failure in _MISMATCHES
        or (failure is Failure.HTTP_5XX and answer.status == _UNAVAILABLE)
        or (failure is Failure.HTTP_UNEXPECTED_STATUS and answer.status // 100 == _SUCCESS)
    )
    if not unexplained:
        return None
    if not is_page(document.text, answer.headers.get("content-type", "")):
        return None
    return page_kind(document.text)
