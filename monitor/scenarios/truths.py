"""What may be concluded about a fault in a world, at best: the truth is honest about sight.

A fault is *due* where the world lets somebody who knows all mechanisms tell it from all others;
where it does not, the labels that fit what can be seen are tolerated, or form one group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.core.inference.evidence import SignalKind
from monitor.model import Role, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.core.inference.layout import Layout

POWERED = (SignalKind.REGIONAL_TRAFFIC, SignalKind.MAINS)
ENOUGH = 2  # witnesses
CLEAR, TOLD_ON = 0.6, 0.5  # shares of answers that show what it is
HERE = ("monitor", "power", "network.domestic")


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is right to say of one fault."""

    group: tuple[str, ...] = ()  # any of these names it; empty: nothing is due
    tolerate: tuple[str, ...] = ()
    coarse: tuple[str, ...] = ()  # labels of its side: enough for a coarse score
    guilty: tuple[str, ...] = ()  # upstreams whose name is no false accusation


def due(labels: Iterable[str], *, tolerate: Iterable[str] = (), guilty: str | None = None,
        coarse: Iterable[str] = ()) -> Conclusion:  # fmt: skip
    """A fault that has to be named, by any of these labels."""
    group = tuple(labels)
    side = tuple(dict.fromkeys((*group, *coarse)))
    return Conclusion(group, tuple(tolerate), side, () if guilty is None else (guilty,))


def open_to(labels: Iterable[str], *, guilty: str | None = None) -> Conclusion:
    """A fault that cannot be told here: each of these labels would be an honest guess."""
    return Conclusion((), tuple(labels), tuple(labels), () if guilty is None else (guilty,))


def upstream(layout: Layout, name: str, *, also: Iterable[str] = ()) -> Conclusion:
    """An upstream's own fault: two witnesses inside the country are needed.

    With one, its line, the way and the other end are one thing. `also` is tolerated beside it.
    """
    side = (f"upstream:{name}", f"contract:{name}", f"maintenance:{name}")
    if len(witnesses(layout, name)) < ENOUGH:
        return open_to((f"upstream:{name}", f"path:{name}", *also), guilty=name)
    return due((f"upstream:{name}",), tolerate=also, guilty=name, coarse=(*side, "shared"))


def contract(layout: Layout, name: str, clear: float) -> Conclusion:
    """An answer of another shape; `clear` is the share of answers that show it."""
    label = f"contract:{name}"
    if len(witnesses(layout, name)) < ENOUGH:
        return open_to((label, f"upstream:{name}", f"path:{name}"), guilty=name)
    group = (label,) if clear >= CLEAR else (label, f"upstream:{name}")
    return due(group, guilty=name, coarse=(f"upstream:{name}", f"maintenance:{name}"))


def maintenance(layout: Layout, name: str, *, told: bool) -> Conclusion:
    """Announced work; without the announcement it is an outage with a friendly page."""
    label = f"maintenance:{name}"
    if len(witnesses(layout, name)) < ENOUGH:
        return open_to((label, f"upstream:{name}", f"path:{name}"), guilty=name)
    group = (label,) if told else (f"upstream:{name}", label, f"contract:{name}")
    return due(group, guilty=name, coarse=(f"upstream:{name}",))


def credentials(layout: Layout, name: str, *, direct: bool, relayed: float) -> Conclusion:
    """Our standing; `relayed` is the share of relayed answers that still show a 401 or 429."""
    label = f"credentials:{name}"
    if len(witnesses(layout, name)) < ENOUGH:
        return open_to((label, f"path:{name}", "platform"))
    if direct:
        return due((label,), coarse=("platform",))
    group = (label, "platform") if relayed >= TOLD_ON else (label, "platform", f"path:{name}")
    return due(group)


def path(layout: Layout, name: str, struck: Iterable[str]) -> Conclusion:
    """The way of some vantages to an upstream; somebody else must still get there."""
    seeing = set(witnesses(layout, name))
    others = seeing - set(struck)
    label = f"path:{name}"
    if not others:
        return open_to((label, f"upstream:{name}"), guilty=name)
    if len(others) < ENOUGH or len(seeing) <= ENOUGH:
        return open_to((label, "monitor"))  # one against one
    return due((label,))


