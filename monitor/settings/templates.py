"""`{{ name }}` in a configuration: where it stands, and who sets the name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from monitor.settings.places import BODIES, requests
from monitor.settings.plain import items
from monitor.settings.problems import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree

SLOT = re.compile(r"\{\{\s*([A-Za-z][A-Za-z0-9_]*)\s*\}\}")  # as probes.fill reads it
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
OWN = frozenset({"token", "look"})
_SENT = ("url", "headers", *BODIES)
_CHOOSING = ("soapaction", "content-type")  # in SOAP, they name the operation


def judge_places(tree: Tree) -> None:
    """Note templates where they would be sent as they stand: outside a transaction's steps."""
    for path, request in requests(tree.value):
        if "transaction" not in path:
            for place, words in _sent(request):
                if SLOT.search(words):
                    what = "a template stands here"
                    do = "make it a transaction, or remove it"
                    tree.problem((*path, *place), what, "templates in a transaction's steps", do)


def judge_names(tree: Tree, path: Path, chain: dict[str, Any]) -> None:
    """Note names that nobody sets, sets twice, or never uses.

    Args:
        tree: What was read.
        path: Of the transaction.
        chain: The transaction.
    """
    values = chain.get("values")
    known = set(OWN)
    for name in values if isinstance(values, dict) else ():
        _set(tree, (*path, "values", name), name, known)
    used: set[str] = set()
    takes: list[tuple[Path, str]] = []
    for place, step in items(chain, ("steps",)):
        here = (*path, *place)
        request = step.get("http")
        for spot, words in _sent(request) if isinstance(request, dict) else ():
            used |= _judge_text(tree, (*here, "http", *spot), words, known)
            _judge_spot(tree, (*here, "http"), spot, words)
        taken = step.get("take")
        for name in taken if isinstance(taken, dict) else ():
            _set(tree, (*here, "take", name), name, known)
            takes.append(((*here, "take", name), name))
    for spot, name in takes:
        if name not in used:
            what = "no later step uses this value"
            tree.problem(
                spot,
                what,
                "a template with its name in a later step",
                "use it, or remove it",
                key=True,
            )
    if "token" in used and "credential" not in chain:
        what, do = "`{{ token }}` is used and no credential named", "add `credential:`"
        tree.problem((*path, "credential"), what, "the id of a credential", do)


def uses_token(step: dict[str, Any]) -> bool:
    """Whether a step sends the credential's token."""
    request = step.get("http")
    return isinstance(request, dict) and any(
        name == "token" for _, words in _sent(request) for name in SLOT.findall(words)
    )


def _judge_text(tree: Tree, path: Path, words: str, known: set[str]) -> set[str]:
    names = set(SLOT.findall(words))
    if "{{" in SLOT.sub("", words):
        what = "this template is not complete"
        tree.problem(path, what, "`{{ name }}`", "correct it")
    for name in sorted(names - known):
        what = f"nobody sets {shown(name, 'this name')} before this step"
        expected = f"one of {', '.join(sorted(filter(_NAME.fullmatch, known)))}"
        tree.problem(path, what, expected, "take it in an earlier step, or add it to `values`")
    return names


def _judge_spot(tree: Tree, path: Path, spot: Path, words: str) -> None:
    """A value of the other side must not choose the operation, nor the shape of a body."""
    if not SLOT.search(words):
        return
    match spot:
        case ("body",):
            what = "a value could change the shape of this text"
            tree.problem((*path, *spot), what, "templates in `json`, `form` or `xml`", "take those")
        case ("headers", str(name)) if name.lower() in _CHOOSING:
            what = "a value could choose another operation here"
            tree.problem((*path, *spot), what, "a text without a template", "write it out")
        case _:
            pass


def _set(tree: Tree, path: Path, name: str, known: set[str]) -> None:
    if name in known:
        what = f"{shown(name, 'this name')} is set already"
        tree.problem(path, what, "each name once", "take another name", key=True)
    known.add(name)


def _sent(request: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every text of a request that is sent, with its place."""
    for key in _SENT:
        if key in request:
            yield from _texts(request[key], (key,))


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))
