"""Whatever is done to a configuration, it is told as a configuration error, without a secret."""

from __future__ import annotations

import copy
import json
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.settings import SettingsError, load
from monitor.settings.tree import parse
from tests.unit.settings.examples import CONFIG, ENVIRON, PROVIDERS, SECRET, WHOLE

LINES = (CONFIG / "demo.yaml").read_text(encoding="utf-8").splitlines()
ALL_LINES = WHOLE.read_text(encoding="utf-8").splitlines()
INSURER = (PROVIDERS / "insurer.yaml").read_bytes()
PEOPLE = (CONFIG / "demo-recipients.csv").read_bytes()
WILD = [
    "\t", "&a [*a]", "*a", "!!binary x", "|", ">", "? ", "- ", "{", "}", "[", "]", "'", '"', "\\",
    '"\\UFFFFFFFF"', '"\\ud800"', "\x00", "\ufeff", "\u2028", ": ", " #", "~", "null", "yes", "-0",
    "1e999", ".nan", "0x7f", "09121234567", "${env:SMS_TOKEN}", "${env:EMPTY}", "${file:/}",
    "${file:demo.yaml}", "${", "<<: ", "%YAML 1.1", "---", "...", "[key]", "<list>", "بله",
    "{{ token }}", "{{", "{{ nobody }}", "${env:TEMPLATE_LIKE}", "//a[", "%2573amad", "[::1",
]  # fmt: skip

places = st.integers(min_value=0, max_value=len(LINES) - 1)
pieces = st.one_of(st.sampled_from(WILD), st.text(max_size=8))
edits = st.one_of(
    st.tuples(st.just("drop"), places, st.just("")),
    st.tuples(st.just("double"), places, st.just("")),
    st.tuples(st.just("value"), places, pieces),
    st.tuples(st.just("inside"), places, pieces),
    st.tuples(st.just("indent"), places, st.just("")),
    st.tuples(st.just("literal"), places, st.just(SECRET)),
)


def mutate(lines, edit):
    kind, place, piece = edit
    place %= max(len(lines), 1)
    line = lines[place] if lines else ""
    head, colon, _ = line.partition(": ")
    changed = {
        "drop": [],
        "double": [line, line],
        "value": [f"{head}{colon}{piece}"],
        "inside": [line[: len(line) // 2] + piece + line[len(line) // 2 :]],
        "indent": [f"  {line}"],
        "literal": [re.sub(r"\$\{env:\w+\}", lambda _: piece, line)],
    }[kind]
    return [*lines[:place], *changed, *lines[place + 1 :]]


def outcome(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "demo.yaml")
        path.write_bytes(data)
        Path(folder, "demo-recipients.csv").write_bytes(PEOPLE)
        Path(folder, "providers").mkdir()
        Path(folder, "providers", "insurer.yaml").write_bytes(INSURER)
        try:
            load(path, environ=ENVIRON, check_files=False)
        except SettingsError as error:
            return str(error)
    return ""


@pytest.mark.parametrize("lines", [LINES, ALL_LINES], ids=["demo", "whole"])
@given(st.lists(edits, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_mutation_raises_anything_else_or_shows_a_secret(lines, changes):
    # Literals first: a reference that an edit put where no secret belongs is nobody's secret.
    for change in sorted(changes, key=lambda change: change[0] != "literal"):
        lines = mutate(lines, change)

    told = outcome("\n".join(lines).encode("utf-8", errors="surrogatepass"))

    assert SECRET not in told
    assert "+98912" not in told


def places_in(value, path=()):
    """The path of every value."""
    if path:
        yield path
    inner = []
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, item in inner:
        yield from places_in(item, (*path, key))


DEMO = parse("\n".join(LINES), "demo.yaml").value
ALL = parse("\n".join(ALL_LINES), "whole.yaml").value
SHAPES = [None, True, 5, 0.5, "x", "twilio", "HEAD", [], [None], [[]], ["x"], {}, {"kind": []}]
SPOTS = [(tree, path) for tree in (DEMO, ALL) for path in places_in(tree)]


@given(st.sampled_from(SPOTS), st.sampled_from(SHAPES))
@settings(max_examples=100, deadline=None)
def test_no_value_of_another_shape_raises_anything_else(spot, shape):
    tree, path = spot
    document = copy.deepcopy(tree)
    inner = document
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = shape

    # JSON is YAML 1.2.
    told = outcome(json.dumps(document, ensure_ascii=False).encode())

    assert SECRET not in told


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_no_bytes_raise_anything_else(data):
    assert outcome(data), "no 200 bytes are a configuration"


@given(st.text(alphabet="[]{}:,&*a-!|>'\"\\#%?\n \t0", max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_punctuation_raises_anything_else(text):
    assert outcome(text.encode())
