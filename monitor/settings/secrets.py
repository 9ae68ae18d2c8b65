"""Secrets by reference: `${env:NAME}` and `${file:PATH}` become values, literals are refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from monitor.settings.places import in_request, in_step, is_pair, may_refer, must_be_secret
from monitor.settings.problems import SettingsError
from monitor.settings.text import read_text

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Collection, Iterable, Mapping

    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree

SECRET_NAMES = frozenset(
    {"password", "secret", "token", "refresh_token", "client_secret", "api_key", "auth_token"}
)
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})

_REFERENCE = re.compile(r"\$\{(env|file):([^{}]+)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_FILE_LIMIT_BYTES = 64 * 1024
STAND_IN = "-"
_EXPECTED = "a reference `${env:NAME}` or `${file:PATH}`"


@dataclass
class _Resolver:
    tree: Tree
    folder: pathlib.Path
    environ: Mapping[str, str] | None
    found: dict[Path, set[str]] = field(default_factory=dict)

    def walk(self, value: Any, path: Path, *, secret: bool = False) -> Any:
        if isinstance(value, dict):
            return {key: self._entry(item, path, key) for key, item in value.items()}
        if isinstance(value, list):
            if is_pair(path, value):
                name, item = value
                told = self.walk(item, (*path, 1), secret=name.lower() in SECRET_NAMES)
                return [name, told]
            return [
                self.walk(item, (*path, index), secret=secret) for index, item in enumerate(value)
            ]
        if isinstance(value, str):
            return self._text(value, path, secret=secret)
        if secret and isinstance(value, int | float) and not isinstance(value, bool):
            self._literal(path)
        return value

    def _entry(self, item: Any, path: Path, key: str) -> Any:
        if "${" in key:
            what = "a reference stands in a key"
            self.tree.problem((*path, key), what, "references in values", "move it", key=True)
        here = (*path, key)
        if "{{" in key and in_request(here) is not None:
            what = "a template stands in a key"
            self.tree.problem(here, what, "templates in values", "move it", key=True)
        return self.walk(item, here, secret=must_be_secret(here, SECRET_NAMES, SECRET_HEADERS))

    def _text(self, text: str, path: Path, *, secret: bool) -> str:
        if "${" not in text:
            if secret and not (in_step(path) and "{{" in text):
                self._literal(path)
            return text
        if not may_refer(path):
            what = "a secret may not stand here"
            expected = "references only in what is sent, or where a secret is asked for"
            self.tree.problem(path, what, expected, "write the value itself, or move it")
            return text
        if "${" in _REFERENCE.sub("", text):
            self.tree.problem(path, "this reference is not complete", _EXPECTED, "correct it")
            return text
        return _REFERENCE.sub(lambda match: self._resolve(match[1], match[2], path), text)

    def _literal(self, path: Path) -> None:
        what = "a secret stands here in the open"
        self.tree.problem(path, what, _EXPECTED, "move it out of this file and change it")

    def _resolve(self, source: str, name: str, path: Path) -> str:
        if self.environ is None:
            return STAND_IN
        value = self._env(self.environ, name, path) if source == "env" else self._file(name, path)
        if value == "":
            self.tree.problem(path, "the secret is empty", "a value", "give it one")
        if value and not value.isprintable():
            what = "the secret holds a line break or something unprintable"
            self.tree.problem(path, what, "one printable line", "correct it where it is kept")
            return STAND_IN
        if value and "{{" in value and in_step(path):
            what, expected = "the secret holds `{{`, which begins a template", "a secret without"
            self.tree.problem(path, what, expected, "put it under `values` of the transaction")
        if value:
            self.found.setdefault(path, set()).add(value)
        if value and (in_request(path) or ())[:1] == ("xml",):
            value = in_xml(value)
            self.found[path].add(value)
        return value or STAND_IN  # so that the other errors of this value are told too

    def _env(self, environ: Mapping[str, str], name: str, path: Path) -> str | None:
        if not _NAME.fullmatch(name):
            what = "this is not a name of an environment variable"
            self.tree.problem(path, what, "letters, digits and `_`", "correct the name")
            return None
        value = environ.get(name)
        if value is None:
            what = f"the environment variable {name} is not set"
            self.tree.problem(path, what, "its value at the start", "set it, or name another")
        return value

    def _file(self, name: str, path: Path) -> str | None:
        try:
            text = read_text(self.folder / name, limit_bytes=_FILE_LIMIT_BYTES)
        except SettingsError as error:
            [problem] = error.problems
            what = f"the secret's file cannot be used: {problem.what}"
            self.tree.problem(path, what, problem.expected, problem.do)
            return None
        return text.removesuffix("\n").removesuffix("\r")


def in_xml(text: str) -> str:
    """A text as it stands between tags or in quotes."""
    return escape(text, {'"': "&quot;", "'": "&apos;"})


def resolve(
    tree: Tree, *, folder: pathlib.Path, environ: Mapping[str, str] | None
) -> tuple[dict[str, Any], Mapping[Path, Collection[str]]]:
    """Put the secrets in.

    Args:
        tree: What was read; problems are noted in its ledger, without any value.
        folder: What `${file:PATH}` is relative to.
        environ: Where `${env:NAME}` looks; None: no reference is followed.

    Returns:
        The values with every reference replaced, and the secrets by where they stand, in every
        form they stand there.
    """
    resolver = _Resolver(tree, folder, environ)
    values = resolver.walk(tree.value, ())
    return values, resolver.found


def longest_first(secrets: Iterable[str]) -> tuple[str, ...]:
    """Each secret once, so that a redaction never leaves the rest of a longer one standing."""
    return tuple(sorted(set(secrets), key=lambda secret: (-len(secret), secret)))
