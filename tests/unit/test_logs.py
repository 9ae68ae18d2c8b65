"""Nothing that must stay hidden gets into a log line."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import logs
from monitor.logs import HIDDEN, Scrubber

SECRET = "s3cr3t/+token=of?the&demo"


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        base64.b64encode(SECRET.encode()).decode(),
        SECRET.encode().hex(),
    ],
)
def test_a_secret_is_hidden_in_every_form_it_travels_in(form):
    line = Scrubber([SECRET]).text(f"url=https://x/{form}?a=1")

    assert SECRET not in line
    assert form.rstrip("=") not in line
    assert HIDDEN in line


@pytest.mark.parametrize(
    "number",
    [
        "+989121234567",
        "09121234567",
        "00989121234567",
        "989121234567",
        "9121234567",
        "+15005550006",
    ],
)
def test_a_phone_number_is_hidden(number):
    assert number not in Scrubber([]).text(f"to {number}, again {number}.")


def test_what_is_no_phone_number_stays():
    line = "look 00000000000004d2 at 2026-11-22T06:55:00.123456Z, 1001 of 604800 in 9123 ms"

    assert Scrubber([]).text(line) == line


def test_values_inside_structures_are_cleaned_too():
    event = {"event": "x", "deep": {"list": [SECRET, ("+989121234567",)]}, "n": 3, "none": None}

    cleaned = Scrubber([SECRET])(None, "info", event)

    assert SECRET not in repr(cleaned)
    assert "9121234567" not in repr(cleaned)
    assert (cleaned["n"], cleaned["none"]) == (3, None)


@given(st.text(min_size=4, max_size=30), st.text(max_size=40), st.text(max_size=40))
def test_no_secret_survives_whatever_surrounds_it(secret, before, after):
    line = Scrubber([secret]).text(before + secret + after)

    assert secret not in line or secret in HIDDEN


def test_a_token_learnt_later_is_hidden_from_then_on():
    scrubber = Scrubber([SECRET])
    before = scrubber.text("a fresh token: learnt-0123456789")
    scrubber.learn("learnt-0123456789")

    assert "learnt-0123456789" in before
    assert "learnt" not in scrubber.text("again: learnt-0123456789, and bGVhcm50LTAxMjM0NTY3ODk")
    assert "bGVhcm50" not in scrubber.text("bGVhcm50LTAxMjM0NTY3ODk")
    assert SECRET not in scrubber.text(f"still {SECRET}")


def test_only_the_newest_of_many_tokens_are_kept_and_the_configured_secrets_for_ever():
    scrubber = Scrubber([SECRET])
    for number in range(logs.LEARNED + 10):
        scrubber.learn(f"token-number-{number:05d}-x")

    assert "token-number-00265-x" not in scrubber.text("token-number-00265-x")
    assert SECRET not in scrubber.text(SECRET)
    assert "token-number-00001-x" in scrubber.text("token-number-00001-x")


def test_the_scrubber_in_use_learns(monkeypatch):
    scrubber = Scrubber([])
    monkeypatch.setattr(logs.structlog, "get_config", lambda: {"processors": [len, scrubber]})

    logs.learn("a-token-of-today-1")

    assert "today" not in scrubber.text("a-token-of-today-1")
