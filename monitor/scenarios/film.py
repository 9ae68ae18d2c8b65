"""Plays what is broken over a world: what a look beginning in each slot would see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from monitor.core.inference.evidence import SignalKind
from monitor.scenarios.sums import summed
from monitor.scenarios.wiring import Leg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from monitor.scenarios.breaks import Break
    from monitor.scenarios.wiring import Wiring

SLOT_S = 5.0
_SUMMED = (SignalKind.REGIONAL_TRAFFIC, SignalKind.TRAFFIC)


def film(
    wiring: Wiring,
    usual: NDArray[np.float64],
    breaks: Sequence[Break],
    style: NDArray[np.float64],
    slots: int,
    chance: np.random.Generator,
) -> NDArray[np.uint8]:
    """What every cell shows in every slot.

    Of two breaks in one look's way the earlier hides the later; a look that a break lets through
    goes on as if that were not there.

    Args:
        wiring: The world taken apart.
        usual: The healthy shares of every cell.
        breaks: What is broken.
        style: How the platform tells on.
        slots: How many.
        chance: Where chance comes from; the same state gives the same film.

    Returns:
        Numbers of `OUTCOMES`, one row per cell.
    """
    shown = _healthy(usual, slots, chance)
    times_s = np.arange(slots, dtype=np.float64) * SLOT_S + SLOT_S / 2
    reaches = sorted(
        ((reach, one) for one in breaks for reach in wiring.parts.get(one.part, ())),
        key=lambda pair: -pair[0].leg,
    )
    looks = np.array([kind not in _SUMMED for kind in wiring.kinds])
    for reach, one in reaches:
        cells = reach.cells[looks[reach.cells]]
        if not len(cells):
            continue
        behind = reach.leg >= Leg.BEHIND
        row = one.row @ style if behind else one.row
        cells = _touched(cells, one, chance)
        strength = np.broadcast_to(one.strength(times_s), (len(cells), slots))
        if one.ages_s:
            lags = [one.ages_s["" if behind else wiring.owners[cell]] for cell in cells]
            strength = np.stack([one.strength(times_s - lag_s) for lag_s in lags])
        hit = _uniform(len(cells), slots, one.together, chance) < strength
        drawn = _pick(row, _uniform(len(cells), slots, one.together, chance))
        shown[cells] = np.where(hit, drawn, shown[cells])
    summed(wiring, shown, reaches, times_s, chance)
    return shown


def _healthy(
    usual: NDArray[np.float64], slots: int, chance: np.random.Generator
) -> NDArray[np.uint8]:
    drawn = chance.random((len(usual), slots), dtype=np.float32)
    shown = np.zeros(drawn.shape, dtype=np.uint8)
    sums = np.cumsum(usual, axis=1)
    cells, at = np.nonzero(drawn >= sums[:, :1])
    found = (drawn[cells, at][:, None] >= sums[cells]).sum(axis=1)
    shown[cells, at] = np.minimum(found, usual.shape[1] - 1)
    return shown


def _touched(cells: NDArray[np.intp], one: Break, chance: np.random.Generator) -> NDArray[np.intp]:
    kept = cells[chance.random(len(cells)) >= one.spared]
    return kept if len(kept) * 2 > len(cells) else cells


def _uniform(
    cells: int, slots: int, together: float, chance: np.random.Generator
) -> NDArray[np.float64]:
    """Uniform numbers; with probability `together` a cell takes the one of all in that slot."""
    own = chance.random((cells, slots))
    common = np.repeat(chance.random((slots + 1) // 2), 2)[:slots]  # lasts ten seconds
    return np.where(chance.random((cells, slots)) < together, common, own)


def _pick(row: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.uint8]:
    found = np.searchsorted(np.cumsum(row), uniform, side="right")
    return np.minimum(found, len(row) - 1).astype(np.uint8)
