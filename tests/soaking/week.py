"""The simulated week, twice at once: the same seed in two processes that share nothing."""

from __future__ import annotations

import logging
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import structlog

from monitor.simulation.run import simulate
from tests.support.demo import demo_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.simulation.run import Outcome

MEMORY = Path("/dev/shm")  # noqa: S108 - the disk is not what is tested


def days(length: float, seed: int) -> tuple[Outcome, float]:
    """Simulate `length` days; what happened, and the seconds it took."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
    )
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as directory:
        began_s = perf_counter()
        outcome = simulate(demo_settings(), Path(directory), days=length, seed=seed)
        return outcome, perf_counter() - began_s


def simulated_apart(length: float, seeds: Sequence[int]) -> list[tuple[Outcome, float]]:
    """Simulate `length` days for each seed, each in a fresh process, two at a time."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        return list(pool.map(days, [length] * len(seeds), seeds))
