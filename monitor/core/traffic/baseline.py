"""What is usual of an operation at an hour of the week, learnt from its past.

Empirical Bayes: an hour of the week leans on the hour of the day, and that on the whole, as far as
they differ no more than chance lets them (beta-binomial for shares, by the method of moments).
Incidents of the past teach little: an hour's share counts up to what chance would bear.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitor.core.traffic.kinds import ANSWER, CALLS, FAILING, REFUSED, SLOW
from monitor.core.traffic.season import HOURS
from monitor.core.traffic.surge import Share, share
from monitor.core.traffic.volume import rates_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from monitor.core.traffic.history import History

    Floats = NDArray[np.float64]

LEAST_HOURS = 12  # before what is usual of answers and of slowness is known
LEAST_CALLS = 500
FIRST = {FAILING: 0.05, REFUSED: 0.05}  # the most that is nothing, while nothing is known
FLOOR = {FAILING: 0.01, REFUSED: 0.01, SLOW: 0.03}  # it is never less than this
FLOOR_OF_ANSWERS = 0.02
CEILING = {FAILING: 0.3, REFUSED: 0.3}  # more than this is never usual
GAP = {FAILING: 0.1, REFUSED: 0.1, SLOW: 0.2}
GAP_OF_ANSWERS = 0.1
ROOM = 1.25  # times the usual is nothing
SPREADS = 2.0  # so many standard deviations between hours are nothing
_ROUNDS = 4
_FROM_CHANCE = 4.0  # standard deviations that an hour may teach
_HOURS_TOGETHER = 50.0  # of a beta of one hour's share, when nothing else is known
_LEANS_LEAST, _LEANS_MOST = 20.0, 5000.0  # calls


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual of one operation at one hour."""

    hour: int  # its first minute
    shares: Mapping[str, Share]  # by series; one that is not here is not judged
    unseen: Share | None  # of a code that never came; None: too little is known
    rates: tuple[float, ...] | None  # calls per minute by slot; None: too little is known


def usual_at(history: History, hour: int, slot: int) -> Usual:
    """What is usual.

    Args:
        history: The operation's past.
        hour: The first minute of the hour in question.
        slot: Where it stands in the week.
    """
    calls = history.column(CALLS).astype(np.float64)
    shares: dict[str, Share] = {}
    if len(calls) < LEAST_HOURS or calls.sum() < LEAST_CALLS:
        shares = {name: share(most / 5, most, GAP[name]) for name, most in FIRST.items()}
        return Usual(hour, shares, None, rates_of(history))
    for name in dict.fromkeys((FAILING, REFUSED, SLOW, *history.series[1:])):
        bad = history.column(name).astype(np.float64)
        here, spread = _share_of(calls, bad, history.slots, slot)
        most = max(here + SPREADS * spread, here * ROOM, FLOOR.get(name, FLOOR_OF_ANSWERS))
        most = min(most, CEILING.get(name, 1.0))
        shares[name] = share(here, most, GAP.get(name, GAP_OF_ANSWERS))
    unseen = shares.get(ANSWER) or share(0.0, FLOOR_OF_ANSWERS, GAP_OF_ANSWERS)
    return Usual(hour, shares, unseen, rates_of(history))


def _share_of(
    calls: Floats, bad: Floats, slots: NDArray[np.int64], slot: int
) -> tuple[float, float]:
    """The share at a slot, and by how much hours of one slot differ beyond chance."""
    whole, bad = _without_incidents(calls, bad)
    if whole == 0:
        return 0.0, 0.0
    clock = slots % HOURS
    leans = _leaning(calls, bad, clock, whole)
    of_day = (_sum_at(bad, clock) + leans * whole) / (_sum_at(calls, clock) + leans)
    here = slots == slot
    near = of_day[slot % HOURS]
    found = float((bad[here].sum() + leans * near) / (calls[here].sum() + leans))
    left = (bad - calls * of_day[clock]) ** 2
    beyond = left.sum() - (calls * whole * (1 - whole)).sum()
    spread = np.sqrt(max(beyond, 0.0) / max((calls * (calls - 1)).sum(), 1.0))
    return found, float(spread)


def _without_incidents(calls: Floats, bad: Floats) -> tuple[float, Floats]:
    """The whole's share, and each hour's count up to what chance bears (a winsorized mean)."""
    some = calls >= max(1.0, float(np.median(calls)) / 4)
    whole = float(np.median(bad[some] / calls[some]))
    cut = bad
    for _ in range(_ROUNDS):
        chance = calls * whole * (1 - whole) * (1 + calls / _HOURS_TOGETHER)
        cut = np.minimum(bad, calls * whole + _FROM_CHANCE * np.sqrt(chance) + 2.0)
        whole = float(cut.sum() / calls.sum())
    return whole, cut


def _leaning(calls: Floats, bad: Floats, clock: NDArray[np.int64], whole: float) -> float:
    """How many calls' worth an hour leans on its neighbours: the less hours differ, the more."""
    all_calls, all_bad = _sum_at(calls, clock), _sum_at(bad, clock)
    some = all_calls > 0
    apart = (all_bad[some] - all_calls[some] * whole) ** 2 / all_calls[some] ** 2
    by_chance = whole * (1 - whole) / all_calls[some]
    weight = all_calls[some] / all_calls[some].sum()
    variance = float((weight * (apart - by_chance)).sum())
    if variance <= 0:
        return _LEANS_MOST
    return min(max(whole * (1 - whole) / variance - 1, _LEANS_LEAST), _LEANS_MOST)


def _sum_at(values: Floats, clock: NDArray[np.int64]) -> Floats:
    return np.bincount(clock, values, HOURS).astype(np.float64)
