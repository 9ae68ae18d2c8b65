"""Signals that sum up many calls or sessions: they lag, and they do not see single failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from monitor.core.inference.evidence import Outcome, SignalKind
from monitor.scenarios.breaks import INDEX
from monitor.scenarios.style import COUNTED
from monitor.scenarios.wiring import Leg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from monitor.scenarios.breaks import Break
    from monitor.scenarios.wiring import Reach, Wiring

WINDOW = 12  # slots that a sum looks back over: a minute
CALLS_BAD, CALLS_LOST, SESSIONS_LOST = 0.15, 0.5, 0.35  # shares beyond which it is said
MOSTLY = 0.5
SAYS = 0.93  # how often a sum beyond its bound says so
_LATE_LEAVES = 0.15  # share of doctors who leave a slow platform
OK, SLOW, DROP = INDEX[Outcome.OK], INDEX[Outcome.SLOW], INDEX[Outcome.DROP]
NO_RESULT = INDEX[Outcome.NO_RESULT]


def summed(
    wiring: Wiring,
    shown: NDArray[np.uint8],
    reaches: Sequence[tuple[Reach, Break]],
    times_s: NDArray[np.float64],
    chance: np.random.Generator,
) -> None:
    """Write what signals of sessions and of the platform's own calls show, into `shown`.

    Args:
        wiring: The world taken apart.
        shown: What every cell shows in every slot; sums of healthy slots stay as they are.
        reaches: What is broken where, the last leg first.
        times_s: The middle of each slot.
        chance: Where chance comes from.
    """
    for cell, kind in enumerate(wiring.kinds):
        if kind not in (SignalKind.TRAFFIC, SignalKind.REGIONAL_TRAFFIC):
            continue
        concern = [(reach.leg, one) for reach, one in reaches if cell in reach.cells]
        if not concern:
            continue
        wanted = _calls if kind == SignalKind.TRAFFIC else _sessions
        said = wanted(concern, times_s)
        speaks = (said != OK) & ((chance.random(len(said)) < SAYS) | (said == NO_RESULT))
        shown[cell] = np.where(speaks, said, shown[cell])


def _calls(concern: list[tuple[int, Break]], times_s: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Calls that never came to be, and calls that went wrong behind the platform."""
    came = np.ones_like(times_s)
    gone = np.zeros_like(times_s)  # nobody is left who could tell
    by_class = np.zeros((len(COUNTED), len(times_s)))
    through = np.ones_like(times_s)
    for leg, one in reversed(concern):
        strength = one.strength(times_s)
        if leg == Leg.CENTRE or one.row[NO_RESULT] > MOSTLY or one.row[DROP] > MOSTLY:
            silent = one.row[NO_RESULT] > MOSTLY
            gone = np.maximum(gone, strength if silent else 0.0)
            came = came * (1.0 - (0.0 if silent else strength))
        elif leg < Leg.BEHIND:
            came = came * (1.0 - strength * (1.0 - one.row[OK] - one.row[SLOW]))
        else:
            share = through * strength
            for outcome, weight in enumerate(one.row):
                by_class[COUNTED[outcome]] += share * weight
            through = through * (1.0 - strength)
    by_class[OK] = 0.0
    recent = np.stack([_recent(row) for row in by_class])
    worst = recent.argmax(axis=0)
    said = np.where(recent.sum(axis=0) > CALLS_BAD, worst, OK)
    said = np.where(_recent(1.0 - came) > CALLS_LOST, DROP, said)
    return np.where(gone > MOSTLY, NO_RESULT, said).astype(np.uint8)


def _sessions(concern: list[tuple[int, Break]], times_s: NDArray[np.float64]) -> NDArray[np.uint8]:
    stay = np.ones_like(times_s)
    gone = np.zeros_like(times_s)
    for leg, one in concern:
        strength = one.strength(times_s)
        if leg == Leg.CENTRE or one.row[NO_RESULT] > MOSTLY:
            gone = np.maximum(gone, strength)
            continue
        leaves = 1.0 - one.row[OK] - (1.0 - _LATE_LEAVES) * one.row[SLOW]
        stay = stay * (1.0 - strength * leaves)
    said = np.where(_recent(1.0 - stay) > SESSIONS_LOST, DROP, OK)
    return np.where(gone > MOSTLY, NO_RESULT, said).astype(np.uint8)


def _recent(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean over the last minute."""
    sums = np.cumsum(np.concatenate((np.zeros(WINDOW), shares)))
    return np.asarray((sums[WINDOW:] - sums[:-WINDOW]) / WINDOW)
