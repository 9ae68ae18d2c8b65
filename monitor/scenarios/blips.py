"""Short disturbances that happen every day and that nobody has to be told of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.core.inference.evidence import Outcome as O  # noqa: N817 - a table reads better so
from monitor.model import Role
from monitor.scenarios.breaks import Break, redrawn, stands

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np

    from monitor.core.inference.layout import Layout

DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class _Sort:
    part: str
    label: str
    per_day: float  # of each such part
    lasts_s: tuple[float, float]
    shares: Mapping[O, float]


_LINE = {O.CONNECT_TIMEOUT: 0.6, O.DNS_SERVFAIL: 0.25, O.READ_TIMEOUT: 0.15}
_RESTART = {O.HTTP_5XX: 0.6, O.CONNECTION_REFUSED: 0.2, O.READ_TIMEOUT: 0.2}
_REFERENCE = {O.CONNECT_TIMEOUT: 0.5, O.HTTP_5XX: 0.5}


def _sorts(layout: Layout) -> Iterator[_Sort]:
    for name in layout.places:
        yield _Sort(f"line:{name}", "monitor", 3.0, (10.0, 50.0), _LINE)
    for upstream in layout.upstreams:
        yield _Sort(f"web:{upstream}", f"upstream:{upstream}", 4.0, (5.0, 35.0), _RESTART)
        for place in layout.places.values():
            if place.country == layout.country:
                part = f"way:{place.id}>{upstream}"
                yield _Sort(part, f"path:{upstream}", 0.5, (10.0, 40.0), _LINE)
    yield _Sort(f"web:{layout.platform}", "platform", 3.0, (5.0, 30.0), _RESTART)
    for thing in layout.things.values():
        if thing.role is Role.REFERENCE:
            yield _Sort(f"web:{thing.id}", "reference", 1.0, (20.0, 400.0), _REFERENCE)


def blips(
    layout: Layout, duration_s: float, chance: np.random.Generator
) -> tuple[tuple[Break, ...], tuple[tuple[float, float, str], ...]]:
    """Draw the small disturbances of a stretch of time.

    Returns:
        What is broken, and the same as a truth tells it: from, to (s), label.
    """
    breaks, told = [], []
    for sort in _sorts(layout):
        for _ in range(int(chance.poisson(sort.per_day * duration_s / DAY_S))):
            from_s = chance.uniform(0.0, duration_s)
            to_s = from_s + chance.uniform(*sort.lasts_s)
            row = redrawn(sort.shares, 15.0, chance)
            breaks.append(Break(sort.part, row, stands(from_s, to_s, chance.uniform(0.7, 1.0))))
            told.append((from_s, to_s, sort.label))
    return tuple(breaks), tuple(sorted(told))
