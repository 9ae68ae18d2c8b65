"""Requests that can be sent: one body and a method for it, an address of the right kind."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from monitor.settings.kinds import is_address
from monitor.settings.places import BODIES
from monitor.settings.plain import must_have_provider, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.model import Provider
    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree


# What would make another request of it than the one that was reviewed: another method, another
# path, another host, or a second request behind it.
_DISGUISES = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-original-url",
        "x-rewrite-url",
    }
)
_METHOD_FIELD = "_method"  # what frameworks take for the method, in a query or a form


def judge_request(
    tree: Tree, path: Path, item: dict[str, Any], providers: Mapping[str, Provider] | None
) -> None:
    """Note what is wrong between the parts of an HTTP request."""
    _judge_body(tree, path, item)
    url = text(item, "url")
    if "ca_file" in item and url is not None and url.startswith("http://"):
        what = "certificate authorities are of no use without TLS"
        tree.problem((*path, "ca_file"), what, "an https URL", "remove it", key=True)
    follows, hosts = item.get("redirects", 0), item.get("redirect_hosts", [])
    if isinstance(follows, int) and bool(follows) != bool(hosts):
        name = "redirects" if "redirects" in item else "redirect_hosts"
        expected = "both `redirects` and `redirect_hosts`, or neither"
        tree.problem((*path, name), "one without the other", expected, "add the other", key=True)
    _judge_address(tree, path, item)
    _judge_disguise(tree, path, item)
    expect = item.get("expect")
    if isinstance(expect, dict):
        if text(item, "method") == "HEAD":
            for name in ("json", "xml", "contains", "codes"):
                if name in expect:
                    what, do = "an answer to HEAD has no body", "use GET, or remove it"
                    tree.problem((*path, "expect", name), what, "status or headers", do, key=True)
        codes = expect.get("codes")
        if isinstance(codes, dict):
            place = (*path, "expect", "codes", "provider")
            must_have_provider(tree, place, text(codes, "provider"), providers)


def _judge_body(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    bodies = [name for name in BODIES if name in item]
    for name in bodies[1:]:
        what = f"`{name}` stands beside `{bodies[0]}`"
        expected = f"one of {', '.join(BODIES)}"
        tree.problem((*path, name), what, expected, "keep one", key=True)
    if bodies and ("method" not in item or text(item, "method") in {"GET", "HEAD"}):
        what = f"`{bodies[0]}` needs a method that has a body"
        tree.problem((*path, bodies[0]), what, "method: POST", "add `method: POST`", key=True)


def _judge_disguise(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    headers, form = item.get("headers"), item.get("form")
    do = "remove it, and ask for what is meant"
    for name in headers if isinstance(headers, dict) else ():
        if name.lower().replace("_", "-") in _DISGUISES:
            what = "this header would make another request of it"
            expected = "headers that leave the method, the host and the path as they are"
            tree.problem((*path, "headers", name), what, expected, do, key=True)
    query = parse_qsl(urlsplit(text(item, "url") or "").query) if _is_url(item) else []
    pairs = form.items() if isinstance(form, dict) else form if isinstance(form, list) else ()
    sent = {"url": query, "form": [pair for pair in pairs if len(pair) == 2]}  # noqa: PLR2004
    for key, fields in sent.items():
        if any(name == _METHOD_FIELD for name, _ in fields):
            what = f"`{_METHOD_FIELD}` would make another request of it"
            tree.problem((*path, key), what, "fields that leave the method as it is", do)


def _judge_address(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    address, family = text(item, "address"), item.get("family")
    if address is None or not is_address(address):
        return
    if _is_url(item) and is_address(urlsplit(text(item, "url") or "").hostname or ""):
        what = "the URL says already which address to go to"
        tree.problem((*path, "address"), what, "a URL with a name", "remove `address`", key=True)
    if family is not None and ipaddress.ip_address(address).version != family:
        what = "this address is of the other family"
        tree.problem((*path, "address"), what, "an address of `family`", "remove `family`")


def _is_url(item: dict[str, Any]) -> bool:
    try:
        urlsplit(text(item, "url") or "")
    except ValueError:
        return False
    return True
