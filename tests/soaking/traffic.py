"""Healthy real traffic for weeks on end, from the first minute on: nothing may be told of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.core.traffic.memory import judged, started, taken
from monitor.model import TrafficState
from tests.soaking.rows import at_most_none
from tests.support.traffic import SATURDAY, Traffic, minutes, world_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.core.traffic.memory import TrafficMemory
    from tests.soaking.rows import Row

PEAKS = (5.0, 30.0, 300.0)  # calls a minute at the busiest hour
DAYS = 60
QUIET = frozenset({TrafficState.USUAL, TrafficState.THIN})
WHOSE = ("tamin", "register")


@dataclass(frozen=True, slots=True)
class Healthy:
    """What was told of one operation, and what is remembered of it in the end."""

    states: Counter[TrafficState]
    memory: TrafficMemory

    @property
    def raised(self) -> int:
        """Minutes in which something was told that was not so."""
        return sum(count for state, count in self.states.items() if state not in QUIET)


def healthy(peak: float, days: int, seed: int) -> Healthy:
    """Live through `days` of one operation with `peak` calls a minute."""
    memory, traffic = started(world_of(WHOSE)), Traffic(seed, peak)
    states: Counter[TrafficState] = Counter()
    for minute in minutes(SATURDAY, days * 1440):
        now = minute + timedelta(seconds=59)
        memory = taken(memory, traffic.minute(minute), now)
        memory, (reading,) = judged(memory, now)
        states[reading.state] += 1
    return Healthy(states, memory)


def quiet_traffic(seed: int, say: Callable[[str], None]) -> list[Row]:
    """Sixty days at each pace."""
    raised = 0
    for peak in PEAKS:
        told = healthy(peak, DAYS, seed + int(peak))
        say(f"traffic: {DAYS} days with {peak:.0f} calls a minute: {dict(told.states)}")
        raised += told.raised
    return at_most_none("traffic: healthy minutes told of", raised, seed)
