"""YAML 1.2 as plain values that remember where they stood.

Built from the reader's events, so that nothing of the file decides what is constructed: tags are
refused, aliases are counted (a small file may otherwise stand for billions of values), and a plain
scalar becomes a number only when the number says exactly what was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from monitor.settings.problems import Ledger, Path, SettingsError, kind_of
from monitor.settings.scalars import UNSAFE, UNSAFE_WORDS, first_unsafe, is_text, plain_scalar
from monitor.settings.syntax import words_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ruamel.yaml.events import Event

_DEPTH_LIMIT = 40
_VALUES_LIMIT = 100_000


class Tree:
    """The values of a file and the place of each."""

    def __init__(self, ledger: Ledger) -> None:
        self.value: dict[str, Any] = {}
        self.ledger = ledger
        self.places: dict[Path, tuple[int, int]] = {}
        self.key_places: dict[Path, tuple[int, int]] = {}

    def problem(self, path: Path, what: str, expected: str, do: str, *, key: bool = False) -> None:
        """Note a problem about `path`, at its value (or its key), or at the nearest thing known."""
        place = self.key_places.get(path) if key else None
        near = path
        while place is None and near:
            place = self.places.get(near)
            near = near[:-1]
        self.ledger.add(place or self.places.get((), (1, 1)), path, what, expected, do)


class _Grown(NamedTuple):
    value: Any
    size: int  # how many values it stands for, aliases counted in full


def parse(text: str, file: str, *, first: str = "govah: 1") -> Tree:
    """Read a file's mapping.

    Args:
        text: YAML 1.2.
        file: How problems call the file.
        first: The line such a file begins with.

    Returns:
        A tree whose ledger already holds what did not stop the reading (duplicate keys, tags,
        numbers that would not be what was written).

    Raises:
        SettingsError: it is not YAML, not one mapping, or nested or aliased beyond reason.
    """
    tree = Tree(Ledger(file))
    try:
        _Builder(tree, YAML(typ="safe", pure=True).parse(text), first).build()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _fatal(tree, place, (), *words_for(error)) from None
    except (YAMLError, ValueError, OverflowError, LookupError):
        # The reader's own refusal (control characters) or its stumbling over a wild escape.
        raise _fatal(tree, first_unsafe(text), (), *UNSAFE_WORDS) from None
    return tree


class _Builder:
    def __init__(self, tree: Tree, events: Iterator[Event], first: str) -> None:
        self._tree = tree
        self._first = first
        self._events = events
        self._anchors: dict[str, _Grown] = {}
        self._size = 0

    def build(self) -> None:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                break
        else:
            self._empty()
        root = self._value(next(self._events), ())
        if root.value is None:
            self._empty()
        if not isinstance(root.value, dict):
            place = self._tree.places[()]
            do = f"begin with `{self._first}`"
            raise _fatal(self._tree, place, (), kind_of(root.value), "a mapping of keys", do)
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                what = "a second document begins here"
                do = "remove everything from this line on"
                raise _fatal(self._tree, _place(event), (), what, "one document per file", do)
        self._tree.value = root.value

    def _empty(self) -> None:
        do = f"begin with `{self._first}`"
        raise _fatal(self._tree, (1, 1), (), "the file is empty", "a mapping of keys", do)

    def _value(self, event: Event, path: Path) -> _Grown:
        place = _place(event)
        self._tree.places[path] = place
        if isinstance(event, AliasEvent):
            return self._alias(event, path)
        if getattr(event, "tag", None) is not None:
            what = "a type tag (`!…`) is written here"
            self._tree.problem(path, what, "a plain value", "remove the tag")
        if len(path) > _DEPTH_LIMIT:
            expected = f"at most {_DEPTH_LIMIT} levels"
            what = "values are nested too deeply here"
            raise _fatal(self._tree, place, (), what, expected, "make it flatter")
        self._count(1, place)
        if isinstance(event, MappingStartEvent):
            grown = self._mapping(path)
        elif isinstance(event, SequenceStartEvent):
            grown = self._sequence(path)
        else:
            grown = _Grown(self._scalar(cast("ScalarEvent", event), path), 1)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self._anchors[anchor] = grown
        return grown

    def _alias(self, event: AliasEvent, path: Path) -> _Grown:
        grown = self._anchors.get(event.anchor)
        if grown is None:
            what = "an alias to nothing that was finished above"
            expected = "the name of an anchor (`&name`) further up"
            self._tree.problem(path, what, expected, "write the value here")
            return _Grown(None, 1)
        self._count(grown.size, _place(event))
        return grown

    def _count(self, size: int, place: tuple[int, int]) -> None:
        self._size += size
        if self._size > _VALUES_LIMIT:
            what = "the file stands for too many values"
            expected = f"at most {_VALUES_LIMIT}, aliases counted in full"
            raise _fatal(self._tree, place, (), what, expected, "write fewer aliases")

    def _sequence(self, path: Path) -> _Grown:
        items: list[Any] = []
        size = 1
        while not isinstance(event := next(self._events), SequenceEndEvent):
            item = self._value(event, (*path, len(items)))
            items.append(item.value)
            size += item.size
        return _Grown(items, size)

    def _mapping(self, path: Path) -> _Grown:
        values: dict[str, Any] = {}
        size = 1
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._key(event, path)
            if key is None or self._twice(key, event, (*path, key), values):
                self._skip(next(self._events))
                continue
            self._tree.key_places[*path, key] = _place(event)
            item = self._value(next(self._events), (*path, key))
            values[key] = item.value
            size += item.size
        return _Grown(values, size)

    def _key(self, event: Event, path: Path) -> str | None:
        if isinstance(event, ScalarEvent) and event.tag is None:
            text: str = event.value
            if event.style is not None or is_text(text):
                return text
        self._skip(event)
        do = "put it in quotes" if isinstance(event, ScalarEvent) else "write a plain word"
        what = "a key here is not text"
        self._tree.ledger.add(_place(event), path, what, "keys that are text", do)
        return None

    def _twice(self, key: str, event: Event, path: Path, values: dict[str, Any]) -> bool:
        if key not in values:
            return False
        line, _ = self._tree.key_places[path]
        what = f"this key stands here already, on line {line}"
        self._tree.ledger.add(_place(event), path, what, "each key once", "remove one of the two")
        return True

    def _skip(self, event: Event) -> None:
        depth = 0
        while True:
            if isinstance(event, MappingStartEvent | SequenceStartEvent):
                depth += 1
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                depth -= 1
            if depth == 0:
                return
            event = next(self._events)

    def _scalar(self, event: ScalarEvent, path: Path) -> str | int | float | bool | None:
        text: str = event.value
        if UNSAFE.search(text):
            what = "a control character stands in this text"
            self._tree.problem(path, what, "printable text", "remove it")
            return ""
        if event.style is not None:
            return text
        try:
            return plain_scalar(text)
        except ValueError:
            what = "read as a number, this would not stay what is written"
            expected = "a plain decimal number, or text in quotes"
            self._tree.problem(path, what, expected, "put it in quotes")
            return text


def _place(event: Event) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _fatal(
    tree: Tree, place: tuple[int, int], path: Path, what: str, expected: str, do: str
) -> SettingsError:
    tree.ledger.add(place, path, what, expected, do)
    return SettingsError(tree.ledger.problems())
