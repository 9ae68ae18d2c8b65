"""Simulated days per minute: the whole application in virtual time, the real store included."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

from monitor.simulation.run import simulate
from tests.benching.measure import Figure, compare
from tests.support.demo import demo_settings

if TYPE_CHECKING:
    from pathlib import Path

DAYS, SEED = 0.1, 1


def measure(directory: Path) -> list[Figure]:
    """The same seed each time; nothing comparable exists, so there is no reference."""
    numbers = itertools.count()

    def days_per_minute() -> float:
        begin_s = time.perf_counter()
        home = directory / f"day-{next(numbers)}"
        outcome = simulate(demo_settings(), home, days=DAYS, seed=SEED)
        assert outcome.looks > 0
        return DAYS / (time.perf_counter() - begin_s) * 60.0

    return [compare("simulated days, 20 checks, 3 vantages, 60 s", "1/min", days_per_minute)]
