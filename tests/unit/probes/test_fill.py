"""A value only ever becomes text in the place it stands in."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from monitor.model import Failure
from probes.failures import LookFailedError
from probes.fill import fill_request, names_asked, names_in
from probes.spec import HttpSpec

URL_TEMPLATE = "https://insurer.test:8443/a/{{ x }}/b-{{ x }}.json?q={{ x }}&r=1"
ANY = st.text(max_size=40)
# Values that mean something to somebody who reads addresses, forms or markup.
NASTY = st.text(st.sampled_from("./\\?#%&=@:;+\" <>'{}[]|\r\n\t\0xX0۱ن\u200c2eEfF5"), max_size=24)


def filled(value, url="http://h.test/", kind=None, body=None, **headers):
    spec = HttpSpec(url, "POST", headers=headers, body=None if body is None else body.encode())
    return fill_request(spec, kind, {"x": value})


def test_every_place_is_filled_and_nothing_else_changes():
    spec = HttpSpec(
        "http://h.test/{{ doctor }}/{{token}}",
        "POST",
        {"Authorization": "Bearer {{ token }}"},
        b'{"id": "{{ doctor }}", "note": "for {{ doctor }}", "n": 1}',
        redirects=2,
    )

    request = fill_request(spec, "json", {"doctor": "12", "token": "t/0"})

    assert request == HttpSpec(
        "http://h.test/12/t%2F0",
        "POST",
        {"Authorization": "Bearer t/0"},
        b'{"id":"12","note":"for 12","n":1}',
        redirects=2,
    )


def test_a_body_of_no_kind_is_left_as_it_stands():
    assert filled("1", body="{{ x }}").body == b"{{ x }}"


def test_a_value_that_looks_like_a_template_is_not_filled_again():
    spec = HttpSpec("http://h.test/?q={{ a }}", body=b'["{{ a }}"]')

    request = fill_request(spec, "json", {"a": "{{ b }}", "b": "secret"})

    assert "secret" not in request.url + request.body.decode()


@pytest.mark.parametrize(
    "template",
    [
        "{{ x.y }}",
        "{{ x|upper }}",
        "{% if x %}",
        "{{ x() }}",
        "{{ 1 }}",
        "{{ x[0] }}",
        "{{ }}",
        "{ x }",
    ],
)
def test_there_is_no_logic(template):
    assert names_in(template) == frozenset()
    assert filled("v", kind="xml", body=template).body.decode() == template


def test_a_text_of_no_known_shape_is_left_as_it_stands():
    assert filled("</a><save/>", kind="text", body="<a>{{ x }}</a>").body == b"<a>{{ x }}</a>"


@pytest.mark.parametrize("kind", ["json", "form", "xml"])
def test_a_name_nobody_set_is_told_by_its_name(kind):
    spec = HttpSpec("http://h.test/", body=b'{"a": "{{ y }}"}' if kind == "json" else b"a={{ y }}")

    with pytest.raises(LookFailedError) as caught:
        fill_request(spec, kind, {"x": "1"})

    assert (caught.value.failure, caught.value.detail) == (Failure.VALUE_MISSING, "nobody set y")


@pytest.mark.parametrize("url", ["http://{{ x }}.test/", "http://h.test:{{ x }}/", "{{ x }}"])
def test_a_name_in_the_host_is_a_mistake_of_ours(url):
    with pytest.raises(ValueError, match="host"):
        filled("v", url)


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\rb", "a\0b"])
def test_a_value_never_breaks_a_header(value):
    with pytest.raises(LookFailedError) as caught:
        filled(value, Authorization="Bearer {{ x }}")

    assert caught.value.failure is Failure.VALUE_MISSING
    assert value not in caught.value.detail


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_never_changes_the_depth_of_a_path(value):
    with pytest.raises(LookFailedError) as caught:
        filled(value, "http://h.test/patients/{{ x }}/rights")

    assert caught.value.failure is Failure.VALUE_MISSING


def test_a_form_that_was_encoded_with_its_templates_is_filled():
    request = filled("ب&c=d", kind="form", body="a=%7B%7B+x+%7D%7D&b=2")

    assert parse_qsl(request.body.decode()) == [("a", "ب&c=d"), ("b", "2")]


def test_all_names_a_request_asks_for_are_known():
    spec = HttpSpec("http://h/{{ a }}?{{b}}", headers={"X": "{{ c }}"}, body=b"p=%7B%7B+d+%7D%7D")

    assert names_asked(spec, "form") == {"a", "b", "c", "d"}
    assert names_asked(spec, None) == {"a", "b", "c"}


@given(ANY | NASTY)
def test_no_value_changes_where_a_request_goes(value):
    try:
        url = URL(filled(value, URL_TEMPLATE).url)
    except LookFailedError:
        return
    same = URL(filled("x", URL_TEMPLATE).url)

    assert url.origin() == same.origin()
    assert url.raw_fragment == ""
    assert len(url.raw_parts) == len(same.raw_parts)
    assert (url.parts[1], url.parts[3]) == ("a", f"b-{value}.json")
    assert list(url.query.items()) == [("q", value), ("r", "1")]


@given(ANY | NASTY)
def test_no_value_changes_the_shape_of_a_json_body(value):
    body = '{"a": {"b": ["{{ x }}", 1, null]}, "c": "-{{ x }}-", "{{ x }}": true}'
    try:
        request = filled(value, kind="json", body=body)
    except LookFailedError:
        return

    assert json.loads(request.body) == {
        "a": {"b": [value, 1, None]},
        "c": f"-{value}-",
        "{{ x }}": True,
    }


@given(ANY | NASTY)
def test_no_value_changes_the_shape_of_a_form(value):
    try:
        request = filled(value, kind="form", body="a={{ x }}&b=2&c=-{{ x }}")
    except LookFailedError:
        return

    pairs = parse_qsl(request.body.decode(), keep_blank_values=True)
    assert pairs == [("a", value), ("b", "2"), ("c", f"-{value}")]


@given(ANY | NASTY)
def test_no_value_changes_the_shape_of_an_xml_body(value):
    body = '<s:Envelope xmlns:s="u"><id kind="{{ x }}">{{ x }}</id><last/></s:Envelope>'
    try:
        request = filled(value, kind="xml", body=body)
    except LookFailedError:
        return

    root = ElementTree.fromstring(request.body)
    assert [child.tag for child in root] == ["id", "last"]
    # XML reads every line end as "\n", and any space in an attribute as a space.
    assert root[0].text == (value.replace("\r\n", "\n").replace("\r", "\n") or None)
    assert list(root[0].attrib) == ["kind"]


@given(ANY | NASTY)
def test_no_value_adds_a_header(value):
    try:
        request = filled(value, Authorization="Bearer {{ x }}")
    except LookFailedError:
        return

    assert request.headers == {"Authorization": f"Bearer {value}"}
    assert not set(value) & set("\r\n\0")
