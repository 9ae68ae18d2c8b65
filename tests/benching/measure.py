"""How a figure comes about: medians, against a named reference measured in between."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

RUNS = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; the fields are those of `build/bench.json`."""

    name: str
    value: float
    unit: str
    reference: str | None
    reference_value: float | None
    ratio: float | None
    runs: int
    min: float
    max: float


def compare(
    name: str,
    unit: str,
    ours: Callable[[], float],
    reference: str | None = None,
    theirs: Callable[[], float] | None = None,
    *,
    runs: int = RUNS,
) -> Figure:
    """Measure ours and theirs in turns, after one turn of each that does not count.

    Args:
        name: What is measured.
        unit: Of both.
        ours: One measurement.
        reference: What theirs is.
        theirs: One measurement of the reference.
        runs: How many count.

    Returns:
        Medians, and the range of ours.
    """
    mine: list[float] = []
    other: list[float] = []
    for _ in range(runs + 1):
        mine.append(ours())
        if theirs is not None:
            other.append(theirs())
    return figure(name, unit, mine[1:], reference, other[1:])


def figure(
    name: str,
    unit: str,
    mine: Sequence[float],
    reference: str | None = None,
    other: Sequence[float] = (),
) -> Figure:
    """A line of the table from what was measured.

    Args:
        name: What was measured.
        unit: Of both.
        mine: Each measurement of ours.
        reference: What the other is.
        other: Each measurement of the reference; empty where it could not be measured.
    """
    value = statistics.median(mine)
    reference_value = statistics.median(other) if other else None
    return Figure(
        name=name,
        value=rounded(value),
        unit=unit,
        reference=None if reference_value is None else reference,
        reference_value=None if reference_value is None else rounded(reference_value),
        ratio=None if not reference_value else rounded(value / reference_value),
        runs=len(mine),
        min=rounded(min(mine)),
        max=rounded(max(mine)),
    )


def rounded(value: float) -> float:
    """Four significant digits."""
    return float(f"{value:.4g}")


def cpu_ms(work: Callable[[], object], times: int) -> float:
    """Milliseconds of this process' CPU that one of `times` calls of `work` takes."""
    begin_s = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - begin_s) * 1000.0 / times
