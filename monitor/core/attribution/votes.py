"""What each vantage says of an accusation, and since when two of them say the same.

Inference weighs all looks together. Whoever is accused may also ask that no half of the witnesses
says otherwise: a fault at his end shows from everywhere, and one that shows from some places only
may be theirs. A vantage speaks for an accusation in the measure in which its looks go wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.core.attribution.cells import Cell
    from monitor.core.attribution.scene import Scene
    from monitor.model import Check

WINDOW_S = 120.0
DENIES_BELOW = 0.25  # of the share of bad looks that the worst-hit vantage has
TWO_AGAINST_NONE, THREE = 2, 3  # beside one who denies it, two are not enough


@dataclass(frozen=True, slots=True)
class Vote:
    """Vantages for and against, and when the second of those who are for it began to be."""

    seeing: tuple[str, ...]
    denying: tuple[str, ...]
    since_mono_s: float  # infinite where nobody sees it
    worst: float = 0.0  # which share of its looks goes wrong where it is worst

    def carries(self, more: int = 0) -> bool:
        """Most see it; `more`: witnesses of another kind."""
        return len(self.seeing) + more > len(self.denying)

    def names(self, more: int = 0) -> bool:
        """Most see it, and so many that those who deny it may be wrong."""
        seeing = len(self.seeing) + more
        return self.carries(more) and (not self.denying or seeing >= THREE)


def vote(scene: Scene, checks: Sequence[Check], *, from_s: float, slow_counts: bool) -> Vote:
    """Count the in-country vantages that are witnesses.

    Args:
        scene: What is known.
        checks: Those the accusation is about.
        from_s: When it says that it began.
        slow_counts: Whether a slow answer is a bad one.

    Returns:
        The vote over the last two minutes, or three rounds of looks where those are longer.
    """
    bad = ("failed", "slow") if slow_counts else ("failed",)
    begins: dict[str, float] = {}
    hit = []
    for check in checks:
        first = {
            v: begin
            for v in scene.watching
            for cell in scene.fresh.of((v,), (check,))
            if (begin := _first(cell, from_s, bad)) is not None
        }
        if first:
            hit.append(check)
        for v, begin in first.items():
            begins[v] = min(begin, begins.get(v, begin))
    if not begins:
        return Vote((), (), float("inf"))
    paces_s = [scene.plan.fresh_for_s[check.id] for check in checks]
    near_s, window_s = max(paces_s), max(WINDOW_S, *paces_s)
    in_order = sorted(begins.values())
    second_s = in_order[min(1, len(in_order) - 1)]
    shares = {
        v: share
        for v in scene.watching
        if (share := _share(scene.fresh.of((v,), hit), scene, second_s, window_s, bad)) is not None
    }
    worst = max(shares.values(), default=0.0)
    denying = tuple(v for v, share in shares.items() if share < DENIES_BELOW * worst)
    seeing = tuple(v for v in scene.watching if v in begins and v not in denying)
    agreed = (a for a, b in pairwise(in_order) if b - a <= near_s)
    return Vote(seeing, denying, next(agreed, in_order[-1]), worst)


def goes_through(scene: Scene, relays: Sequence[Check], said: Vote, *, slow_counts: bool) -> bool:
    """Whether the same goes well through the platform, since `said` has been going wrong.

    Doctors come that way; whoever is not reached by us alone may have shut us alone out.
    """
    bad = ("failed", "slow") if slow_counts else ("failed",)
    window_s = max(WINDOW_S, *(scene.plan.fresh_for_s[check.id] for check in relays), 0.0)
    cells = scene.fresh.of(scene.watching, relays)
    share = _share(cells, scene, said.since_mono_s, window_s, bad)
    return share is not None and share < DENIES_BELOW * said.worst


def _first(cell: Cell, from_s: float, bad: Sequence[str]) -> float | None:
    """When the first bad look began that the cell remembers, not before `from_s`."""
    first = next((s for s, what in cell.recent if what in bad and s >= from_s), None)
    if first is None:
        return None
    whole_run = all(what in bad for _, what in cell.recent)  # it may reach further back
    return max(from_s, cell.since_mono_s) if whole_run and cell.since_mono_s < first else first


def _share(
    cells: Iterable[Cell], scene: Scene, since_s: float, window_s: float, bad: Sequence[str]
) -> float | None:
    """Which share of its looks goes wrong; None where it has not looked since then."""
    begin_s = max(since_s, scene.now.mono_s - window_s)
    seen = [what for cell in cells for s, what in cell.recent if s >= begin_s]
    return sum(what in bad for what in seen) / len(seen) if seen else None
