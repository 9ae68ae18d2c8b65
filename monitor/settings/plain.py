"""Careful steps through plain values of which nobody has said yet that their shape is right."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from monitor.settings.problems import shown

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator, Mapping

    from monitor.model import Provider
    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree

LANGUAGES = ("fa", "en")  # those with a catalogue in templates/; the default
OPTIONAL = ("credentials", "heartbeats")
SECTIONS = ("parties", "services", "vantages", "targets", "checks", "advice", *OPTIONAL)
_ONE = {
    "credentials": "credential",
    "heartbeats": "heartbeat",
    "parties": "party",
    "services": "service",
    "vantages": "vantage",
    "targets": "target",
    "checks": "check",
    "advice": "advice",
}


def items(value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The mappings of the list at `path` below `value`, each with its own path."""
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield (*path, index), item


def text(item: dict[str, Any], key: str) -> str | None:
    """The text at `key`, if it is text."""
    value = item.get(key)
    return value if isinstance(value, str) else None


def texts(item: dict[str, Any], key: str) -> Iterator[tuple[int, str]]:
    """The texts of the list at `key`, each with its index."""
    value = item.get(key)
    if isinstance(value, list):
        for index, part in enumerate(value):
            if isinstance(part, str):
                yield index, part


def languages_of(tree: Tree) -> list[str]:
    """The installation's languages, as far as they are readable."""
    named = [language for _, language in texts(tree.value, "languages") if language in LANGUAGES]
    return named or list(LANGUAGES)


def is_file(path: pathlib.Path) -> bool:
    """Whether it is a regular file we may look at."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def must_have_provider(
    tree: Tree, path: Path, name: str | None, providers: Mapping[str, Provider] | None
) -> None:
    """Note a problem if there is no provider `name`; None for `providers` vouches for all."""
    if name is not None and providers is not None and name not in providers:
        what = f"there is no provider {shown(name, 'of this id')}"
        expected = f"one of {', '.join(providers)}" if providers else "a provider under `providers`"
        tree.problem(path, what, expected, "correct the id, or add it there")


class Known:
    """The ids of each section; a section with an unreadable id vouches for everything."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._ids: dict[str, list[str]] = {}
        for section in SECTIONS:
            listed = tree.value.get(section, [] if section in OPTIONAL else None)
            names = [text(item, "id") for _, item in items(tree.value, (section,))]
            if isinstance(listed, list) and len(names) == len(listed) and None not in names:
                self._ids[section] = [name for name in names if name is not None]

    def must_have(self, path: Path, section: str, name: str | None) -> None:
        """Note a problem if there is no `name` in `section`."""
        ids = self._ids.get(section)
        if name is None or ids is None or name in ids:
            return
        close = difflib.get_close_matches(name, ids, 1)
        told = shown(close[0]) if close else f"an id under `{section}`"
        what = f"there is no {_ONE[section]} {shown(name, 'of this id')}"
        self._tree.problem(path, what, told, "correct the id, or add it there")
