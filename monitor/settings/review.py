"""Requests that register nothing: told before the first of them.

The guard of `probes.guard` stands before every request all the same; here the operator is told
what it would refuse.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monitor.settings.plain import items, text
from monitor.settings.problems import shown
from monitor.settings.templates import SLOT
from probes.guard import forms_of
from probes.pattern import compiled, search

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.model import Provider
    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree

_STAND_IN = "govah0slot"  # survives every way to read a path


def known_to_read(url: str) -> str:
    """A regular expression of the one path of a step that its operator vouches for.

    Args:
        url: With templates; each stands for one part of the path.
    """
    forms = _forms(url)
    return f"^{re.escape(forms[-1]).replace(_STAND_IN, '[^/]+')}$" if forms else r"(?!)"


def judge_writes(
    tree: Tree, path: Path, chain: dict[str, Any], providers: Mapping[str, Provider] | None
) -> None:
    """Note every step that could register something, or that nobody says could not.

    Args:
        tree: What was read.
        path: Of the transaction.
        chain: The transaction; `reads` and `writes` of the provider it names count.
        providers: By id; None: not all of them could be read.
    """
    for place, step in items(chain, ("steps",)):
        here = (*path, *place)
        _judge_word(tree, here, step)
        request = step.get("http")
        if isinstance(request, dict):
            vouched = "writes" in step
            _judge(tree, (*here, "http"), request, chain, providers, vouched=vouched)


def judge_look(
    tree: Tree, path: Path, request: dict[str, Any], providers: Mapping[str, Provider] | None
) -> None:
    """Note the same of a request that is a look by itself; its codes name the provider."""
    _judge_word(tree, path, request)
    expect = request.get("expect")
    codes = expect.get("codes") if isinstance(expect, dict) else None
    named = codes if isinstance(codes, dict) else {}
    _judge(tree, path, request, named, providers, vouched="writes" in request)


def judge_login(
    tree: Tree, path: Path, request: dict[str, Any], providers: Mapping[str, Provider] | None
) -> None:
    """Note a login that goes where some provider registers something."""
    _judge(tree, path, request, {}, providers, vouched=True)


def _judge_word(tree: Tree, path: Path, said: dict[str, Any]) -> None:
    if said.get("writes") is True:
        what, expected = "this could register something", "`writes: false`, or nothing"
        tree.problem((*path, "writes"), what, expected, "look in a way that only reads")


def _judge(
    tree: Tree,
    path: Path,
    request: dict[str, Any],
    naming: dict[str, Any],
    providers: Mapping[str, Provider] | None,
    *,
    vouched: bool,
) -> None:
    url, post = text(request, "url"), text(request, "method") == "POST"
    if url is None:
        return
    provider = (providers or {}).get(text(naming, "provider") or "")
    # A provider that nobody names here still knows where a POST must not go.
    named = [provider] if provider is not None else []
    others = list((providers or {}).values()) if post else []
    if _writes(tree, (*path, "url"), url, [*named, *others]):
        return
    if post and not vouched and (provider is not None or "provider" not in naming):
        _judge_post(tree, (*path, "url"), url, provider)


def _writes(tree: Tree, path: Path, url: str, providers: Sequence[Provider]) -> bool:
    """Note a URL that a provider knows to write, or that nobody can read; whether it is one."""
    forms = _forms(url)
    if not forms:
        what, do = "nobody can say where this path leads", "write it plainly"
        tree.problem(path, what, "a path without double encoding", do)
        return True
    for provider in providers:
        rules = [compiled(rule, any_case=True) for rule in provider.writes]
        if any(rule.search(form) for rule in rules for form in forms):
            what = "this could register something"
            expected = f"a path that is not among `writes` of {shown(provider.id)}"
            tree.problem(path, what, expected, "look in a way that only reads")
            return True
    return False


def _judge_post(tree: Tree, path: Path, url: str, provider: Provider | None) -> None:
    rules = provider.reads if provider is not None else ()
    if not any(search(rule, _forms(url)[-1]) for rule in rules):
        what = "nobody says that this POST registers nothing"
        expected = "a path among `reads` of the provider, or `writes: false`"
        tree.problem(path, what, expected, "make sure, then add `writes: false`")


def _forms(url: str) -> list[str]:
    try:
        path = urlsplit(SLOT.sub(_STAND_IN, url)).path
    except ValueError:
        return [_STAND_IN]  # no URL at all, as the structure says
    return forms_of(path or "/")
