"""Structural errors: what the models refuse, in words for an operator, at its place in the file."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from monitor.settings.problems import kind_of, shown
from monitor.settings.schema import json_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree

Model = TypeVar("Model", bound=BaseModel)

_TAGS = frozenset({"<all>", "<list>", "<mapping>", "<twilio>", "<phone>", "<provider>", "<inline>"})


def shaped(values: Mapping[str, Any], tree: Tree, model: type[Model]) -> Model | None:
    """The values as models, or None with the problems noted in the tree's ledger."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        guide = _Guide(json_schema(model))
        found = [(_path(details), details) for details in error.errors(include_url=False)]
        unknown = [path for path, details in found if details["type"] == "extra_forbidden"]
        meant = {_note_unknown(path, tree, guide) for path in unknown}
        for path, details in found:
            # A misspelt key is one error, not two: what it should have been is not missing as well.
            if path not in meant and path not in unknown:
                _note(details, path, tree, guide)
        return None


def _path(details: ErrorDetails) -> Path:
    return tuple(part for part in details["loc"] if part not in _TAGS and part != "[key]")


def _note(details: ErrorDetails, path: Path, tree: Tree, guide: _Guide) -> None:
    is_key = details["loc"][-1] == "[key]"
    expected = guide.expected(path[:-1] if is_key else path, tree.value)
    if details["type"] == "missing":
        what, do = f"`{path[-1]}` is missing", "add it"
    else:
        what, do = _words(details)
    tree.problem(path, what, expected, do, key=is_key)


def _note_unknown(path: Path, tree: Tree, guide: _Guide) -> Path | None:
    """Note an unknown key; returns where the one that was probably meant would stand."""
    names = guide.names(path[:-1], tree.value)
    close = difflib.get_close_matches(str(path[-1]), names, 1, cutoff=0.7)
    expected = f"`{close[0]}`" if close else f"one of {', '.join(names)}"
    do = "correct the word" if close else "remove it"
    tree.problem(path, "this key is unknown", expected, do, key=True)
    return (*path[:-1], close[0]) if close else None


def _words(details: ErrorDetails) -> tuple[str, str]:
    kind, value = details["type"], details["input"]
    if kind == "govah":
        return details["ctx"]["what"], details["ctx"]["do"]
    if kind in {"literal_error", "enum"} and isinstance(value, str):
        return f"{shown(value)} is not known here", "take one of those"
    if kind == "string_type" and not _is_scalar(value):
        return kind_of(value), "write text"
    if kind in _DO_INSTEAD:
        return kind_of(value), _DO_INSTEAD[kind]
    return _WORDS.get(kind, ("this has the wrong form", "correct it"))


_MAPPING = "write `key: value` lines"
_DO_INSTEAD = {
    "string_type": "put it in quotes",
    "int_type": "write a whole number without quotes",
    "int_from_float": "write a whole number",
    "float_type": "write a number without quotes",
    "bool_type": "write true or false without quotes",
    "list_type": "write a list in [ ]",
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "literal_error": "take one of those",
    "enum": "take one of those",
}
_WORDS = {
    "greater_than_equal": ("this is too small", "make it larger"),
    "less_than_equal": ("this is too large", "make it smaller"),
    "multiple_of": ("this is not a whole number of days", "round it to days"),
    "too_short": ("there is too little here", "add what is missing"),
    "string_too_short": ("there is too little here", "add what is missing"),
    "too_long": ("there is too much here", "make it shorter"),
    "string_too_long": ("there is too much here", "make it shorter"),
    "union_tag_not_found": (
        "there is no known `kind` here",
        "write `kind: twilio` or `kind: phone`",
    ),
}


def _is_scalar(value: object) -> bool:
    return isinstance(value, bool | int | float)


def _owed(option: dict[str, Any], values: Any) -> bool:
    """Whether a mapping has what makes it this one of several that have no `kind`."""
    one = option.get("required") == ["provider"]
    return not one or (isinstance(values, dict) and "provider" in values)


class _Guide:
    """Finds in the schema what is expected at a path."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema

    def expected(self, path: Path, values: Any) -> str:
        """The description of the field at `path`, or of the nearest thing around it."""
        told = "a Govah configuration"
        node: Any = self._schema
        for part in path:
            node, values = self._step(node, part, values)
            told = node.get("description", told)
        return told

    def names(self, path: Path, values: Any) -> list[str]:
        """The keys known at `path`."""
        node: Any = self._schema
        for part in path:
            node, values = self._step(node, part, values)
        return list(self._plain(node, values).get("properties", ()))

    def _step(self, node: Any, part: str | int, values: Any) -> tuple[Any, Any]:
        node = self._plain(node, values)
        try:
            values = values[part]
        except (LookupError, TypeError):
            values = None
        if isinstance(part, int):
            return node.get("items", {}), values
        inner = node.get("properties", {}).get(part) or node.get("additionalProperties")
        patterns = [*node.get("patternProperties", {}).values()]
        return inner or (patterns[0] if patterns else {}), values

    def _plain(self, node: Any, values: Any) -> Any:
        """The node without references, and of alternatives the one that `values` chose."""
        if "oneOf" in node:
            options = [self._plain(option, values) for option in node["oneOf"]]
            kind = values.get("kind") if isinstance(values, dict) else None
            wanted = "array" if isinstance(values, list) else "object"
            for option in options:
                named = option.get("properties", {}).get("kind", {}).get("const")
                if option.get("type") == wanted and named in (None, kind) and _owed(option, values):
                    return option
            return options[-1]
        if "$ref" in node:
            return self._schema["$defs"][node["$ref"].rpartition("/")[2]]
        return node
