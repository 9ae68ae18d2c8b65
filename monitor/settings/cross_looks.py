"""Checks that can be carried out: one way to look, one body, files that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from monitor.settings.kinds import seconds
from monitor.settings.plain import Known, is_file, items, text, texts

if TYPE_CHECKING:
    import pathlib

    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree

_WAYS = ("http", "tcp", "tls", "dns")
_BODIES = ("json", "form", "body")


def judge_checks(tree: Tree, known: Known) -> None:
    """Note what is wrong between the parts of each check, and with what it refers to."""
    for path, item in items(tree.value, ("checks",)):
        known.must_have((*path, "target"), "targets", text(item, "target"))
        for index, vantage in texts(item, "vantages"):
            known.must_have((*path, "vantages", index), "vantages", vantage)
            if vantage in item["vantages"][:index]:
                what = "this vantage stands here already"
                tree.problem((*path, "vantages", index), what, "each once", "remove it")
        ways = [way for way in _WAYS if way in item]
        if len(ways) != 1:
            what = f"{' and '.join(ways)} stand here together" if ways else "no way to look"
            do = "keep one" if ways else "add one"
            tree.problem(path, what, "exactly one of http, tcp, tls, dns", do)
        slow, timeout = _seconds(item, "slow_after"), _seconds(item, "timeout")
        if slow is not None and timeout is not None and slow >= timeout:
            what = "a look this slow has timed out already"
            tree.problem((*path, "slow_after"), what, "less than `timeout`", "lower it")
        if isinstance(item.get("http"), dict):
            _judge_http(tree, (*path, "http"), item["http"])


def judge_ca_files(tree: Tree, folder: pathlib.Path) -> None:
    """Note every `ca_file` that is not there.

    Args:
        tree: What was read.
        folder: What the files are relative to.
    """
    for path, item in items(tree.value, ("checks",)):
        for way in ("http", "tls"):
            part = item.get(way)
            name = text(part, "ca_file") if isinstance(part, dict) else None
            if name is not None and not is_file(folder / name):
                what, do = "there is no such file", "put it there, or correct the path"
                expected = "a file of certificate authorities (PEM), relative to this file"
                tree.problem((*path, way, "ca_file"), what, expected, do)


def _judge_http(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    bodies = [name for name in _BODIES if name in item]
    for name in bodies[1:]:
        what = f"`{name}` stands beside `{bodies[0]}`"
        tree.problem((*path, name), what, "one of json, form, body", "keep one", key=True)
    if bodies and ("method" not in item or text(item, "method") in {"GET", "HEAD"}):
        what = f"`{bodies[0]}` needs a method that has a body"
        tree.problem((*path, bodies[0]), what, "method: POST", "add `method: POST`", key=True)
    url = text(item, "url")
    if "ca_file" in item and url is not None and url.startswith("http://"):
        what = "certificate authorities are of no use without TLS"
        tree.problem((*path, "ca_file"), what, "an https URL", "remove it", key=True)
    follows, hosts = item.get("redirects", 0), item.get("redirect_hosts", [])
    if isinstance(follows, int) and bool(follows) != bool(hosts):
        name = "redirects" if "redirects" in item else "redirect_hosts"
        expected = "both `redirects` and `redirect_hosts`, or neither"
        tree.problem((*path, name), "one without the other", expected, "add the other", key=True)
    expect = item.get("expect")
    if text(item, "method") == "HEAD" and isinstance(expect, dict):
        for name in ("json", "contains", "codes"):
            if name in expect:
                what, do = "an answer to HEAD has no body", "use GET, or remove it"
                tree.problem((*path, "expect", name), what, "status or headers", do, key=True)


def _seconds(item: dict[str, Any], key: str) -> float | None:
    try:
        return seconds(item.get(key))
    except PydanticCustomError:
        return None
