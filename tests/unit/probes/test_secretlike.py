"""What looks like a secret or a person's number is hidden; names and codes stay."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.secretlike import HIDDEN, UNLISTED, shown_code, without_secrets

if TYPE_CHECKING:
    import random

PLAIN = [
    "CN=soa.tamin.demo",
    "CN=R11,O=Let's Encrypt,C=US",
    "CN=DigiCert TLS RSA SHA256 2020 CA1,O=DigiCert Inc",
    "O=سازمان تأمین اجتماعی",
    "*.insurer.example",
    "127.0.0.1",
]


@pytest.mark.parametrize("text", PLAIN)
def test_names_stay_as_they_are(text):
    assert without_secrets(text) == text


@pytest.mark.parametrize(
    "number",
    [
        "09121234567",
        "+989121234567",
        "0912-123-4567",
        "0012345679",
        "۰۹۱۲۱۲۳۴۵۶۷",
        "6037 9912 3456 7890",
    ],
)
def test_a_person_s_number_is_hidden_wherever_it_stands(number):
    for text in (number, f"CN={number}", f"a{number}.example", f"-{number}"):
        assert number not in without_secrets(text)
        assert HIDDEN in without_secrets(text)


@settings(deadline=None)  # a busy machine is no failure
@given(st.integers(10, 64), st.randoms(use_true_random=False))
def test_a_token_is_hidden(length: int, chance: random.Random):
    letters = string.ascii_letters + string.digits + "_-"
    token = "".join(chance.choice(letters) for _ in range(length - 1)) + chance.choice("0123456789")

    for text in (token, f"CN={token},O=x", f"{token}.example.com", f"a {token} b"):
        assert token not in without_secrets(text)


@pytest.mark.parametrize("code", ["1", "-14507", "-99999", "ERR_BUSY", "E42", "not-covered"])
def test_a_code_of_a_code_s_kind_is_kept_though_nobody_listed_it(code):
    assert shown_code(code) == code


@pytest.mark.parametrize("code", ["09121234567", "0012345679", "kX93fTq2Lm", "a" * 32])
def test_a_code_that_may_be_anything_is_only_said_to_be_unlisted(code):
    assert shown_code(code) == UNLISTED
