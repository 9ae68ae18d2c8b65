from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import CodeClass, Failure
from probes.body import BODY_CAP_BYTES
from probes.expect import Answer, judge
from probes.spec import CodeMap, Expect, JsonExpectation

CODES = CodeMap(
    "to_string(status)",
    {
        "200": CodeClass.OK,
        "500": CodeClass.UPSTREAM,
        "503": CodeClass.UPSTREAM,
        "401": CodeClass.OURS,
        "1940": CodeClass.OURS,
        "-12114": CodeClass.DOCTOR,
        "-5414": CodeClass.PATIENT,
        "-23222": CodeClass.SESSION,
    },
    message_path="message",
    phrases=(
        ("نوع نسخه تکراری است", CodeClass.PATIENT),
        ("کاربری شما فعال نمی‌باشد", CodeClass.DOCTOR),
        ("سرویس ما خراب است", CodeClass.UPSTREAM),
    ),
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
        (200, {"status": -12114}, Failure.ACCOUNT_REFUSED, "-12114"),
        (200, {"status": -5414}, Failure.BUSINESS_REFUSAL, "-5414"),
        (200, {"status": -5414.0}, Failure.BUSINESS_REFUSAL, "-5414"),
        (200, {"status": "200.0"}, None, "200"),
        (200, {"status": " 200 "}, None, "200"),
        (200, {"status": 200.5}, Failure.APPLICATION_REJECTED, "200.5"),
        (200, {"status": True}, Failure.APPLICATION_REJECTED, "true"),
        (200, {"status": [503]}, Failure.JSON_MISMATCH, None),
        (200, {"status": -23222}, Failure.SESSION_EXPIRED, "-23222"),
        (500, {"status": -5414}, Failure.BUSINESS_REFUSAL, "-5414"),
        (200, {}, Failure.EMPTY_ANSWER, None),
        (200, None, Failure.EMPTY_ANSWER, None),
        (200, {"data": {}}, Failure.JSON_MISMATCH, None),
        (200, {"status": None}, Failure.JSON_MISMATCH, None),
        (200, {"status": {"a": 1}}, Failure.JSON_MISMATCH, None),
        (200, {"status": "<script>"}, Failure.JSON_MISMATCH, None),
        (200, {"status": "9" * 33}, Failure.JSON_MISMATCH, None),
        (200, [], Failure.EMPTY_ANSWER, None),
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


@pytest.mark.parametrize(
    ("document", "failure", "code"),
    [
        ({"message": "خطا: نوع نسخه تکراری است."}, Failure.BUSINESS_REFUSAL, None),
        ({"message": "نوع نسخه تكراري است"}, Failure.BUSINESS_REFUSAL, None),  # an Arabic keyboard
        ({"message": "کاربری شما فعال نمی باشد"}, Failure.ACCOUNT_REFUSED, None),
        ({"message": "کاربری شما فعال نمیباشد"}, Failure.ACCOUNT_REFUSED, None),
        ({"status": -9, "message": "نوع نسخه تکراری است"}, Failure.BUSINESS_REFUSAL, "-9"),
        ({"status": 500, "message": "نوع نسخه تکراری است"}, Failure.BUSINESS_REFUSAL, None),
        ({"status": 1940, "message": "نوع نسخه تکراری است"}, Failure.BUSINESS_REFUSAL, None),
        ({"status": 1940, "message": "سرویس ما خراب است"}, Failure.CREDENTIALS_REFUSED, "1940"),
        ({"status": -5414, "message": "سرویس ما خراب است"}, Failure.BUSINESS_REFUSAL, "-5414"),
        ({"status": -9, "message": "سرویس ما خراب است"}, Failure.APPLICATION_ERROR, "-9"),
        ({"status": 500, "message": "سرویس ما خراب است"}, Failure.APPLICATION_ERROR, "500"),
        ({"status": 200, "message": "نوع نسخه تکراری است"}, None, "200"),
        ({"status": -9, "message": "خطای نامشخص"}, Failure.APPLICATION_REJECTED, "-9"),
        ({"message": "خطای نامشخص"}, Failure.JSON_MISMATCH, None),
        ({"message": ["نوع نسخه تکراری است"]}, Failure.JSON_MISMATCH, None),
    ],
)
def test_words_go_before_a_code_only_where_they_spare_somebody(document, failure, code):
    opinion = judge(Expect(codes=CODES), answer(document))

    assert (opinion.failure, opinion.code) == (failure, code)


def test_numbers_nobody_can_reckon_with_are_not_what_was_expected():
    for path, body in (("ceil(a)", b'{"a": 1e999}'), ("avg(a)", b'{"a": [1%s]}' % (b"0" * 400))):
        expect = Expect(json=(JsonExpectation(path),))

        assert judge(expect, Answer(200, {}, body)).failure is Failure.JSON_MISMATCH


@pytest.mark.parametrize("body", ["", " \r\n", "null", "{}", "[]", '""'])
def test_nothing_where_json_was_expected_is_an_empty_answer(body):
    assert judge(Expect(codes=CODES), answer(body=body)).failure is Failure.EMPTY_ANSWER
    assert judge(Expect(json=(JsonExpectation("a"),)), answer(body=body)).failure is (
        Failure.EMPTY_ANSWER
    )


@pytest.mark.parametrize("body", ['{"status": 200', '{"status": NaN}', "[" * 5000, "9" * 5000])
def test_half_json_has_no_code_and_is_unreadable(body):
    opinion = judge(Expect(codes=CODES), answer(body=body))

    assert (opinion.failure, opinion.code) == (Failure.JSON_UNREADABLE, None)


def test_what_an_expectation_allows_to_be_absent_may_be_absent_from_an_empty_answer():
    expect = Expect(json=(JsonExpectation("error", exists=False),))

    assert judge(expect, answer({})).failure is None


PERSIAN = "نسخه با موفقیت ثبت شد"


@pytest.mark.parametrize(
    ("encoding", "charset", "wrong"),
    [
        ("utf-8", None, False),
        ("utf-8", "utf-8", False),
        ("cp1256", "windows-1256", False),
        ("utf-16", "utf-16", False),
        ("cp1256", None, True),
        ("cp1256", "utf-8", True),
        ("utf-16", None, True),
        ("utf-16-le", "utf-8", True),
        ("utf-16-be", None, True),
        ("utf-8", "utf-16", True),
    ],
)
@pytest.mark.parametrize("template", ["{}", '{{"status": 200, "message": "{}"}}'])
def test_letters_that_mean_nothing_are_another_charset(encoding, charset, wrong, template):
    body = template.format(PERSIAN.replace("ی", "ي") if encoding == "cp1256" else PERSIAN)
    expect = Expect(codes=CODES) if template != "{}" else Expect(contains=("موفق",))

    failure = judge(expect, Answer(200, {}, body.encode(encoding), charset)).failure

    assert failure is (Failure.TEXT_WRONG_CHARSET if wrong else None)


def test_utf_16_without_a_single_space_is_still_utf_16():
    body = "نسخه".encode("utf-16-le")

    assert judge(Expect(contains=("نسخه",)), Answer(200, {}, body, "utf-16le")).failure is None


def test_one_broken_letter_is_no_other_charset():
    cut = ("ن" + PERSIAN * 3).encode()[1:]  # begins in the middle of a letter

    assert judge(Expect(contains=("موفقیت",)), Answer(200, {}, cut)).failure is None


@pytest.mark.parametrize(
    "piece", [b"\x81", b"\xff", "پ".encode(), "é".encode(), b"\x00\xd8", b"\x01"]
)
@pytest.mark.parametrize(
    "charset", [None, "us-ascii", "iso-8859-6", "windows-1252", "windows-1256", "utf-16"]
)
def test_no_letters_hold_up_the_rest(piece, charset):
    body = piece * (BODY_CAP_BYTES // len(piece))
    best_s = 1.0
    for _ in range(3):
        begun = time.thread_time()
        judge(Expect(codes=CODES), Answer(200, {}, body, charset))
        best_s = min(best_s, time.thread_time() - begun)

    assert best_s < 0.25  # about 0.04 when alone; the square of it would be minutes


def test_a_replacement_character_of_their_own_is_not_held_against_the_charset():
    body = f"{PERSIAN} \N{REPLACEMENT CHARACTER}" * 3 + "\N{REPLACEMENT CHARACTER}" * 30

    assert judge(Expect(contains=("موفقیت",)), answer(body=body)).failure is None


def test_a_page_may_name_its_charset_itself():
    page = f"<html><meta charset=windows-1256><body>{PERSIAN.replace('ی', 'ي')}</body></html>"

    seen = judge(Expect(contains=("ثبت شد",)), Answer(200, {}, page.encode("cp1256")))

    assert seen.failure is None


@given(st.binary(max_size=300), st.integers(100, 999), st.text(max_size=20))
def test_no_body_status_or_charset_makes_it_raise_or_leak(body, status, charset):
    expect = Expect(json=(JsonExpectation("a.b[0]"),), contains=("x",), codes=CODES)

    opinion = judge(expect, Answer(status, {}, body, charset))

    assert opinion.failure is not None
    assert opinion.code is None or len(opinion.code) <= 32
