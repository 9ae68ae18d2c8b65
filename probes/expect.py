"""Is the answer right? Pure: an answer and an expectation in, at most one failure out.

The order is the meaning: first what says that it is about us (401, 403, 429), then the provider's
own code, then the status, then the rest.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jmespath
from jmespath.exceptions import JMESPathError

from monitor.model import Failure
from probes.body import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from probes.spec import CodeMap, Expect, JsonExpectation, JsonScalar

_ABOUT_US = {401: Failure.HTTP_401, 403: Failure.HTTP_403, 429: Failure.HTTP_429}
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,32}")


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


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Stands where JSON should have been; None is JSON too."""


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
    document = _document(answer) if expect.codes or expect.json else _Unreadable()
    code = None if expect.codes is None else _code(expect.codes, document)
    failure = status
    if expect.codes is not None and code is not None:
        # A server error with a code on no list is still a server error: many frameworks repeat the
        # status in the body.
        meaning = _meaning(expect.codes, code)
        if meaning is Failure.APPLICATION_REJECTED and status is Failure.HTTP_5XX:
            meaning = None
        failure = meaning or status
    if failure is not None:
        return Opinion(failure, code=code)
    failure, detail = _rest(expect, answer, document, code)
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
    expect: Expect, answer: Answer, document: Any, code: str | None
) -> tuple[Failure | None, str]:
    for name, pattern in expect.headers.items():
        if not re.search(pattern, answer.headers.get(name.lower(), "")):
            return Failure.HEADER_MISMATCH, f"header {name.lower()}"
    if (expect.codes or expect.json) and isinstance(document, _Unreadable):
        return Failure.JSON_UNREADABLE, ""
    if expect.codes and code is None:
        return Failure.JSON_MISMATCH, "no code where one is expected"
    for number, wanted in enumerate(expect.json, start=1):
        if not _holds(wanted, document):
            return Failure.JSON_MISMATCH, f"json expectation {number}"
    if expect.contains or expect.lacks:
        text = text_of(answer.body, answer.charset)
        for number, part in enumerate(expect.contains, start=1):
            if part not in text:
                return Failure.TEXT_MISMATCH, f"contains {number}"
        for number, part in enumerate(expect.lacks, start=1):
            if part in text:
                return Failure.TEXT_MISMATCH, f"lacks {number}"
    return None, ""


def _document(answer: Answer) -> Any:
    try:
        return json.loads(text_of(answer.body, answer.charset), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return _Unreadable()


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity are Python's, not JSON's


def _code(codes: CodeMap, document: Any) -> str | None:
    value = _search(codes.path, document)
    if value is None or value == "null":  # to_string() of nothing is "null"
        return None
    if isinstance(value, bool):
        value = json.dumps(value)
    if isinstance(value, int | float):
        value = str(value)
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def _meaning(codes: CodeMap, code: str) -> Failure | None:
    if code in codes.ok:
        return None
    if code in codes.upstream:
        return Failure.APPLICATION_ERROR
    if code in codes.credentials:
        return Failure.CREDENTIALS_REFUSED
    return Failure.APPLICATION_REJECTED


def _holds(wanted: JsonExpectation, document: Any) -> bool:
    value = _search(wanted.path, document)
    if wanted.exists is not None and (value is not None) is not wanted.exists:
        return False
    if wanted.one_of:
        return any(_same(value, scalar) for scalar in wanted.one_of)
    return wanted.exists is not None or _true_like(value)


def _same(value: Any, scalar: JsonScalar) -> bool:
    """JSON's equality: `true` is not 1, and 1 is 1.0."""
    return isinstance(value, bool) is isinstance(scalar, bool) and bool(value == scalar)


def _true_like(value: Any) -> bool:
    """JMESPath's truth: everything but null, false and what is empty; 0 is true."""
    return value is not None and value is not False and value not in ("", [], {})


def _search(path: str, document: Any) -> Any:
    if isinstance(document, _Unreadable):
        return None
    try:
        return _compiled(path).search(document)
    except (JMESPathError, RecursionError):
        return None  # a function met a type it does not take: not what was expected


@lru_cache(maxsize=1024)
def _compiled(path: str) -> Any:
    return jmespath.compile(path)
