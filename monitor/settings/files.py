"""What a configuration needs beside itself: files that are there, a client installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from monitor.settings.places import requests
from monitor.settings.plain import is_file, items, text

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree


def judge_clients(tree: Tree) -> None:
    """Note where a client is chosen that is not installed."""
    for path, item in items(tree.value, ("checks",)):
        http = item.get("http")
        if isinstance(http, dict) and http.get("client") == "curl" and find_spec("pycurl") is None:
            what, do = "the client curl is not installed", "install the extra `govah[curl]`"
            tree.problem((*path, "http", "client"), what, "the package pycurl", do)


def judge_files(tree: Tree, folder: pathlib.Path) -> None:
    """Note every certificate file that is not there.

    Args:
        tree: What was read.
        folder: What the files are relative to.
    """
    authorities = "a file of certificate authorities (PEM), relative to this file"
    for path, item in with_authorities(tree.value):
        _must_be(tree, folder, (*path, "ca_file"), text(item, "ca_file"), authorities)
    for path, item in items(tree.value, ("traffic", "prometheus")):
        _must_be(tree, folder, (*path, "ca_file"), text(item, "ca_file"), authorities)
    agents = tree.value.get("agents")
    if isinstance(agents, dict):
        for key in ("certificate", "key"):
            expected = f"the {key}'s file (PEM), relative to this file"
            _must_be(tree, folder, ("agents", key), text(agents, key), expected)


def with_authorities(values: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Everything that may name a `ca_file` and is a mapping, with its path."""
    yield from requests(values)
    for path, item in items(values, ("checks",)):
        for way in ("tls", "promql"):
            if isinstance(item.get(way), dict):
                yield (*path, way), item[way]


def _must_be(tree: Tree, folder: pathlib.Path, path: Path, name: str | None, expected: str) -> None:
    if name is not None and not is_file(folder / name):
        what, do = "there is no such file", "put it there, or correct the path"
        tree.problem(path, what, expected, do)