def egress(layout: Layout, name: str) -> Conclusion:
    """The platform's way to an upstream: only a vantage beside it tells that from its relay."""
    if len(witnesses(layout, name)) < ENOUGH:
        return open_to(("platform", f"path:{name}", f"upstream:{name}"))
    sited = any(layout.places[v].at_platform for v in witnesses(layout, name))
    labels = (f"path:{name}",) if sited else (f"path:{name}", "platform")
    return due(labels, coarse=("platform",))


def relay(layout: Layout, name: str) -> Conclusion:
    """The platform's own part in reaching an upstream."""
    if len(witnesses(layout, name)) < ENOUGH:
        return open_to(("platform", f"path:{name}", f"credentials:{name}"))
    sited = any(layout.places[v].at_platform for v in witnesses(layout, name))
    return due(("platform",) if sited else ("platform", f"path:{name}"))


def platform(layout: Layout, *, answers: bool) -> Conclusion:
    """The platform; where it does not even answer, one vantage cannot tell it from the way."""
    if len(layout.places) < ENOUGH and not answers:
        return open_to(("platform", *HERE))
    return due(("platform",))


def shared(layout: Layout, thing: str) -> Conclusion:
    """What several upstreams stand on."""
    served = {layout.things[t].party or "" for t in layout.shared[thing]}
    each = tuple(f"upstream:{u}" for u in layout.upstreams if u in served)
    found = due(("shared",), coarse=each)
    return Conclusion(found.group, (), found.coarse, tuple(sorted(served)))


def vantage(layout: Layout, names: Iterable[str], *, silent: bool = False) -> Conclusion:
    """Something at our own vantages. Silence may be the power, where nothing tells of that."""
    struck = set(names)
    labels = ["monitor"]
    if silent and not powered(layout, struck):
        labels.append("power")
    if len(layout.places) <= len(struck):
        labels = list(HERE)
    elif any(alone_on_network(layout, name) for name in struck):
        return due(labels, tolerate=("network.domestic",), coarse=HERE)
    return due(labels, coarse=HERE)


def power(layout: Layout, names: Iterable[str]) -> Conclusion:
    """A region without mains."""
    struck = set(names)
    if len(layout.places) <= len(struck):
        return due(HERE)
    return due(("power",) if powered(layout, struck) else ("power", "monitor"), coarse=HERE)


def domestic(layout: Layout) -> Conclusion:
    """The country's network; who sees it from one or two places may take it for his own line."""
    inside = [p for p in layout.places.values() if p.country == layout.country]
    labels = ("network.domestic",) if len(inside) > ENOUGH else HERE
    return due(labels, coarse=HERE)


def international(layout: Layout) -> Conclusion:
    """The way out of the country; a few references that all died look the same to one vantage."""
    if len(layout.places) < ENOUGH:
        return open_to(("network.international", "monitor"))
    return due(("network.international",))


def witnesses(layout: Layout, name: str) -> tuple[str, ...]:
    """Vantages inside the country that look at an upstream themselves."""
    found = [
        v for v, t in layout.looks
        if layout.things[t].party == name and layout.places[v].country == layout.country
    ]  # fmt: skip
    return tuple(dict.fromkeys(found))


def powered(layout: Layout, names: Iterable[str]) -> bool:
    """Whether a signal tells of the power at these vantages."""
    return any((name, kind) in layout.signals for name in names for kind in POWERED)


def alone_on_network(layout: Layout, name: str) -> bool:
    """Whether no other vantage stands on the same network."""
    network = layout.places[name].network
    return sum(p.network == network for p in layout.places.values()) == 1


def references(layout: Layout, scope: Scope) -> tuple[str, ...]:
    """References of a scope."""
    return tuple(
        t.id for t in layout.things.values() if t.role is Role.REFERENCE and t.scope is scope
    )
