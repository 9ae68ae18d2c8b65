"""Vantages with agents, credentials of services, addresses to listen on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.settings.kinds import seconds_in
from monitor.settings.plain import Known, items, text

if TYPE_CHECKING:
    from monitor.settings.problems import Path
    from monitor.settings.tree import Tree


def judge_far(tree: Tree, known: Known) -> None:
    """Note what agents, credentials and our own doors owe the rest of the file."""
    for path, item in items(tree.value, ("vantages",)):
        if item.get("agent") is True:
            _judge_agent(tree, path, item)
    agents = tree.value.get("agents")
    if isinstance(agents, dict):
        for key, other in (("certificate", "key"), ("key", "certificate")):
            if key in agents and other not in agents:
                what, expected = f"`{key}` without `{other}`", "both, or neither (then self-made)"
                tree.problem(("agents", key), what, expected, "add the other", key=True)
    for path, item in items(tree.value, ("credentials",)):
        known.must_have((*path, "service"), "services", text(item, "service"))
        _judge_times(tree, path, item)
    _judge_doors(tree)


def _judge_agent(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    if "agents" not in tree.value:
        what = "agents have nowhere to report to"
        do = "add `agents:` with `listen` and `public_url`"
        tree.problem((*path, "agent"), what, "the section `agents`", do)
    for key in ("source_address", "interface"):
        if key in item:
            what = f"`{key}` belongs to the agent's machine"
            expected = "it in the agent's own file"
            tree.problem((*path, key), what, expected, "move it there", key=True)


def _judge_times(tree: Tree, path: Path, item: dict[str, Any]) -> None:
    """Note times of a credential that leave no room for each other; defaults count."""
    life_s = seconds_in(item.get("lifetime", {}), "default", "1h")
    ahead_s = seconds_in(item, "refresh_before", "20s")
    if life_s is not None and ahead_s is not None and ahead_s >= life_s:
        what = "a token would be renewed before it is there"
        expected = "less than `lifetime.default`"
        tree.problem((*path, "refresh_before"), what, expected, "lower it")
    backoff = item.get("backoff", {})
    first_s, longest_s = seconds_in(backoff, "first", "60s"), seconds_in(backoff, "longest", "1h")
    if first_s is not None and longest_s is not None and first_s > longest_s:
        what = "the first wait is longer than the longest"
        tree.problem((*path, "backoff"), what, "first <= longest", "change one of the two")


def _judge_doors(tree: Tree) -> None:
    first: dict[str, str] = {}
    for section in ("page", "agents", "operators"):
        part = tree.value.get(section)
        listen = text(part, "listen") if isinstance(part, dict) else None
        if listen is None:
            continue
        if listen in first:
            what = f"`{first[listen]}` listens here already"
            expected = "an address or a port of its own"
            tree.problem((section, "listen"), what, expected, "take another port")
        first.setdefault(listen, section)
