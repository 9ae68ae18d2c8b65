"""The documents say what is there: each promise they make about names and commands is tried."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from monitor import model
from monitor.cli import main
from monitor.metrics import WARNINGS
from tests.support.command import example_with_its_secrets, govah
from tests.support.metrics import metrics_after_everything

if TYPE_CHECKING:
    from enum import StrEnum

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXPLAINED = [
    model.DeliveryState,
    model.EvidenceClass,
    model.FaultDomain,
    model.Health,
    model.IncidentState,
    model.Level,
    model.Mode,
    model.OutcomeClass,
    model.Phase,
    model.Role,
    model.Scope,
    model.Sight,
    model.Void,
]
CODE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")


def section(text: str, heading: str) -> str:
    found = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert found, f"there is no section {heading!r}"
    return found


def first_column(text: str) -> list[str]:
    return re.findall(r"^\| `([\w.]+)` \|", text, re.MULTILINE)


def commands_of(text: str) -> list[str]:
    """What stands in code blocks and in `code`, without comments, one command each."""
    lines = [line for block in CODE.findall(text) for line in block.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", CODE.sub("", text))
    return [line.partition(" #")[0].strip() for line in lines]


# --- metrics --------------------------------------------------------------------------------


def test_every_metric_is_described_with_its_type_and_labels_and_nothing_else_is() -> None:
    metrics = metrics_after_everything()
    metrics.render()
    there = {}
    for family in metrics.registry.collect():
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        name = f"{family.name}_total" if family.type == "counter" else family.name
        name, kind = (f"{name}_info", "gauge") if family.type == "info" else (name, family.type)
        there[name] = (kind, sorted(labels))

    table = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8").partition("\n## ")[0]
    rows = re.findall(r"^\| `(govah_\w+)` \| (\w+) \| ([^|]*)\|", table, re.MULTILINE)
    told = {name: (kind, re.findall(r"`(\w+)`", labels)) for name, kind, labels in rows}

    assert told == there
    assert len(rows) == len(told)


def test_every_warning_is_described_and_nothing_else_is() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")

    assert sorted(first_column(section(text, "Warnings"))) == sorted(["warning", *WARNINGS])


# --- words ----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", EXPLAINED, ids=lambda words: words.__name__)
def test_the_glossary_explains_every_member_once_and_nothing_else(words: type[StrEnum]) -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")

    told = first_column(section(text, words.__name__))

    assert told == [words.__name__, *words]


# --- commands -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(main.commands))
def test_the_help_of_a_command_shows_an_example_that_is_a_use_of_it(name: str) -> None:
    command = main.commands[name]
    context = click.Context(command, info_name=f"govah {name}")

    (example,) = re.findall(r"Example: (govah .+)", command.get_help(context))

    program, called, *arguments = shlex.split(example)
    assert (program, called) == ("govah", name)
    command.make_context(name, arguments, resilient_parsing=False)


def test_every_command_of_the_readme_exists() -> None:
    commands = [c for c in commands_of(README) if re.match(r"(\.venv/bin/)?govah ", c)]

    for text in commands:
        words = shlex.split(re.sub(r"[\[\]]", "", text))
        command = main.commands[words[1]]
        options = {o for p in command.params for o in p.opts}
        assert {w for w in words[2:] if w.startswith("-")} <= options, text
    assert {shlex.split(c)[1] for c in commands} == set(main.commands)


def test_every_target_of_make_in_the_readme_exists() -> None:
    targets = {c.split()[1] for c in commands_of(README) if re.match(r"make \w", c)}

    assert {"run", "test", "soak", "bench"} <= targets
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for target in sorted(targets):
        said = subprocess.run(
            ["make", "-n", target, f"PYTHON={sys.executable}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert said.returncode == 0, said.stderr


@pytest.mark.process
def test_the_configuration_that_the_readme_begins_with_is_good(tmp_path: Path) -> None:
    copied = re.findall(r"^cp (\S+) \S+", "\n".join(CODE.findall(README)), re.MULTILINE)
    example, environ = example_with_its_secrets(tmp_path)

    said = govah("check-config", example, **environ)

    assert "config/example.yaml" in copied
    assert all((ROOT / name).is_file() for name in copied)
    assert (said.code, said.err) == (0, "")


# --- documents ------------------------------------------------------------------------------


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert section(changelog, "Unreleased").strip()


@pytest.mark.parametrize("document", [ROOT / "README.md", *DOCS], ids=lambda path: path.name)
def test_links_and_files_that_a_document_names_are_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [one or other for one, other in LINK.findall(CODE.sub("", text))]
    named = re.findall(r"`((?:docs|tests|monitor|probes|templates|config)/[\w./-]*)`", text)
    local = [link.partition("#")[0] for link in links if "://" not in link]

    missing = [link for link in local if not (document.parent / link).exists()]
    missing += [path for path in named if not (ROOT / path).exists()]

    assert missing == []


def test_every_document_can_be_reached_from_the_readme() -> None:
    linked = {(ROOT / one).resolve() for one, _ in LINK.findall(README) if "://" not in one}

    assert [doc.name for doc in DOCS if doc not in linked] == []
