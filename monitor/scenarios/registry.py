"""Every mechanism by its name, with the worlds it can happen in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.core.inference.layout import Layout
    from monitor.scenarios.scene import Plot, Scene


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One way for things to go wrong."""

    name: str
    plot: Callable[[Scene], Plot]
    fits: Callable[[Layout], bool]
    lasts_s: tuple[float, float] = (300.0, 600.0)
    novel: bool = False  # no sensible model contains it


MECHANISMS: dict[str, Mechanism] = {}


def anywhere(_: Layout) -> bool:
    """Every world will do."""
    return True


def mechanism(
    name: str,
    fits: Callable[[Layout], bool] = anywhere,
    lasts_s: tuple[float, float] = (300.0, 600.0),
    *,
    novel: bool = False,
) -> Callable[[Callable[[Scene], Plot]], Callable[[Scene], Plot]]:
    """Enter a mechanism.

    Args:
        name: Of the class of faults; what comes on gently is called `brownout…`, `slow_degrade…`
            or `…_loss30`, as on tapes.
        fits: Whether a world can have it.
        lasts_s: How long it stands, least and most.
        novel: Whether no sensible model contains it.
    """

    def entered(plot: Callable[[Scene], Plot]) -> Callable[[Scene], Plot]:
        if name in MECHANISMS:
            raise ValueError(f"two mechanisms are called {name}")
        MECHANISMS[name] = Mechanism(name, plot, fits, lasts_s, novel)
        return plot

    return entered


def has_relays(layout: Layout) -> bool:
    """Somebody looks through the platform."""
    return any(thing.upstream is not None for thing in layout.things.values())


def has_operations(layout: Layout) -> bool:
    """Upstreams have several operations with a target each."""
    return any(len(t.operations) == 1 and t.party in layout.upstreams
               for t in layout.things.values())  # fmt: skip


def is_wide(layout: Layout) -> bool:
    """Three vantages or more look at upstreams."""
    return sum(p.country == layout.country for p in layout.places.values()) > 2  # noqa: PLR2004


def has_two(layout: Layout) -> bool:
    """Two upstreams or more."""
    return len(layout.upstreams) > 1


def has_shared(layout: Layout) -> bool:
    """Several upstreams stand on one thing."""
    return bool(layout.shared)
