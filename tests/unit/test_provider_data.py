"""The shipped code maps: each code in its class, own words for each, nobody blamed by chance."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from yarl import URL

from monitor.model import CodeClass, Failure
from monitor.resources import config
from monitor.settings.build_requests import map_of
from monitor.settings.providers import read_provider
from probes.expect import Answer, judge
from probes.failures import LookFailedError
from probes.guard import ReadOnly
from probes.spec import Expect

PROVIDERS = {
    name: read_provider(config() / "providers" / f"{name}.yaml", ("fa", "en"))
    for name in ("tamin", "ihio")
}

# As the facts have them; the figures are the providers' own.
IHIO = {
    Failure.APPLICATION_ERROR: "1947 -14507 -7407 -8407 -77407 -79301 -26407 -7555 -8555 -77555 "
    "-5666",
    Failure.CREDENTIALS_REFUSED: "1940 1943 1946 1211 -79201 -23221 -26211",
    Failure.ACCOUNT_REFUSED: "-12114 -12201 -12305 -12309 -12310 -12311 -12333 -31231 -31646 "
    "-31647 -5401 -5413",
    Failure.BUSINESS_REFUSAL: "-14221 -5414 -5415 -5861 -7211 -7241 -7251 -7270 -23111 -23113 "
    "-26114 -9322",
    Failure.SESSION_EXPIRED: "-23222 -78212",
    Failure.APPLICATION_REJECTED: "-5888",
    None: "1",
}
EACH_CODE = [(int(code), failure) for failure, codes in IHIO.items() for code in codes.split()]


def seen(provider: str, body: object, status: int = 200) -> Failure | None:
    expect = Expect(codes=map_of(PROVIDERS[provider]))
    raw = json.dumps(body, ensure_ascii=False).encode()
    return judge(expect, Answer(status, {}, raw, "utf-8")).failure


@pytest.mark.parametrize(("code", "failure"), EACH_CODE)
def test_each_code_of_the_health_insurance_lands_in_its_class(code, failure):
    assert seen("ihio", {"resCode": code, "info": {}}) is failure
    assert seen("ihio", {"resCode": str(code), "resMessage": "هر چه باشد", "info": {}}) is failure


def test_all_codes_of_the_map_are_among_those_known_facts():
    mapped = {m.code for m in PROVIDERS["ihio"].meanings if m.code is not None}

    assert mapped == {str(code) for code, _ in EACH_CODE} | {"not-covered"}
    assert len(mapped) >= 40


@settings(deadline=None)  # a busy machine is no failure
@given(st.integers(-99_999_999, 99_999_999))
def test_a_code_on_no_list_accuses_nobody(code):
    assume(code not in {known for known, _ in EACH_CODE})

    assert seen("ihio", {"resCode": code, "info": {}}) is Failure.APPLICATION_REJECTED


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (200, None),
        (400, Failure.CREDENTIALS_REFUSED),
        (401, Failure.SESSION_EXPIRED),
        (403, Failure.CREDENTIALS_REFUSED),
        (429, Failure.CREDENTIALS_REFUSED),
        (500, Failure.APPLICATION_ERROR),
        (503, Failure.APPLICATION_ERROR),
        (599, Failure.APPLICATION_REJECTED),
        (423, Failure.APPLICATION_REJECTED),
    ],
)
def test_the_envelope_of_social_security_lands_in_its_class(status, failure):
    body = {"status": status, "family": "X", "reason": "X", "data": None}

    assert seen("tamin", body) is failure


@pytest.mark.parametrize(
    ("words", "failure"),
    [
        ("خطا: نوع نسخه تکراری است.", Failure.BUSINESS_REFUSAL),
        ("عدم استحقاق درمان به دلیل بدهی کارفرما", Failure.BUSINESS_REFUSAL),
        ("عدم استحقاق درمان به دليل بدهي كارفرما", Failure.BUSINESS_REFUSAL),  # Arabic letters
        ("پزشک یافت نشد", Failure.ACCOUNT_REFUSED),
        ("حساب کاربری قفل شده است", Failure.ACCOUNT_REFUSED),
        ("جمله‌ای که هیچ‌کس نمی‌شناسد", Failure.APPLICATION_REJECTED),
    ],
)
def test_a_sentence_of_social_security_lands_in_its_class(words, failure):
    assert seen("tamin", {"status": 4001, "reason": words}) is failure
    assert seen("tamin", {"status": 4001, "error_Msg": words}) is failure


def test_no_cover_inside_a_success_is_the_patient_s_business():
    tamin = {"status": 200, "family": "SUCCESSFUL", "data": {"hasHealthDeserve": False}}

    assert seen("ihio", {"resCode": 1, "info": {"isCovered": False}}) is Failure.BUSINESS_REFUSAL
    assert seen("ihio", {"resCode": 1, "info": {"isCovered": True}}) is None
    assert seen("tamin", tamin) is Failure.BUSINESS_REFUSAL


def test_an_error_that_says_no_cover_for_want_of_better_stays_an_error():
    tamin = {"status": 503, "family": "X", "data": {"hasHealthDeserve": False}}
    ihio = {"resCode": -14507, "info": {"isCovered": False}}

    assert seen("tamin", tamin) is Failure.APPLICATION_ERROR
    assert seen("ihio", ihio) is Failure.APPLICATION_ERROR


@pytest.mark.parametrize("status", [400, 500, 4001])
def test_a_sentence_counts_wherever_it_stands_and_before_a_number_for_anything(status):
    words = {"reason": "Bad Request", "error_Msg": "پزشک یافت نشد", "complementary_Msg": None}

    assert seen("tamin", {"status": status, **words}) is Failure.ACCOUNT_REFUSED


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_code_has_a_short_plain_sentence_of_our_own_in_both_languages(name):
    for meaning in PROVIDERS[name].meanings:
        persian, english = meaning.says["fa"], meaning.says["en"]
        assert re.fullmatch(r"[\u0600-\u06ff\u200c «»؛،.]{10,110}\.", persian), persian
        assert not re.search(r"[يكة٠-٩]", persian), persian
        assert not re.search(r"(?:^| )(?:می|نمی) |\bها\b", persian), persian
        assert re.fullmatch(r"[A-Z][A-Za-z ,;'-]{10,110}\.", english), english


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_class_is_used_where_somebody_could_be_wronged(name):
    classes = {meaning.meaning for meaning in PROVIDERS[name].meanings}

    assert {CodeClass.OK, CodeClass.UPSTREAM, CodeClass.OURS, CodeClass.DOCTOR} <= classes
    assert {CodeClass.PATIENT, CodeClass.SESSION} <= classes


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("tamin", "/interface/epresc/SendEpresc/v7"),
        ("tamin", "/interface/epresc/v2/editEpresc"),
        ("ihio", "/erx-core/v3/samad/electronic/generate"),
        ("ihio", "/erx-core/v3/samad/paper/generate"),
        ("ihio", "/erx-core/v3/prescription/save"),
        ("ihio", "/erx-core/v3/prescription/paper/order"),
        ("ihio", "/erx-core/v3/auth/session/otp/check"),
    ],
)
def test_what_registers_is_never_among_what_only_reads(name, path):
    guard = ReadOnly(PROVIDERS[name].reads, PROVIDERS[name].writes)

    for method in ("GET", "POST"):
        with pytest.raises(LookFailedError, match="write_refused"):
            guard(method, URL(f"https://insurer.example{path}"))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("tamin", "/auth/server/token"),
        ("tamin", "/auth/server/v2/token"),
        ("tamin", "/interface/epresc/patient/v2/deserve-info/a/b/c"),
        ("tamin", "/interface/epresc/prescription-type"),
        ("ihio", "/erx-core/v3/auth/session/citizen/open"),
        ("ihio", "/erx-core/v3/subscription/check/order"),
    ],
)
def test_what_a_chain_reads_is_known_to_read(name, path):
    provider = PROVIDERS[name]

    ReadOnly(provider.reads, provider.writes)("POST", URL(f"https://insurer.example{path}"))
    with pytest.raises(LookFailedError):  # and nothing that only begins like it
        ReadOnly(provider.reads, provider.writes)("POST", URL(f"https://insurer.example{path}/x/y"))
