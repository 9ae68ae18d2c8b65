"""One language's words: a flat table of sentences with named places, read once from YAML."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from monitor import resources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_FORMATTER = string.Formatter()


class WordingError(Exception):
    """Words are missing or do not fit; one sentence that says which."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The sentences of one language: dotted key -> text with `{places}`."""

    language: str
    texts: Mapping[str, str]

    def __contains__(self, key: str) -> bool:
        return key in self.texts

    def places(self, key: str) -> frozenset[str]:
        """Return the names of the places in a sentence.

        Raises:
            WordingError: there is no such key.
        """
        return frozenset(name for _, name, _, _ in _FORMATTER.parse(self._raw(key)) if name)

    def text(self, key: str, /, **values: str) -> str:
        """Fill in a sentence.

        Args:
            key: Dotted key, such as `page.since`.
            values: What stands in its places, already in this language; more than it has places
                is no error, fewer is.

        Raises:
            WordingError: there is no such key, or a place would stay empty.
        """
        try:
            return self._raw(key).format_map(values)
        except KeyError as error:
            raise WordingError(f"{self.language}: {key} needs {error.args[0]!r}") from error

    def _raw(self, key: str) -> str:
        try:
            return self.texts[key]
        except KeyError as error:
            raise WordingError(f"{self.language}: there are no words for {key!r}") from error


def read(language: str, folder: Path | None = None) -> Catalogue:
    """Read the words of one language.

    Args:
        language: Its two-letter code.
        folder: Where `<language>.yaml` lies; default: the words that ship with the program.

    Raises:
        WordingError: the file is missing, unreadable, or holds something that is not words.
    """
    path = (folder or resources.templates() / "words") / f"{language}.yaml"
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise WordingError(f"there are no words for language {language!r}") from error
    except YAMLError as error:
        raise WordingError(f"the words of {language!r} are not valid YAML: {error}") from error
    return Catalogue(language, dict(_flat(tree, "")))


def _flat(node: Any, path: str) -> Iterator[tuple[str, str]]:
    match node:
        case str():
            yield path, node
        case dict():
            for name, below in node.items():
                yield from _flat(below, f"{path}.{name}" if path else str(name))
        case list():
            for index, below in enumerate(node):
                yield from _flat(below, f"{path}.{index}")
        case _:
            raise WordingError(f"{path}: {node!r} is not words; put it in quotes")
