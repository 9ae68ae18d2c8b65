"""What several parties stand on: targets that are there, of parties that are several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.settings.plain import Known, items, text, texts
from monitor.settings.problems import shown

if TYPE_CHECKING:
    from monitor.settings.tree import Tree


def judge_shared(tree: Tree, known: Known) -> None:
    """Note what shared things and the targets on them owe each other."""
    targets = {text(item, "id"): item for _, item in items(tree.value, ("targets",))}
    parties = {
        text(item, "id"): text(item, "party") for _, item in items(tree.value, ("services",))
    }
    for path, item in items(tree.value, ("shared",)):
        on_it: list[str | None] = []
        for index, name in texts(item, "serves"):
            here = (*path, "serves", index)
            known.must_have(here, "targets", name)
            target = targets.get(name, {})
            if name in item["serves"][:index]:
                tree.problem(here, "this target stands here already", "each once", "remove it")
            elif text(target, "role") == "reference":
                what = f"{shown(name)} is a reference, and shares nothing with the parties"
                tree.problem(here, what, "targets of parties", "remove it")
            elif text(target, "role") == "relay":
                on_it.append(text(tree.value, "platform"))
            else:
                on_it.append(parties.get(text(target, "service")))
        if len(set(on_it)) == 1 and None not in on_it:  # None: of a party that nobody knows
            what = f"all of these are of the party {shown(on_it[0])}"
            expected = "targets of two parties or more"
            tree.problem((*path, "serves"), what, expected, "add those of another, or remove this")
