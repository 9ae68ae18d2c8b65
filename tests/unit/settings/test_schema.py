"""The checked-in JSON schema is the models', and our own files keep to it."""

from __future__ import annotations

import re

import pytest
from ruamel.yaml import YAML

from monitor.settings import schema
from monitor.settings.models import FileModel
from monitor.settings.models_agent import AgentModel
from monitor.settings.models_provider import ProviderModel
from tests.unit.settings.examples import CONFIG, WHOLE

KINDS = {
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def violations(value, node, root, path="$"):
    """Where `value` breaks the part of JSON Schema that ours is made of."""
    if "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        yield from violations(value, root["$defs"][name], root, path)
    kinds = [node["type"]] if isinstance(node.get("type"), str) else node.get("type", [])
    named_bool = isinstance(value, bool) and "boolean" not in kinds
    if kinds and (named_bool or not isinstance(value, tuple(map(KINDS.get, kinds)))):
        yield f"{path}: not {kinds}"
        return
    yield from of_scalar(value, node, path)
    if "oneOf" in node:
        fits = [option for option in node["oneOf"] if not [*violations(value, option, root, path)]]
        if len(fits) != 1:
            yield f"{path}: fits {len(fits)} of oneOf"
    if isinstance(value, list):
        if len(value) < node.get("minItems", 0):
            yield f"{path}: too short"
        for index, item in enumerate(value):
            yield from violations(item, node.get("items", {}), root, f"{path}[{index}]")
    if isinstance(value, dict):
        yield from of_mapping(value, node, root, path)


def of_scalar(value, node, path):
    if "enum" in node and value not in node["enum"]:
        yield f"{path}: not in enum"
    if "const" in node and value != node["const"]:
        yield f"{path}: not const"
    if "pattern" in node and not re.search(node["pattern"], value):
        yield f"{path}: no match"
    if "minimum" in node and value < node["minimum"]:
        yield f"{path}: too small"


def of_mapping(value, node, root, path):
    properties = node.get("properties", {})
    for name in node.get("required", []):
        if name not in value:
            yield f"{path}.{name}: missing"
    named = [*node.get("patternProperties", {}).items()]
    for name, item in value.items():
        fitting = [inner for pattern, inner in named if re.search(pattern, name)]
        inner = properties.get(name, [*fitting, node.get("additionalProperties", {})][0])
        if inner is False:
            yield f"{path}.{name}: unknown"
        else:
            yield from violations(item, inner, root, f"{path}.{name}")


def plain(path):
    # As an editor reads it: dates are text in YAML 1.2's core schema.
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor(
        "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
    )
    return yaml.load(path.read_text(encoding="utf-8"))


def test_the_checked_in_schema_is_current():
    assert schema.CHECKED_IN.read_text(encoding="utf-8") == schema.as_text(), (
        "run: python -m monitor.settings.schema"
    )


@pytest.mark.parametrize(
    "path", [CONFIG / "demo.yaml", CONFIG / "example.yaml", WHOLE], ids=lambda path: path.stem
)
def test_our_own_files_keep_to_the_schema(path):
    root = schema.json_schema()

    assert [*violations(plain(path), root, root)] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("colour",), "red"),
        (("platform",), 5),
        (("checks", 0, "every"), 60),
        (("checks", 0, "vantages"), "some"),
        (("checks", 1, "http", "expect", "codes", "provider"), 5),
        (("checks", 0, "transaction", "steps", 0, "take", "session", "xpath"), "//a"),
        (("messages", "sender", "kind"), "pigeon"),
        (("parties", 0, "kind"), "upstraem"),
    ],
)
def test_an_editor_sees_the_same_mistakes(path, value):
    root, document = schema.json_schema(), plain(WHOLE)
    inner = document
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value

    assert [*violations(document, root, root)]


def test_every_key_is_described_in_words_that_fit_an_error_line():
    root = schema.json_schema()
    parts = [("", root), *root["$defs"].items()]
    described = [
        (f"{owner}.{name}", part.get("description", ""))
        for owner, node in parts
        for name, part in node.get("properties", {}).items()
    ]

    assert len(described) > 100
    assert [name for name, words in described if not words or ";" in words] == []


def keys_of(node, root, path=""):
    """Every key a file can have, as the documentation writes it, with its description."""
    if "$ref" in node:
        node = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
    for option in node.get("oneOf", []):
        yield from keys_of(option, root, path)
    if "items" in node:
        yield from keys_of(node["items"], root, f"{path}[]")
    for inner in node.get("patternProperties", {}).values():
        yield from keys_of(inner, root, f"{path}.*")
    for name, part in node.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        yield here, part["description"]
        yield from keys_of(part, root, here)


def rows_under(first):
    """The first two cells of each row of the table that begins with a cell."""
    text = (CONFIG.parent / "docs" / "configuration.md").read_text(encoding="utf-8")
    _, _, rest = text.partition(f"\n| {first} | what | default |\n|---|---|---|\n")
    rows, _, _ = rest.partition("\n\n")
    return {tuple(cell.strip() for cell in row.split(" | ")[:2]) for row in rows.splitlines()}


@pytest.mark.parametrize(
    ("first", "model", "least"),
    [
        ("key", FileModel, 250),
        ("key of a provider's file", ProviderModel, 12),
        ("key of an agent's file", AgentModel, 10),
    ],
)
def test_every_key_is_documented_as_it_is_described(first, model, least):
    root = schema.json_schema(model)

    keys = {(f"| `{key}`", words) for key, words in keys_of(root, root)}

    assert len(keys) >= least
    assert rows_under(first) == keys
