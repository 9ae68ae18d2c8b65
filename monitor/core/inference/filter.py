"""The filter: how likely every fault, and every pair of faults, is at a moment.

A hidden Markov model over {all well, one fault at one of two strengths, two faults}. Faults begin
at their declared rates and end within minutes; a look's answer counts in the slot in which the
look *began*, so an answer that takes long is not held against what began meanwhile. The last slots
are therefore kept open and gone through again at every tick; answers that are still awaited speak
too (a look that should have answered long ago is no good sign).

Source: exact Bayesian sequential change diagnosis (Dayanik et al., arXiv 0710.4847); tempering and
floor as measured in ATTRIBUTION §2 and §3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from monitor.core.inference.table import Table

SLOT_S = 5.0
FINE = 0  # the number of the outcome that says so
OPEN_SLOTS = 4  # the longest answer takes some 15 s
ENDS_PER_S = 1.0 / 7200.0
CHANGES_PER_S = 1.0 / 2400.0  # from one strength to the other
CALM = 0.98  # while health is likelier than this, pairs are not followed
SAME_AGAIN = 3  # so many failures in a row of one cell speak in full; later ones say the same again
LEAST_SAID = 0.25
KEEP_SLOTS = 240  # of what was seen, for onsets and reasons: 20 minutes

Seen = tuple[int, int]  # (cell, outcome)


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """Weights that sum to one. `pairs` holds every pair twice, at half its weight each."""

    well: float
    singles: NDArray[np.float64]
    pairs: NDArray[np.float64] | None

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Belief)
            and self.well == other.well
            and np.array_equal(self.singles, other.singles)
            and (self.pairs is None) == (other.pairs is None)
            and (self.pairs is None or np.array_equal(self.pairs, other.pairs))  # type: ignore[arg-type]  # both are there
        )

    __hash__ = None  # type: ignore[assignment]  # arrays have none


@dataclass(frozen=True, slots=True)
class Slot:
    """What was seen by looks that began in one slot, sorted, packed."""

    rows: bytes  # of slot, cell, outcome, 32 bits each

    @property
    def number(self) -> int:
        """Which slot."""
        return int.from_bytes(self.rows[:4], "little")


@dataclass(frozen=True, slots=True)
class Tracked:
    """The filter's memory."""

    settled: Belief  # up to the begin of slot `next_slot`
    next_slot: int
    runs: tuple[int, ...]  # of each cell: failures in a row, up to there
    open: Mapping[int, tuple[Seen, ...]] = field(default_factory=dict)
    past: tuple[Slot, ...] = ()
    late: int = 0  # answers that came after their slot was settled


