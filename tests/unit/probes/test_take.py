"""What later steps need is taken from an answer, or is missed by its name."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Failure
from probes.expect import Answer
from probes.failures import LookFailedError
from probes.spec import Take
from probes.take import VALUE_LIMIT, take_all

DOCUMENT = {
    "info": {"sessionId": "s-1", "ttl": 24, "ok": True, "nothing": None, "empty": "", "list": [1]},
    "name": "می‌نویسم",
    "long": "x" * (VALUE_LIMIT + 1),
    "lines": "a\nb",
    "bell": "a\x07",
    "half": "\ud800",
    "turned": "\u202egnp",
}


def taken(take, document=DOCUMENT, body=None, **headers):
    text = json.dumps(document) if body is None else body
    return take_all([take], Answer(200, headers, text.encode()))[take.name]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("info.sessionId", "s-1"),
        ("info.ttl", "24"),
        ("info.ok", "true"),
        ("info.list[0]", "1"),
        ("name", "می‌نویسم"),
    ],
)
def test_a_jmespath_gives_a_text(path, value):
    assert taken(Take("v", json=path)) == value


@pytest.mark.parametrize(
    "path",
    [
        *("info.nothing", "info.empty", "info.list", "info", "absent", "length(info.ttl)"),
        *("long", "lines", "bell", "half", "turned"),
    ],
)
def test_anything_but_a_short_printable_text_is_missing(path):
    with pytest.raises(LookFailedError) as caught:
        taken(Take("session", json=path))

    assert caught.value.failure is Failure.VALUE_MISSING
    assert "session" in caught.value.detail


@pytest.mark.parametrize(
    ("take", "value"),
    [
        (Take("v", xml="//n:id", namespaces={"n": "urn:x"}), "7"),
        (Take("v", xml="//@kind"), "k"),
        (Take("v", text=r"kind='(\w)'"), "k"),
        (Take("v", text=r"kind='\w'"), "kind='k'"),
        (Take("v", header="X-Session"), "abc"),
    ],
)
def test_xml_text_and_headers_give_values_too(take, value):
    body = "<a xmlns='urn:x' kind='k'><id> 7 </id></a>"

    assert taken(take, body=body, **{"x-session": "abc"}) == value


@pytest.mark.parametrize(
    "take",
    [
        Take("v", json="a"),
        Take("v", xml="//b"),
        Take("v", text="b(.)"),
        Take("v", text="(b)?c|a"),
        Take("v", header="X-Absent"),
    ],
)
def test_what_is_not_there_is_missing(take):
    with pytest.raises(LookFailedError) as caught:
        taken(take, body="<a/>")

    assert (caught.value.failure, caught.value.detail) == (
        Failure.VALUE_MISSING,
        "no v in the answer",
    )


def test_a_text_is_searched_only_so_far():
    with pytest.raises(LookFailedError):
        taken(Take("v", text="needle"), body="x" * 200_000 + "needle")


@given(st.binary(max_size=200), st.sampled_from(["json", "xml", "text"]))
def test_no_answer_gives_a_value_that_cannot_be_used(body, place):
    path = {"json": "@", "xml": "string(/*)", "text": "(?s).+"}[place]
    try:
        value = take_all([Take("v", **{place: path})], Answer(200, {}, body))["v"]
    except LookFailedError:
        return

    assert 0 < len(value) <= VALUE_LIMIT
    assert not set(value) & set("\r\n\0")
