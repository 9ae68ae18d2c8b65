"""Transactions and what they owe the rest: targets, credentials, providers, names of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.settings.plain import Known, items, must_have_provider, text
from monitor.settings.problems import shown
from monitor.settings.review import judge_writes
from monitor.settings.templates import judge_names, judge_places, uses_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.model import Provider
    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree

_TAKES = ("json", "xml", "header", "text")
_LONGEST_ID = 63


def judge_steps(tree: Tree) -> None:
    """Note what concerns all transactions together: templates elsewhere, ids made of two names."""
    judge_places(tree)
    ids = {text(item, "id") for _, item in items(tree.value, ("checks",))}
    for path, item in items(tree.value, ("checks",)):
        own = text(item, "id")
        told = {text(item, "target")}
        names: set[str | None] = set()
        for place, step in items(item, ("transaction", "steps")):
            name, target = text(step, "name"), text(step, "target") or text(item, "target")
            here = (*path, *place, "name")
            if name is not None and name in names:
                what = "another step has this name"
                tree.problem(here, what, "each name once", "take another name")
            names.add(name)
            if target in told or own is None or name is None:
                continue
            told.add(target)
            if f"{own}.{name}" in ids:
                what = f"the check {shown(f'{own}.{name}')} stands among the checks already"
                tree.problem(here, what, "an id of its own", "take another name")
            if len(own) + 1 + len(name) > _LONGEST_ID:
                what = "the id made of the check and this name is too long"
                tree.problem(here, what, f"at most {_LONGEST_ID} characters", "shorten one of them")


def judge_transaction(
    tree: Tree,
    path: Path,
    item: dict[str, Any],
    known: Known,
    providers: Mapping[str, Provider] | None,
) -> None:
    """Note what is wrong with the check at `path`, which is a transaction."""
    chain, here = item["transaction"], (*path, "transaction")
    must_have_provider(tree, (*here, "provider"), text(chain, "provider"), providers)
    known.must_have((*here, "credential"), "credentials", text(chain, "credential"))
    for place, step in items(chain, ("steps",)):
        known.must_have((*here, *place, "target"), "targets", text(step, "target"))
        taken = step.get("take")
        for name, take in taken.items() if isinstance(taken, dict) else ():
            if isinstance(take, dict):
                _judge_take(tree, (*here, *place, "take", name), take)
    _judge_credential(tree, here, item)
    judge_names(tree, here, chain)
    judge_writes(tree, here, chain, providers)


def _judge_take(tree: Tree, path: Path, take: dict[str, Any]) -> None:
    ways = [way for way in _TAKES if way in take]
    if len(ways) != 1:
        what = f"{' and '.join(ways)} stand here together" if ways else "no place to take it from"
        expected = f"exactly one of {', '.join(_TAKES)}"
        tree.problem(path, what, expected, "keep one" if ways else "add one")


def _judge_credential(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    """A token goes to nobody but the service it is for."""
    chain = item["transaction"]
    services = {
        text(one, "id"): text(one, "service") for _, one in items(tree.value, ("credentials",))
    }
    targets = {text(one, "id"): text(one, "service") for _, one in items(tree.value, ("targets",))}
    service = services.get(text(chain, "credential"))
    if service not in {text(one, "id") for _, one in items(tree.value, ("services",))} - {None}:
        return
    for place, step in items(chain, ("steps",)):
        name = text(step, "target") or text(item, "target")
        if uses_token(step) and targets.get(name) not in {service, None}:
            what = "the token of another service would be sent here"
            expected = f"a target of the service {shown(service, 'that the credential is for')}"
            at = (*path, *place, "target") if "target" in step else (*path, "credential")
            tree.problem(at, what, expected, "name another credential or target")