class Filter:
    """Pure: the table is only read."""

    def __init__(self, table: Table) -> None:
        self.table = table
        n = len(table.singles)
        self._other = np.arange(n)
        by_fault: dict[int, list[int]] = {}
        for i, s in enumerate(table.singles):
            by_fault.setdefault(s.fault, []).append(i)
        for both in by_fault.values():
            if len(both) == 2:
                self._other[both[0]], self._other[both[1]] = both[1], both[0]
        self._alone = self._other == np.arange(n)

    def start(self, now_s: float) -> Tracked:
        """All is well, as far as anybody knows."""
        belief = Belief(1.0, np.zeros(len(self.table.singles)), None)
        return Tracked(belief, int(now_s // SLOT_S), (0,) * len(self.table.cells))

    def step(
        self,
        memory: Tracked,
        seen: Iterable[tuple[int, int, float]],
        waiting: Iterable[tuple[int, float]],
        factors: NDArray[np.float64],
        now_s: float,
    ) -> tuple[Tracked, Belief]:
        """Go on to `now_s`.

        Args:
            memory: What the last step returned.
            seen: New answers: cell, outcome, when the look began.
            waiting: Looks under way: cell, for how many seconds.
            factors: How much likelier than usual every single begins now.
            now_s: The moment.

        Returns:
            The new memory and what is believed at `now_s`.
        """
        present = int(now_s // SLOT_S)
        opened: dict[int, list[Seen]] = {k: list(v) for k, v in memory.open.items()}
        late = memory.late
        for cell, outcome, begun_s in seen:
            slot = min(int(begun_s // SLOT_S), present)
            if slot < memory.next_slot:
                slot, late = memory.next_slot, late + 1
            opened.setdefault(slot, []).append((cell, outcome))
        sorted_slots = {k: tuple(sorted(v)) for k, v in opened.items()}
        settled, past, runs = memory.settled, list(memory.past), list(memory.runs)
        first_open = max(memory.next_slot, present - OPEN_SLOTS + 1)
        for number in range(memory.next_slot, first_open):
            here = sorted_slots.pop(number, ())
            settled = self._advance(settled, here, runs, factors)
            if here:
                past.append(Slot(packed(number, here)))
        while past and past[0].number < present - KEEP_SLOTS:
            past.pop(0)
        belief, going = settled, list(runs)
        for number in range(first_open, present + 1):
            belief = self._advance(belief, sorted_slots.get(number, ()), going, factors)
        belief = self._await(belief, waiting)
        tracked = Tracked(settled, first_open, tuple(runs), sorted_slots, tuple(past), late)
        return tracked, belief

    def _advance(
        self,
        belief: Belief,
        seen: tuple[Seen, ...],
        runs: list[int],
        factors: NDArray[np.float64],
    ) -> Belief:
        """One slot on; `runs` is carried along."""
        worth = []
        for cell, outcome in seen:
            runs[cell] = 0 if outcome == FINE else runs[cell] + 1
            again = max(0, runs[cell] - SAME_AGAIN)
            worth.append(max(LEAST_SAID, 1.0 / (1.0 + again / 2.0)))
        return self._updated(self._predicted(belief, factors), seen, worth)

    def _predicted(self, belief: Belief, factors: NDArray[np.float64]) -> Belief:
        table = self.table
        begins = table.rate * factors * SLOT_S
        ends = ENDS_PER_S * SLOT_S
        changes = np.where(self._alone, 0.0, CHANGES_PER_S * SLOT_S)
        singles = belief.singles * (1.0 - ends - changes) + belief.well * begins
        singles += (belief.singles * changes)[self._other]
        well = belief.well * (1.0 - begins.sum()) + belief.singles.sum() * ends
        pairs = belief.pairs
        if pairs is None and well < CALM:
            pairs = np.zeros((len(table.whole), len(table.whole)))
        if pairs is not None:
            ended = pairs.sum(axis=1) * (2.0 * ends)
            here, new = belief.singles[table.whole], begins[table.whole]
            more = here[:, None] * (table.together * (0.5 * new))
            singles[table.whole] += ended - 2.0 * more.sum(axis=1)
            pairs = pairs * (1.0 - 2.0 * ends)
            pairs += more
            pairs += more.T
        return Belief(float(well), singles, pairs)

    def _updated(self, belief: Belief, seen: tuple[Seen, ...], worth: Sequence[float]) -> Belief:
        if not seen:
            return belief
        table = self.table
        cells, outcomes = np.array(seen).T
        gains = np.array(worth) @ table.gain[cells, outcomes]
        pairs = belief.pairs
        if pairs is not None and belief.well > 0.999:
            pairs = None
        top = max(0.0, float(gains.max()))
        if pairs is None:
            return _normal(belief.well * np.exp(-top), belief.singles * np.exp(gains - top), None)
        each = np.exp(gains[table.whole] - 0.5 * top)
        pairs = pairs * each[:, None]
        pairs *= each
        for (cell, outcome), share in zip(seen, worth, strict=True):
            at = table.concerned[cell]
            if outcome != FINE and len(at) > 1:  # of two faults neither explains that all is well
                block = table.correction(cell, outcome)
                pairs[at[:, None], at] *= block if share == 1.0 else block**share
        return _normal(belief.well * np.exp(-top), belief.singles * np.exp(gains - top), pairs)

    def _await(self, belief: Belief, waiting: Iterable[tuple[int, float]]) -> Belief:
        gains = np.zeros(len(self.table.singles))
        for cell, waited_s in sorted(waiting):
            half_seconds = min(int(waited_s * 2.0), 24)
            if half_seconds >= 3:
                gains += self.table.waiting(cell, half_seconds)
        top = max(0.0, float(gains.max(initial=0.0)))
        pairs = belief.pairs
        if pairs is not None:
            alone = gains[self.table.whole]
            each = np.exp(alone - top)
            pairs = pairs * np.maximum(each[:, None], each)  # the stronger speaks for both
        return _normal(belief.well * np.exp(-top), belief.singles * np.exp(gains - top), pairs)


def packed(number: int, seen: tuple[Seen, ...]) -> bytes:
    """The rows of a slot."""
    return np.array([(number, *each) for each in seen], dtype="<i4").tobytes()


def _normal(well: float, singles: NDArray[np.float64], pairs: NDArray[np.float64] | None) -> Belief:
    total = well + singles.sum() + (0.0 if pairs is None else pairs.sum())
    return Belief(float(well / total), singles / total, None if pairs is None else pairs / total)
