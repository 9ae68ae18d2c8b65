"""What the queries for real traffic owe the rest of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.settings.plain import Known, items, text
from monitor.settings.problems import shown

if TYPE_CHECKING:
    from monitor.settings.tree import Tree


def judge_traffic(tree: Tree, known: Known) -> None:
    """Note sources with one id, and queries about what is not declared or asked for twice."""
    operations = {
        text(item, "id"): {text(part, "id") for _, part in items(item, ("operations",))}
        for _, item in items(tree.value, ("services",))
    }
    names: set[str] = set()
    owners: dict[tuple[str, str], str | None] = {}
    for path, source in items(tree.value, ("traffic", "prometheus")):
        name = text(source, "id")
        if name is not None and name in names:
            what = f"the id {shown(name)} stands here already"
            tree.problem((*path, "id"), what, "each id once", "give one of them another id")
        names |= {name} if name is not None else set()
        for inner, query in items(tree.value, (*path, "queries")):
            service, operation = text(query, "service"), text(query, "operation")
            known.must_have((*inner, "service"), "services", service)
            if service is None or operation is None or service not in operations:
                continue
            if operation not in operations[service]:
                what = f"the service {shown(service)} has no operation {shown(operation)}"
                expected = "an operation of the service"
                tree.problem((*inner, "operation"), what, expected, "correct it")
            if owners.setdefault((service, operation), name) != name:
                what = "another Prometheus counts this operation already"
                expected = "each operation from one of them"
                tree.problem((*inner, "operation"), what, expected, "remove it from one of them")
