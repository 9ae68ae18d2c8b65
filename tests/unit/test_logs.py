"""Nothing that must stay hidden gets into a log line."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
