"""What the parts of a file owe each other: ids that are unique, references that lead somewhere.

Judges the plain values, not the models, so that these errors are told together with those of the
structure. Whatever has the wrong shape is passed over here: its own error is told by `shape`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.settings.cross_far import judge_far
from monitor.settings.cross_hooks import judge_hooks
from monitor.settings.cross_looks import judge_checks
from monitor.settings.cross_notices import judge_notices
from monitor.settings.cross_shared import judge_shared
from monitor.settings.cross_traffic import judge_traffic
from monitor.settings.cross_words import judge_advice, judge_names
from monitor.settings.plain import SECTIONS, Known, items, text, texts
from monitor.settings.problems import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.model import Provider
    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree


def judge(tree: Tree, providers: Mapping[str, Provider] | None) -> None:
    """Note every broken promise between the parts in the tree's ledger.

    Args:
        tree: What was read.
        providers: By id; None: not all of them could be read.
    """
    known = Known(tree)
    for section in SECTIONS:
        unique(tree, (section,))
    for path, _ in items(tree.value, ("services",)):
        unique(tree, (*path, "operations"))
    _judge_platform(tree, known)
    _judge_services(tree, known)
    judge_targets(tree, known)
    unique(tree, ("shared",))
    judge_shared(tree, known)
    _judge_rules(tree)
    _judge_messages(tree)
    judge_far(tree, known)
    judge_hooks(tree, known)
    unique(tree, ("notices",))
    judge_notices(tree, known)
    judge_traffic(tree, known)
    judge_checks(tree, known, providers)
    judge_names(tree)
    judge_advice(tree, known)


def unique(tree: Tree, section: Path) -> None:
    """Note every id that stands twice in a section."""
    first: dict[str, Path] = {}
    for path, item in items(tree.value, section):
        name = text(item, "id")
        if name is None:
            continue
        if name in first:
            line, _ = tree.places.get((*first[name], "id"), (0, 0))
            what = f"the id {shown(name)} stands on line {line} already"
            tree.problem((*path, "id"), what, "each id once", "give one of them another id")
        first.setdefault(name, path)


def _judge_platform(tree: Tree, known: Known) -> None:
    name = text(tree.value, "platform")
    known.must_have(("platform",), "parties", name)
    kinds = {text(item, "id"): text(item, "kind") for _, item in items(tree.value, ("parties",))}
    if kinds.get(name) == "upstream":
        what = f"{shown(name)} is a party of kind upstream"
        tree.problem(("platform",), what, "a party of kind platform", "name the platform")
    for path, item in items(tree.value, ("parties",)):
        other = text(item, "id")
        if text(item, "kind") == "platform" and None not in {name, other} and name != other:
            what = "a second platform"
            expected = "one party of kind platform, the one that `platform` names"
            tree.problem((*path, "kind"), what, expected, "make it upstream")


def _judge_services(tree: Tree, known: Known) -> None:
    asked = {
        text(item, "service")
        for _, item in items(tree.value, ("targets",))
        if text(item, "role") in {"front", "transaction"}
    }
    for path, item in items(tree.value, ("services",)):
        party = text(item, "party")
        known.must_have((*path, "party"), "parties", party)
        name = text(item, "id")
        upstream = party is not None and party != text(tree.value, "platform")
        if upstream and not asked & {name, None}:
            what = f"nothing looks at the service {shown(name)} directly"
            expected = "a target with role front or transaction for every upstream service"
            tree.problem((*path, "id"), what, expected, "add such a target")


def judge_targets(tree: Tree, known: Known) -> None:
    """Note what targets and the services they belong to owe each other."""
    operations = {
        text(item, "id"): {text(part, "id") for _, part in items(item, ("operations",))}
        for _, item in items(tree.value, ("services",))
    }
    parties = {
        text(item, "id"): text(item, "party") for _, item in items(tree.value, ("services",))
    }
    for path, item in items(tree.value, ("targets",)):
        service = text(item, "service")
        if text(item, "role") == "reference":
            _judge_reference(tree, path, item)
            continue
        if "scope" in item:
            what = "only a reference has a scope"
            tree.problem((*path, "scope"), what, "role: reference", "remove it", key=True)
        if "role" in item and "service" not in item:
            what, do = "this target names no service", "add it, or make it a reference"
            tree.problem((*path, "service"), what, "the id of a service", do)
        known.must_have((*path, "service"), "services", service)
        if text(item, "role") == "relay" and parties.get(service) == text(tree.value, "platform"):
            what = "a relay cannot ask the platform for its own service"
            expected = "the service of an upstream, asked for through the platform"
            tree.problem((*path, "service"), what, expected, "name that service")
        for index, operation in texts(item, "operations"):
            if service in operations and operation not in operations[service]:
                what = f"the service {shown(service)} has no operation {shown(operation)}"
                expected = "an operation of the target's service"
                tree.problem((*path, "operations", index), what, expected, "correct it")


def _judge_reference(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    if "scope" not in item:
        what, do = "this reference has no scope", "add `scope:`"
        tree.problem((*path, "scope"), what, "domestic or international", do)
    for name in ("service", "operations"):
        if name in item:
            what = f"a reference has no {name}"
            expected = "something that shares nothing with the parties"
            tree.problem((*path, name), what, expected, "remove it", key=True)


def _judge_rules(tree: Tree) -> None:
    rules = tree.value.get("rules")
    if not isinstance(rules, dict):
        return
    probable, named = rules.get("probable_bar", 0.9), rules.get("named_bar", 0.995)
    if isinstance(probable, int | float) and isinstance(named, int | float) and probable > named:
        path = ("rules", "probable_bar" if "probable_bar" in rules else "named_bar")
        what = "`probable_bar` is above `named_bar`"
        tree.problem(path, what, "probable_bar <= named_bar", "change one of the two")


def _judge_messages(tree: Tree) -> None:
    if "recipients" in tree.value and "messages" not in tree.value:
        what = "there are recipients and no sender"
        do = "add `messages:` or remove `recipients:`"
        tree.problem(("recipients",), what, "`messages.sender`", do, key=True)
