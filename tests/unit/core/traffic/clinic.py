"""Two operations with three weeks behind them, and what is told of them from then on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np

from monitor.core.traffic.memory import judged, past, started, taken
from monitor.model import TrafficState
from tests.support.traffic import MINUTE, SATURDAY, Traffic, by_the_quarter, minutes, world_of

REGISTER, FETCH = ("tamin", "register"), ("ihio", "fetch")
DAYS = 21
QUIET = {TrafficState.USUAL, TrafficState.THIN}


@cache
def learnt(peak=40.0, seed=1, holidays=()):
    """A memory that has learnt three weeks, and where the two traffics stand then."""
    parts = (Traffic(seed, peak), Traffic(seed + 1, 40.0, *FETCH))
    memory = started(world_of(REGISTER, FETCH), holidays)
    told = [o for at in minutes(SATURDAY, DAYS * 1440) for part in parts for o in part.minute(at)]
    return past(memory, by_the_quarter(told))


def at(hour, minute=0, *, day=0):
    """A time after what was learnt; day 0 is a Saturday, day 6 a Friday."""
    return SATURDAY + timedelta(days=DAYS + day, hours=hour, minutes=minute)


class Clinic:
    """Tells minutes as they go by, in pieces of ten seconds."""

    def __init__(self, *, peak=40.0, seed=1, holidays=()) -> None:
        self.memory = learnt(peak, seed, holidays)
        self.parts = {REGISTER: Traffic(seed + 7, peak), FETCH: Traffic(seed + 8, 40.0, *FETCH)}
        self._chance = np.random.default_rng(seed)
        self.seen = []

    def go(self, begin, many, *, both=None, until=None, **fault):
        """Let minutes pass; `fault` befalls register, `both` all.

        Returns:
            The first telling reading of register and when it came; (None, None) without one.
        """
        for minute in minutes(begin, many):
            told = [
                outcome
                for key, part in self.parts.items()
                for outcome in part.minute(
                    minute, **(fault if key == REGISTER else {}), **(both or {})
                )
            ]
            for number, piece in enumerate(self._pieces(told)):
                now = minute + timedelta(seconds=10 * number + 10)
                self.memory = taken(self.memory, piece, now)
                reading = self.read(now)[REGISTER]
                self.seen.append(reading)
                if until is not None and until(reading):
                    return reading, now
        return None, None

    def read(self, now):
        self.memory, readings = judged(self.memory, now)
        return {(r.service, r.operation): r for r in readings}

    def _pieces(self, told):
        pieces = [[] for _ in range(6)]
        for outcome in told:
            for piece, count in zip(
                pieces, self._chance.multinomial(outcome.count, [1 / 6] * 6), strict=True
            ):
                if count:
                    piece.append(replace(outcome, count=int(count)))
        return pieces


def telling(reading):
    return reading.state not in QUIET


def quiet(reading):
    return reading.state is TrafficState.USUAL


__all__ = ["DAYS", "FETCH", "MINUTE", "REGISTER", "Clinic", "at", "learnt", "quiet", "telling"]
