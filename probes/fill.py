"""Requests from templates: `{{ name }}` and nothing more.

A template engine would bring logic, attributes and filters, each a way for a value of the other
side to become part of the request. Here a value only ever becomes text in the place it stands in:
bodies of known kinds are taken apart, filled, and put together again.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlencode
from xml.sax.saxutils import escape

from monitor.model import Failure
from probes.failures import LookFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from probes.spec import HttpSpec

_SLOT = re.compile(r"\{\{\s*([A-Za-z][A-Za-z0-9_]*)\s*\}\}")
_URL = re.compile(r"([^:/?#]+://[^/?#]*)([^?#]*)(.*)", re.DOTALL)
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile(r"[\r\n]")


def names_in(text: str) -> frozenset[str]:
    """The names that a template asks for."""
    return frozenset(_SLOT.findall(text))


def names_asked(spec: HttpSpec, body_kind: str | None) -> frozenset[str]:
    """The names that a request's URL, header values and body ask for.

    Args:
        spec: The request.
        body_kind: As in `StepSpec`; a form is looked at as it reads, not as it is encoded.
    """
    body = (spec.body or b"").decode("utf-8", "replace")
    if body_kind == "form":
        body = unquote_plus(body)
    return names_in("\n".join([spec.url, *spec.headers.values(), body]))


def fill_request(spec: HttpSpec, body_kind: str | None, values: Mapping[str, str]) -> HttpSpec:
    """The request with every `{{ name }}` replaced by its value, once.

    Args:
        spec: The request with templates in it.
        body_kind: What the body is; plain text, or None, is left as it stands.
        values: What the names stand for.

    Returns:
        A request that differs from `spec` in text only: no value can change its host, the shape
        of its path and query, its headers, or the shape of a JSON, form or XML body.

    Raises:
        LookFailedError: `value_missing`: nobody set a name, or its value cannot stand there.
        ValueError: The template is no good: a name in the host, or JSON that is none.
    """
    body = spec.body
    if body is not None and body_kind in _BODIES:
        body = _BODIES[body_kind](body.decode(), values).encode()
    return replace(
        spec,
        url=_fill_url(spec.url, values),
        headers={name: _fill_header(text, values) for name, text in spec.headers.items()},
        body=body,
    )


def _fill(template: str, values: Mapping[str, str], made: Callable[[str], str]) -> str:
    return _SLOT.sub(lambda slot: made(_value(slot[1], values)), template)


def _value(name: str, values: Mapping[str, str]) -> str:
    try:
        value = values[name]
    except KeyError:
        raise LookFailedError(Failure.VALUE_MISSING, f"nobody set {name}") from None
    if _UNFIT.search(value):
        raise LookFailedError(Failure.VALUE_MISSING, f"{name} is not text")
    return value


def _fill_url(template: str, values: Mapping[str, str]) -> str:
    parts = _URL.fullmatch(template)
    if parts is None or _SLOT.search(parts[1]):
        raise ValueError("a URL needs a scheme and a host of its own")
    origin, path, rest = parts.groups()
    segments = [_fill_segment(segment, values) for segment in path.split("/")]
    return origin + "/".join(segments) + _fill(rest, values, _component)


def _fill_segment(template: str, values: Mapping[str, str]) -> str:
    filled = _fill(template, values, _component)
    # "." and ".." need no encoding to be what they are.
    if _SLOT.search(template) and unquote(filled) in ("", ".", ".."):
        raise LookFailedError(Failure.VALUE_MISSING, "a value would change the path")
    return filled


def _component(value: str) -> str:
    return quote(value, safe="")


def _fill_header(template: str, values: Mapping[str, str]) -> str:
    filled = _fill(template, values, str)
    if filled != template and _LINE_ENDS.search(filled):
        raise LookFailedError(Failure.VALUE_MISSING, "a value would break a header")
    return filled


def _fill_json(body: str, values: Mapping[str, str]) -> str:
    filled = _fill_tree(json.loads(body), values)
    return json.dumps(filled, ensure_ascii=False, separators=(",", ":"))


def _fill_tree(node: Any, values: Mapping[str, str]) -> Any:
    match node:
        case str():
            return _fill(node, values, str)
        case list():
            return [_fill_tree(item, values) for item in node]
        case dict():
            return {name: _fill_tree(item, values) for name, item in node.items()}
        case _:
            return node


def _fill_form(body: str, values: Mapping[str, str]) -> str:
    pairs = parse_qsl(body, keep_blank_values=True)
    return urlencode([(name, _fill(text, values, str)) for name, text in pairs])


def _fill_xml(body: str, values: Mapping[str, str]) -> str:
    return _fill(body, values, lambda value: escape(value, {'"': "&quot;", "'": "&apos;"}))


_BODIES = {"json": _fill_json, "form": _fill_form, "xml": _fill_xml}
