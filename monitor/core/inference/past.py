"""What was seen lately, as arrays; and since when a fault has been showing in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitor.core.inference.filter import SLOT_S, packed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from monitor.core.inference.filter import Tracked
    from monitor.core.inference.table import Table

Hypothesis = tuple[int, ...]  # singles: none (all well), one, or two


@dataclass(frozen=True, slots=True)
class Past:
    """Answers in the order in which their looks began."""

    slots: NDArray[np.int64]
    cells: NDArray[np.int64]
    outcomes: NDArray[np.int64]

    def since(self, slot: int) -> Past:
        """Only what began in `slot` or later."""
        at = int(np.searchsorted(self.slots, slot))
        return Past(self.slots[at:], self.cells[at:], self.outcomes[at:])

    def until(self, slot: int) -> Past:
        """Only what began before `slot`."""
        at = int(np.searchsorted(self.slots, slot))
        return Past(self.slots[:at], self.cells[:at], self.outcomes[:at])

    def counts(self, cells: int, outcomes: int) -> NDArray[np.int64]:
        """[cell, outcome]: how often."""
        flat = np.bincount(self.cells * outcomes + self.outcomes, minlength=cells * outcomes)
        return flat.reshape(cells, outcomes)


def past_of(tracked: Tracked) -> Past:
    """Everything the filter still holds."""
    rows = [slot.rows for slot in tracked.past]
    rows.extend(packed(number, tracked.open[number]) for number in sorted(tracked.open))
    table = np.frombuffer(b"".join(rows), dtype="<i4").reshape(-1, 3).astype(np.int64)
    return Past(table[:, 0], table[:, 1], table[:, 2])


def onset_slot(table: Table, past: Past, single: int, beside: Hypothesis = ()) -> int | None:
    """Since which slot a fault explains what was seen best.

    Looks that another fault of the same hypothesis shows in are left to that one.

    Returns:
        The slot; None, where nothing speaks for the fault.

    Source: the arg-max of the likelihood over the change point (Page's CUSUM).
    """
    gains = table.gain[past.cells, past.outcomes, single].astype(np.float64)
    for other in beside:
        shows = table.faults[table.singles[other].fault].shows
        gains[np.isin(past.cells, list(shows))] = 0.0
    if not gains.any():
        return None
    ahead = np.cumsum(gains[::-1])[::-1]
    best = int(np.argmax(ahead))
    if ahead[best] <= 0.0:
        return None
    bad = np.flatnonzero(gains[best:] > 0.0)
    return int(past.slots[best + int(bad[0])]) if len(bad) else int(past.slots[best])


def onset_s(slot: int) -> float:
    """A slot's begin."""
    return slot * SLOT_S
