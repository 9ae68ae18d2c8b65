"""Puts an episode together: a world, a mechanism, small disturbances, and the truth about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from monitor.core.replay.reel import Reel, Truth
from monitor.scenarios.blips import blips
from monitor.scenarios.film import SLOT_S, film
from monitor.scenarios.mechanisms import MECHANISMS
from monitor.scenarios.scene import Scene
from monitor.scenarios.style import told
from monitor.scenarios.usual import usual_rows
from monitor.scenarios.wiring import wired
from monitor.scenarios.worlds import WORLDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from monitor.core.inference.evidence import Notice
    from monitor.scenarios.scene import Plot
    from monitor.scenarios.wiring import Wiring

HARSH, MILD = 4.0, 15.0
ONSET_S = (240.0, 330.0)
AFTER_S = 150.0
START = "2026-11-21T08:00:00Z"


@dataclass(frozen=True, slots=True)
class Episode:
    """A tape, and more about it than a tape's truth can hold."""

    reel: Reel
    world: str
    mechanism: str
    coarse: tuple[tuple[str, ...], ...]  # per fault that is due: labels of its side


def names_for(world: str, *, novel: bool = False) -> tuple[str, ...]:
    """The mechanisms that a world can have."""
    layout = WORLDS[world]
    return tuple(n for n, m in MECHANISMS.items() if m.novel is novel and m.fits(layout))


def make_episode(
    mechanism: str,
    world: str,
    chance: np.random.Generator,
    *,
    id: str,  # noqa: A002 - as a tape calls it
    concentration: float = HARSH,
) -> Episode:
    """Draw one episode.

    Args:
        mechanism: What goes wrong; one of `names_for(world)`.
        world: Where.
        chance: Where chance comes from; the same state gives the same episode.
        id: Of its tape.
        concentration: How close to its mechanism's own shares each fault stays: `MILD` or `HARSH`.

    Raises:
        ValueError: If the world cannot have it.
    """
    layout, entry = WORLDS[world], MECHANISMS[mechanism]
    if not entry.fits(layout):
        raise ValueError(f"{mechanism} cannot happen in the world {world}")
    onset_s = chance.uniform(*ONSET_S)
    style = told(concentration, chance)
    scene = Scene(layout, chance, concentration, style, onset_s,
                  onset_s + chance.uniform(*entry.lasts_s))  # fmt: skip
    plot = entry.plot(scene)
    duration_s = (scene.end_s + AFTER_S) // SLOT_S * SLOT_S
    small, small_told = blips(layout, duration_s, chance)
    wiring = wiring_of(world)
    shown = film(wiring, usual_rows(wiring, chance), (*plot.breaks, *small), style,
                 int(duration_s // SLOT_S), chance)  # fmt: skip
    truth = _truth(scene, plot, mechanism, small_told)
    notices = tuple(replace(n, id=f"n{i}") for i, n in enumerate(plot.notices, start=1))
    reel = reel_of(wiring, shown, id, notices, truth)
    coarse = tuple(c.coarse for c in plot.conclusions if c.group)
    return Episode(reel, world, mechanism, coarse)


@cache
def wiring_of(world: str) -> Wiring:
    """A world of ours taken apart."""
    return wired(WORLDS[world])


def reel_of(
    wiring: Wiring,
    shown: NDArray[np.uint8],
    id: str,  # noqa: A002 - as a tape calls it
    notices: tuple[Notice, ...],
    truth: Truth,
) -> Reel:
    """What was shown, as a tape in memory."""
    layout = wiring.layout
    after = len(layout.looks)
    return Reel(
        id=id,
        start=START,
        duration_s=shown.shape[1] * SLOT_S,
        layout=layout,
        looks={pair: shown[i].tobytes() for i, pair in enumerate(layout.looks)},
        signals={s: shown[i].tobytes() for i, s in enumerate(layout.signals, start=after)},
        notices=notices,
        truth=truth,
        slot_s=SLOT_S,
    )


def _truth(scene: Scene, plot: Plot, name: str, small: Iterable[tuple[float, float, str]]) -> Truth:
    guilty = {u for c in plot.conclusions for u in c.guilty}
    wrong = bool(plot.conclusions)
    late_s = [min(one.ages_s.values(), default=0.0) for one in plot.breaks]
    return Truth(
        name=name,
        onset_s=scene.onset_s + min(late_s, default=0.0) if wrong else None,
        end_s=scene.end_s if wrong else None,
        accept=tuple(c.group for c in plot.conclusions if c.group),
        tolerate=tuple(dict.fromkeys(label for c in plot.conclusions for label in c.tolerate)),
        never_name=tuple(u for u in scene.layout.upstreams if u not in guilty),
        blips=tuple(small),
    )
