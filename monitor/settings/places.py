"""Where requests and secrets stand in a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.settings.plain import items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree

BODIES = ("json", "form", "xml", "body")


def requests(values: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every HTTP request that is a mapping, with its path: checks', steps', logins'."""
    for path, check in items(values, ("checks",)):
        if isinstance(check.get("http"), dict):
            yield (*path, "http"), check["http"]
        for inner, step in items(values, (*path, "transaction", "steps")):
            if isinstance(step.get("http"), dict):
                yield (*inner, "http"), step["http"]
    for path, credential in items(values, ("credentials",)):
        if isinstance(credential.get("login"), dict):
            yield (*path, "login"), credential["login"]


def in_request(path: Path) -> Path | None:
    """The rest of the path inside a request; None: it leads into none."""
    match path:
        case ("checks", int(), "http", *rest):
            return tuple(rest)
        case ("checks", int(), "transaction", "steps", int(), "http", *rest):
            return tuple(rest)
        case ("credentials", int(), "login", *rest):
            return tuple(rest)
        case _:
            return None


def in_step(path: Path) -> bool:
    """Whether the path leads into a transaction's step."""
    return path[:1] == ("checks",) and path[2:4] == ("transaction", "steps")


def is_pair(path: Path, value: list[Any]) -> bool:
    """Whether it is `[name, text]` of a form."""
    match in_request(path), value:
        case ("form", int()), [str(), _]:
            return True
        case _:
            return False


def refuse_nothing(tree: Tree) -> None:
    """Note every key without a value: an accident, but for where null is a value."""
    _refuse(tree, tree.value, ())


def _refuse(tree: Tree, value: Any, path: Path) -> None:
    if _may_be_null(path):
        return
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse(tree, item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse(tree, item, (*path, index))
    elif value is None:
        tree.problem(path, "nothing is written here", "a value", "write it, or remove the key")


def _may_be_null(path: Path) -> bool:
    """Whether null is a value here: in JSON that is sent, and among what may stand there."""
    match in_request(path):
        case ("json", *_):
            return True
        case ("expect", "json", int(), "one_of", int()):
            return True
        case _:
            return False


def may_refer(path: Path) -> bool:
    """Whether a reference to a secret may stand here."""
    match in_request(path):
        case ("headers" | "form" | "json" | "body" | "xml", *_):
            return True
        case None:
            in_headers = path[:2] == ("traffic", "prometheus") and path[3:4] == ("headers",)
            return (
                _is_secret(path)
                or in_headers
                or (path[:1] == ("notices",) and path[2:3] == ("headers",))
                or path[2:4] in {("transaction", "values"), ("promql", "headers")}
            )
        case _:
            return False


def must_be_secret(path: Path, names: frozenset[str], headers: frozenset[str]) -> bool:
    """Whether only a reference (or a template) may stand here.

    Args:
        path: Where.
        names: Those of fields that are secrets, in lower case.
        headers: Those of headers that are secrets, in lower case.
    """
    match in_request(path):
        case ("headers", str(name)):
            return name.lower() in headers
        case ("form" | "json", *_, str(name)):
            return name.lower() in names
        case _:
            pass
    match path:
        case ("checks", int(), "promql", "headers", str(name)) | (
            "traffic",
            "prometheus",
            int(),
            "headers",
            str(name),
        ):
            return name.lower() in headers
        case ("notices", int(), "headers", str(name)):
            return name.lower() in headers
        case ("checks", int(), "transaction", "values", str(name)):
            return name.lower() in names
        case _:
            return _is_secret(path)


def _is_secret(path: Path) -> bool:
    match path:
        case ("messages", "sender", "auth_token"):
            return True
        case ("heartbeats", int(), "secret") | ("hooks", str(), int(), "secret"):
            return True
        case ("outcomes" | "send", "key"):
            return True
        case _:
            return False
