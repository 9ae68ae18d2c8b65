"""The past of an operation, by the hour: bounded, and made anew from the store at any time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from monitor.core.traffic.kinds import ANSWER, CALLS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from monitor.core.traffic.season import Season

WEEKS = 8
SPAN = WEEKS * 7 * 24 * 60  # minutes
MOST_SERIES = 32  # codes beyond are counted together


def _none() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Hours with calls, oldest first, and what was counted in each; never written to."""

    hours: NDArray[np.int64] = field(default_factory=_none)  # first minutes
    slots: NDArray[np.int64] = field(default_factory=_none)
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 1), np.int64))
    series: tuple[str, ...] = (CALLS,)

    def column(self, series: str) -> NDArray[np.int64]:
        """The counts of one series; zeros where it never came."""
        if series not in self.series:
            return np.zeros(len(self.hours), np.int64)
        column: NDArray[np.int64] = self.counts[:, self.series.index(series)]
        return column

    def plus(
        self, hours: Mapping[int, Mapping[str, int]], season: Season, *, oldest: int
    ) -> History:
        """A history with more counts in it.

        Args:
            hours: By the first minute of a local hour, what was counted; adds to what is there.
            season: Gives the slots.
            oldest: Hours that begin before this minute are forgotten.

        Returns:
            Another history; a series that has nothing left in it is forgotten too.
        """
        old = self.hours >= oldest
        kept, past = self.hours[old], self.counts[old]
        new = {hour: counts for hour, counts in hours.items() if hour >= oldest}
        names = dict.fromkeys(self.series)
        names.update(dict.fromkeys(name for counts in new.values() for name in counts))
        columns = {name: index for index, name in enumerate(names)}
        known = set(kept.tolist())
        all_hours = np.array(sorted(known | new.keys()), np.int64)
        counts = np.zeros((len(all_hours), len(columns)), np.int64)
        counts[np.searchsorted(all_hours, kept), : past.shape[1]] = past
        for hour, told in new.items():
            row = counts[np.searchsorted(all_hours, hour)]
            for name, count in told.items():
                row[columns[name]] += count
        alive = counts.any(axis=0) | (np.arange(len(columns)) == 0)
        slots = np.array([season.place(hour)[1] for hour in all_hours.tolist()], np.int64)
        left = tuple(name for name, keep in zip(columns, alive, strict=True) if keep)
        return History(all_hours, slots, counts[:, alive], left)


def bounded(series: str, known: frozenset[str] | set[str]) -> str:
    """The series something is counted under: codes are as many as we can remember."""
    if not series.startswith(ANSWER) or series in known or len(known) < MOST_SERIES:
        return series
    return ANSWER
