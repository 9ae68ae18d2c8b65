"""What hooks owe the rest of the file: ids of their own, parties and vantages that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.settings.plain import Known, items, text, texts
from monitor.settings.problems import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree

TELLING = (
    ("notices",),
    ("hooks", "alertmanager"),
    ("hooks", "deploys"),
    ("hooks", "reports"),
)  # a notice bears the id of its source: no two sources share one


def judge_hooks(tree: Tree, known: Known) -> None:
    """Note every id twice, and every reference that leads nowhere."""
    _unique(tree, "id", TELLING)
    _unique(tree, "vantage", (("hooks", "mains"),))
    whose = {text(item, "id"): text(item, "party") for _, item in items(tree.value, ("services",))}
    for section in TELLING[1:]:
        for path, item in items(tree.value, section):
            for index, party in texts(item, "parties"):
                known.must_have((*path, "parties", index), "parties", party)
            for inner, rule in items(tree.value, (*path, "alerts")):
                _judge_rule(tree, known, inner, rule, whose)
    for path, item in items(tree.value, ("hooks", "mains")):
        known.must_have((*path, "vantage"), "vantages", text(item, "vantage"))


def hook_names(tree: Tree) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The names of those who tell, each with its path."""
    for section in TELLING[1:]:
        for path, item in items(tree.value, section):
            if isinstance(item.get("name"), dict):
                yield (*path, "name"), item["name"]


def _unique(tree: Tree, key: str, sections: tuple[Path, ...]) -> None:
    first: dict[str, Path] = {}
    for section in sections:
        for path, item in items(tree.value, section):
            name = text(item, key)
            if name is None:
                continue
            if name in first and section != ("notices",):
                line, _ = tree.places.get((*first[name], key), (0, 0))
                what = f"{shown(name)} stands on line {line} already"
                tree.problem((*path, key), what, "each source once", "give one another id")
            first.setdefault(name, path)


def _judge_rule(
    tree: Tree, known: Known, path: Path, rule: dict[str, Any], whose: dict[str | None, str | None]
) -> None:
    party = text(rule, "party")
    known.must_have((*path, "party"), "parties", party)
    for index, service in texts(rule, "services"):
        known.must_have((*path, "services", index), "services", service)
        if None not in {party, whose.get(service)} and whose[service] != party:
            what = f"the service {shown(service)} is another party's"
            tree.problem((*path, "services", index), what, "a service of `party`", "correct one")
