from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Failure
from probes.expect import Answer, judge
from probes.spec import CodeMap, Expect, JsonExpectation

CODES = CodeMap(
    "to_string(status)", ok=("200",), upstream=("500", "503"), credentials=("401", "1940")
)


def answer(document=None, status=200, headers=(), body=None):
    text = json.dumps(document) if body is None else body
    return Answer(status, dict(headers), text.encode())


@pytest.mark.parametrize(
    ("status", "document", "failure", "code"),
    [
        (200, {"status": 200}, None, "200"),
        (200, {"status": "503"}, Failure.APPLICATION_ERROR, "503"),
        (200, {"status": 1940}, Failure.CREDENTIALS_REFUSED, "1940"),
        (200, {"status": -7407}, Failure.APPLICATION_REJECTED, "-7407"),
        (400, {"status": 500}, Failure.APPLICATION_ERROR, "500"),
        (422, {"status": 77}, Failure.APPLICATION_REJECTED, "77"),
        (500, {"status": 500}, Failure.APPLICATION_ERROR, "500"),
        (502, {"status": 502}, Failure.HTTP_5XX, "502"),  # a gateway repeating itself
        (503, {"status": 200}, Failure.HTTP_5XX, "200"),
        (401, {"status": 500}, Failure.HTTP_401, None),
        (403, {"status": 200}, Failure.HTTP_403, None),
        (429, {"status": 500}, Failure.HTTP_429, None),
        (404, {}, Failure.HTTP_4XX, None),
        (200, {}, Failure.JSON_MISMATCH, None),
        (200, {"status": None}, Failure.JSON_MISMATCH, None),
        (200, {"status": {"a": 1}}, Failure.JSON_MISMATCH, None),
        (200, {"status": "<script>"}, Failure.JSON_MISMATCH, None),
        (200, {"status": "9" * 33}, Failure.JSON_MISMATCH, None),
        (200, [], Failure.JSON_MISMATCH, None),
    ],
)
def test_a_providers_code_decides_after_what_is_about_us_and_before_the_status(
    status, document, failure, code
):
    opinion = judge(Expect(codes=CODES), answer(document, status))

    assert (opinion.failure, opinion.code) == (failure, code)


@pytest.mark.parametrize("status", [401, 403, 429, 404, 500, 302, 204])
def test_any_status_may_be_the_right_one(status):
    assert judge(Expect(status=(status,)), answer(status=status)).failure is None


@pytest.mark.parametrize(
    ("wanted", "document", "right"),
    [
        (JsonExpectation("a", (1,)), {"a": 1}, True),
        (JsonExpectation("a", (1,)), {"a": 1.0}, True),
        (JsonExpectation("a", (1,)), {"a": True}, False),
        (JsonExpectation("a", (True,)), {"a": 1}, False),
        (JsonExpectation("a", ("x", None)), {}, True),
        (JsonExpectation("a", exists=True), {"a": 0}, True),
        (JsonExpectation("a", exists=True), {"a": None}, False),
        (JsonExpectation("a", exists=False), {}, True),
        (JsonExpectation("a", exists=False), {"a": 1}, False),
        (JsonExpectation("a"), {"a": 0}, True),
        (JsonExpectation("a"), {"a": False}, False),
        (JsonExpectation("a"), {"a": []}, False),
        (JsonExpectation("a"), {"a": ""}, False),
        (JsonExpectation("length(a)", (2,)), {"a": [1, 2]}, True),
        (JsonExpectation("length(a)", (2,)), {"a": 2}, False),  # a type length() does not take
    ],
)
def test_json_is_held_against_its_path(wanted, document, right):
    failure = judge(Expect(json=(wanted,)), answer(document)).failure

    assert failure is (None if right else Failure.JSON_MISMATCH)


def test_headers_are_searched_whatever_their_case():
    expect = Expect(headers={"Content-TYPE": "^application/json"})

    assert judge(expect, answer(headers={"content-type": "application/json"})).failure is None
    assert judge(expect, answer(headers={"content-type": "text/html"})).detail == (
        "header content-type"
    )
    assert judge(expect, answer()).failure is Failure.HEADER_MISMATCH


def test_text_must_have_what_it_should_and_lack_what_it_should_not():
    expect = Expect(contains=("نسخه",), lacks=("حمله شناسایی شد",))

    assert judge(expect, answer(body="نسخه ثبت شد")).failure is None
    assert judge(expect, answer(body="ثبت شد")).detail == "contains 1"
    assert judge(expect, answer(body="نسخه: حمله شناسایی شد")).detail == "lacks 1"


def test_a_byte_order_mark_does_not_make_json_unreadable():
    marked = Answer(200, {}, b"\xef\xbb\xbf" + b'{"a": 1}')

    assert judge(Expect(json=(JsonExpectation("a"),)), marked).failure is None


@given(st.binary(max_size=300), st.integers(100, 999), st.text(max_size=20))
def test_no_body_status_or_charset_makes_it_raise_or_leak(body, status, charset):
    expect = Expect(json=(JsonExpectation("a.b[0]"),), contains=("x",), codes=CODES)

    opinion = judge(expect, Answer(status, {}, body, charset))

    assert opinion.failure is not None
    assert opinion.code is None or len(opinion.code) <= 32
