"""What goes wrong in a simulated world, and when: drawn once from a seed, known as truth.

Mechanisms, not verdicts: nothing here knows how attribution decides.
"""

from __future__ import annotations

import random  # noqa: TID251 - only its type and a seeded instance
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something is wrong from `start_s` to `end_s` (virtual seconds)."""

    where: str  # a component of the world
    how: str
    start_s: float
    end_s: float

    def stands_at(self, t_s: float) -> bool:
        """Whether it is wrong at `t_s`."""
        return self.start_s <= t_s < self.end_s


@dataclass(frozen=True, slots=True)
class Component:
    """Something that breaks now and then."""

    name: str
    ways: tuple[str, ...]
    every_h: float  # mean time between faults
    lasts_s: tuple[float, float]


def components(upstreams: Sequence[str], vantages: Sequence[str]) -> tuple[Component, ...]:
    """What can break; the rates are much higher than in life, so that a week meets everything."""
    ups = [
        Component(
            up,
            ("hang", "5xx", "refuse", "error_in_body", "certificate", "slow", "one_operation"),
            16.0,
            (240.0, 5400.0),
        )
        for up in upstreams
    ]
    blips = [Component(f"{up}.blip", ("5xx",), 6.0, (5.0, 40.0)) for up in upstreams]
    access = [Component(f"{up}.access", ("401", "429"), 60.0, (600.0, 3600.0)) for up in upstreams]
    lines = [Component(f"line.{v}", ("cut", "blip"), 20.0, (20.0, 1800.0)) for v in vantages]
    return (
        *ups,
        *blips,
        *access,
        *lines,
        Component("platform", ("down", "one_operation", "slow"), 40.0, (240.0, 2400.0)),
        Component("relay", tuple(upstreams), 40.0, (300.0, 2400.0)),
        Component("international", ("cut",), 50.0, (600.0, 7200.0)),
        Component("resolver", ("dead",), 60.0, (120.0, 1200.0)),
        Component("references", ("dead",), 70.0, (300.0, 1800.0)),
        Component("loop", ("stall",), 24.0, (2.0, 20.0)),
        Component("clock", ("-3600", "3600", "-2", "30"), 30.0, (1.0, 1.0)),
        Component("provider", ("unknown", "refuses"), 30.0, (60.0, 1200.0)),
        Component("disk", ("full",), 50.0, (30.0, 600.0)),
    )


class Schedule:
    """All faults of a run, and quick questions about them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda f: (f.start_s, f.where)))
        self._by_where: dict[str, tuple[list[float], list[Fault]]] = {}
        for fault in self.faults:
            starts, listed = self._by_where.setdefault(fault.where, ([], []))
            starts.append(fault.start_s)
            listed.append(fault)
        self._starts = [fault.start_s for fault in self.faults]
        self._last_ends = list(accumulate((fault.end_s for fault in self.faults), max))

    def at(self, where: str, t_s: float) -> str | None:
        """How `where` is broken at `t_s`; None if it is not. Faults of one place never overlap."""
        found = self._by_where.get(where)
        if found is None:
            return None
        starts, listed = found
        i = bisect_right(starts, t_s) - 1
        return listed[i].how if i >= 0 and listed[i].stands_at(t_s) else None

    def calm_for_s(self, t_s: float) -> float:
        """Seconds at `t_s` since anything at all was wrong, or since the beginning."""
        i = bisect_right(self._starts, t_s)
        return max(0.0, t_s - self._last_ends[i - 1]) if i else t_s

    def between(self, where: str, start_s: float, end_s: float) -> bool:
        """Whether `where` was broken at any time in [start_s, end_s]."""
        return any(
            fault.start_s <= end_s and fault.end_s >= start_s
            for fault in self._by_where.get(where, ([], []))[1]
        )


def draw(parts: Sequence[Component], duration_s: float, seed: int, *, quiet_s: float) -> Schedule:
    """Alternating renewal: exponential time between faults, uniform length.

    Args:
        parts: What can break.
        duration_s: Length of the run.
        seed: Of all chance in it.
        quiet_s: Nothing begins in the first `quiet_s`, and everything ends `quiet_s` before the
            end, so that liveness can be asserted.
    """
    chance = random.Random(seed)
    faults = []
    for part in parts:
        t_s = quiet_s + chance.expovariate(1.0 / (part.every_h * HOUR_S))
        while True:
            lasts_s = chance.uniform(*part.lasts_s)
            if t_s + lasts_s > duration_s - quiet_s:
                break
            faults.append(Fault(part.name, chance.choice(part.ways), t_s, t_s + lasts_s))
            t_s += lasts_s + 60.0 + chance.expovariate(1.0 / (part.every_h * HOUR_S))
    return Schedule(faults)
