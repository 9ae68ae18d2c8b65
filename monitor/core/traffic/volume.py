"""Are there far fewer calls than usual, and not because of the night, a holiday or a slow day?

A fall is told only against three things at once: the season (its lowest within half an hour), the
level of this very day, and the calls that really came just before. A holiday nobody announced is
low from the morning on, and so is no fall. Counts are gamma-Poisson (negative binomial); the test
is Chernoff's bound on its lower tail.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np

from monitor.core.traffic.kinds import CALLS
from monitor.core.traffic.season import DAYS, HOLIDAY, HOURS, SLOTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.core.traffic.history import History
    from monitor.core.traffic.season import Season

WINDOWS = (1, 3, 10)  # minutes
BEFORE = 30  # minutes that tell this day's level
_SETTLED = 2  # the newest minutes are still filling: somebody may bring more of them
_SILENT = 3  # minutes without any word: then we don't hear, and nobody fell
_SHAPE = 12.0  # of the gamma: a window's level varies by 29 % beyond Poisson
_ALARM = 16.0  # nats
_NIGH = 30  # minutes by which a day may be early or late
_LEAST_DAYS = 7
_LEAST_BEFORE = 30  # calls
_LOW, _BACK = 0.2, 0.4  # of what is expected
_LONGEST = 12 * 60  # minutes
_PRIOR_LEAST, _PRIOR_MOST = 0.25, 8.0  # weeks
_MAD = 2.2  # a variance is so many squares of its median absolute deviation
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall that lasts."""

    since: int  # the first low minute
    level: float  # of this day before it, against what is usual


def rates_of(history: History) -> tuple[float, ...] | None:
    """Calls per minute by slot; None where a week is not known yet.

    Medians over the weeks, so that an incident counts once, each leaning on its hour of the day by
    how little days differ (moments of logarithms). A holiday leans on the quietest day.
    """
    if len(history.hours) == 0 or history.hours[-1] - history.hours[0] < _LEAST_DAYS * HOURS * 60:
        return None
    logs = np.log1p(history.column(CALLS).astype(np.float64))
    order = np.lexsort((logs, history.slots))
    slots, logs = history.slots[order], logs[order]
    found, first, count = np.unique(slots, return_index=True, return_counts=True)
    low, high = logs[first + (count - 1) // 2], logs[first + count // 2]
    # An hour that never had a call is expected to have none; of holidays nothing is expected.
    median, weeks = np.zeros(SLOTS), np.ones(SLOTS)
    weeks[HOLIDAY * HOURS :] = 0
    median[found], weeks[found] = (low + high) / 2, count
    table, many = median.reshape(DAYS, HOURS), weeks.reshape(DAYS, HOURS)
    usual = np.median(table[:HOLIDAY], axis=0)
    within = float(np.median(np.abs(logs - median[slots]))) ** 2 * _MAD
    apart = float(np.median((table[:HOLIDAY] - usual) ** 2))
    leans = min(max(within / max(apart, _TINY), _PRIOR_LEAST), _PRIOR_MOST)
    known = (many * table + leans * usual) / (many + leans)
    quietest = known[:HOLIDAY].min(axis=0)
    known[HOLIDAY] = (many * table + leans * quietest)[HOLIDAY] / (many[HOLIDAY] + leans)
    return tuple((np.expm1(known) / 60).ravel().tolist())


def fall_of(
    calls: Mapping[int, int],
    rates: tuple[float, ...],
    season: Season,
    before: Fall | None,
    *,
    now: int,
    heard: int,
) -> Fall | None:
    """Whether calls have fallen.

    Args:
        calls: By minute, of the last three quarters of an hour; minutes without calls are absent.
        rates: Calls per minute by slot.
        season: Where minutes stand in the week.
        before: The fall as it was known before.
        now: This minute.
        heard: The newest minute that anything was told of, of any operation.

    Returns:
        None: no, or nobody can tell.
    """
    if now - heard > _SILENT:
        return None
    last = min(now, heard) - _SETTLED
    if before is not None:
        return before if _lasts(calls, rates, season, before, last) else None
    for window in WINDOWS:
        came = _came(calls, last - window + 1, last)
        begin = last - window - BEFORE + 1
        recent = _came(calls, begin, last - window)
        if recent < _LEAST_BEFORE or improbable(came, recent / BEFORE * window) < _ALARM:
            continue
        wanted = sum(_rate(rates, season, at) for at in range(begin, begin + BEFORE))
        if wanted <= 0:
            continue
        level = min(1.0, recent / wanted)
        usual = _lowest(rates, season, last - window + 1, last) * level
        usual = min(usual, recent / BEFORE * window)
        if improbable(came, usual) >= _ALARM:
            return Fall(_first_low(calls, last, usual / window), level)
    return None


def expected(
    fall: Fall, rates: tuple[float, ...], season: Season, *, begin: int, end: int
) -> float:
    """Calls that would have come in [begin, end] without the fall, at least."""
    return _lowest(rates, season, begin, end) * fall.level


def improbable(came: float, usual: float) -> float:
    """Nats against so few calls, at least (Chernoff's bound, negative binomial); 0 if not few."""
    if came >= usual:
        return 0.0
    both = log((usual + _SHAPE) / (came + _SHAPE))
    return _SHAPE * both - (came * (log(usual / came) - both) if came else 0.0)


def _lasts(
    calls: Mapping[int, int], rates: tuple[float, ...], season: Season, fall: Fall, last: int
) -> bool:
    if last - fall.since > _LONGEST:
        return False
    short = expected(fall, rates, season, begin=last - 2, end=last)
    long = expected(fall, rates, season, begin=last - WINDOWS[-1] + 1, end=last)
    return improbable(0, long) >= _ALARM and _came(calls, last - 2, last) < _BACK * short


def _first_low(calls: Mapping[int, int], last: int, rate: float) -> int:
    first = last
    while last - first < BEFORE and calls.get(first - 1, 0) <= _LOW * rate:
        first -= 1
    return first


def _came(calls: Mapping[int, int], begin: int, end: int) -> int:
    return sum(calls.get(minute, 0) for minute in range(begin, end + 1))


def _rate(rates: tuple[float, ...], season: Season, minute: int) -> float:
    here, next_to, part = season.between(minute)
    return rates[here] * (1 - part) + rates[next_to] * part


def _lowest(rates: tuple[float, ...], season: Season, begin: int, end: int) -> float:
    return sum(
        min(_rate(rates, season, minute + shift) for shift in (-_NIGH, 0, _NIGH))
        for minute in range(begin, end + 1)
    )
