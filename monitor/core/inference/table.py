"""The likelihood table, compiled for one world: numbers for every cell, outcome and fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitor.core.inference.evidence import OUTCOMES, Outcome
from monitor.core.inference.faults import cells_of, faults_of
from monitor.core.inference.likelihoods import HEALTHY, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from monitor.core.inference.faults import Fault
    from monitor.core.inference.layout import Layout
    from monitor.core.inference.likelihoods import Part

FLOOR = 0.018  # of every distribution is spread evenly: one look is worth 6.9 nats at most
TEMPER = 0.8  # looks of one event are not independent witnesses; their words are worth less
RELAY_TEMPER = 0.55  # looks from several vantages through one platform are nearly one look
WHOLE, THIRD = 0.97, 0.35  # how much of what a fault concerns it hits
MOST_VIEWS = 500  # kept; a world has too many pairs to keep all
SECOND_STRENGTH = 0.4  # so much rarer is a fault of a third of its strength

_INDEX = {outcome: i for i, outcome in enumerate(OUTCOMES)}
_N = len(OUTCOMES)


def spread(row: Mapping[Outcome, float]) -> NDArray[np.float64]:
    """A row as a distribution over all outcomes; what it leaves open is spread evenly."""
    known = np.zeros(_N)
    for outcome, share in row.items():
        known[_INDEX[outcome]] = share
    return np.asarray(known + max(0.0, 1.0 - known.sum()) / _N)


def floored(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mixed with the floor."""
    return (1.0 - FLOOR) * p + FLOOR / _N


@dataclass(frozen=True, slots=True)
class Single:
    """One fault at one strength."""

    fault: int
    strength: float


class Table:
    """Built once per world; read only afterwards.

    Attributes:
        gain: [cell, outcome, single]: tempered log-likelihood ratio of a single against health.
        healthy: [cell, outcome].
    """

    def __init__(self, layout: Layout, without: frozenset[str] = frozenset()) -> None:
        self.layout = layout
        self.cells = cells_of(layout)
        self.index = {(c.subject, c.what): i for i, c in enumerate(self.cells)}
        self.faults = faults_of(layout, without)
        self.singles = tuple(
            Single(f, strength)
            for f, fault in enumerate(self.faults)
            for strength in ((WHOLE, THIRD) if fault.kind.partial else (WHOLE,))
        )
        self.healthy = np.array([spread(HEALTHY[c.role][0]) for c in self.cells])
        self.temper = np.array([RELAY_TEMPER if c.role == "relay" else TEMPER for c in self.cells])
        self.relays = np.array(
            [i for i, c in enumerate(self.cells) if c.role == "relay"], dtype=np.int64
        )
        self._rows: dict[tuple[int, Part], NDArray[np.float64]] = {
            (f, part): spread(row)
            for f, fault in enumerate(self.faults)
            for part, row in fault.kind.rows.items()
        }
        self.rate = np.array(
            [
                self.faults[s.fault].kind.per_year
                * (SECOND_STRENGTH if s.strength == THIRD else 1.0)
                / 31_557_600.0
                for s in self.singles
            ]
        )
        labels = sorted({f.label for f in self.faults if f.label is not None})
        self.labels = tuple(labels)
        place = {label: i for i, label in enumerate(labels)}
        self.label_of_fault = np.array(
            [-1 if f.label is None else place[f.label] for f in self.faults]
        )
        self.label_of = self.label_of_fault[[s.fault for s in self.singles]]
        self._strongest = {s.fault: i for i, s in reversed(list(enumerate(self.singles)))}
        self._weakest = {s.fault: i for i, s in enumerate(self.singles)}
        self.whole = np.array([i for i, s in enumerate(self.singles) if s.strength == WHOLE])
        self.place_of_whole = np.full(len(self.singles), -1)
        self.place_of_whole[self.whole] = np.arange(len(self.whole))
        self.gain = self._gains()
        self.concerned = self._concerned()
        self.together = self._together()
        self._views: dict[tuple[int, ...], NDArray[np.float32]] = {}
        self._pairs: dict[tuple[int, int], NDArray[np.float64]] = {}
        self._waits: dict[tuple[int, int], NDArray[np.float64]] = {}

    def _alone(self, single: int, cell: int) -> NDArray[np.float64]:
        """What a single makes of a cell it shows in, not floored."""
        s = self.singles[single]
        row = self._rows[s.fault, self.faults[s.fault].shows[cell]]
        return np.asarray(s.strength * row + (1.0 - s.strength) * self.healthy[cell])

    def both(self, a: int, b: int, cell: int) -> NDArray[np.float64]:
        """What two singles make of a cell: what comes first in a look's way hides the rest."""
        first, second = self.singles[a], self.singles[b]
        part_a = self.faults[first.fault].shows.get(cell)
        part_b = self.faults[second.fault].shows.get(cell)
        if part_a is None and part_b is None:
            return np.asarray(self.healthy[cell])
        if part_a is None:
            return self._alone(b, cell)
        if part_b is None:
            return self._alone(a, cell)
        ranks = (self.faults[first.fault].ranks[cell], self.faults[second.fault].ranks[cell])
        if ranks[1] < ranks[0]:
            first, second, part_a, part_b = second, first, part_b, part_a
        later = (
            second.strength * self._rows[second.fault, part_b]
            + (1.0 - second.strength) * self.healthy[cell]
        )
        row = self._rows[first.fault, part_a]
        passes = row[_INDEX[Outcome.OK]]  # what the first lets through meets the second
        blocked = row.copy()
        blocked[_INDEX[Outcome.OK]] = 0.0
        met = blocked + passes * later
        return np.asarray(first.strength * met + (1.0 - first.strength) * later)

    def strongest(self, single: int) -> int:
        """The same fault in full."""
        return self._strongest[self.singles[single].fault]

    def weakest(self, single: int) -> int:
        """The same fault at its least."""
        return self._weakest[self.singles[single].fault]

    def view(self, hypothesis: tuple[int, ...]) -> NDArray[np.float32]:
        """[cell, outcome]: what a hypothesis of no, one or two singles makes of every cell."""
        found = self._views.get(hypothesis)
        if found is not None:
            return found
        view = self.healthy.copy()
        for single in hypothesis:
            for cell in self.faults[self.singles[single].fault].shows:
                both = len(hypothesis) == 2
                view[cell] = self.both(*hypothesis, cell) if both else self._alone(single, cell)  # type: ignore[call-arg]
        found = floored(view).astype(np.float32)
        if len(self._views) > MOST_VIEWS:
            self._views.clear()
        self._views[hypothesis] = found
        return found

    def _gains(self) -> NDArray[np.float32]:
        gain = np.zeros((len(self.cells), _N, len(self.singles)), dtype=np.float32)
        calm = np.log(floored(self.healthy))
        for s, single in enumerate(self.singles):
            for c in self.faults[single.fault].shows:
                told = np.log(floored(self._alone(s, c))) - calm[c]
                gain[c, :, s] = self.temper[c] * told
        return gain

    def _concerned(self) -> tuple[NDArray[np.int64], ...]:
        """Of each cell, the places (among the whole) of singles that show in it."""
        shows = [self.faults[self.singles[s].fault].shows for s in self.whole]
        return tuple(
            np.array([i for i, each in enumerate(shows) if c in each], dtype=np.int64)
            for c in range(len(self.cells))
        )

    def _together(self) -> NDArray[np.bool_]:
        """Which two may stand at once: not twice the same thing by another name."""
        of = [self.faults[self.singles[s].fault] for s in self.whole]
        n = len(of)
        may = np.ones((n, n), dtype=bool)
        for i, a in enumerate(of):
            for j, b in enumerate(of):
                if i == j or same(a, b):
                    may[i, j] = False
        return may

    def correction(self, cell: int, outcome: int) -> NDArray[np.float64]:
        """By what factor two singles together say more of an outcome than each alone."""
        found = self._pairs.get((cell, outcome))
        if found is not None:
            return found
        at = self.whole[self.concerned[cell]]
        faults = [self.faults[self.singles[s].fault] for s in at]
        rows = np.array(
            [
                self._rows[self.singles[s].fault, f.shows[cell]]
                for s, f in zip(at, faults, strict=True)
            ]
        )
        order = np.array([f.ranks[cell] for f in faults]) * len(at) + np.arange(len(at))
        ok = _INDEX[Outcome.OK]
        passes = rows[:, ok]
        blocked = np.zeros(len(at)) if outcome == ok else rows[:, outcome]
        alone = WHOLE * rows[:, outcome] + (1.0 - WHOLE) * self.healthy[cell, outcome]
        first = WHOLE * (blocked[:, None] + passes[:, None] * alone) + (1.0 - WHOLE) * alone
        p = floored(np.where(order[:, None] < order, first, first.T))
        calm = np.log(floored(self.healthy[cell]))[outcome]
        gains = self.gain[cell, outcome, at]
        told = self.temper[cell] * (np.log(p) - calm) - (gains[:, None] + gains)
        block = np.asarray(np.exp(told))
        self._pairs[cell, outcome] = block
        return block

    def waiting(self, cell: int, waited: int) -> NDArray[np.float64]:
        """What a look that has not answered for `waited` half seconds says of every single."""
        found = self._waits.get((cell, waited))
        if found is None:
            lasts = lasting(waited / 2.0)
            calm = np.log(floored(self.healthy[cell]) @ lasts)
            found = np.zeros(len(self.singles))
            for s, single in enumerate(self.singles):
                if cell in self.faults[single.fault].shows:
                    told = np.log(floored(self._alone(s, cell)) @ lasts) - calm
                    found[s] = self.temper[cell] * told
            self._waits[cell, waited] = found
        return found


SURE_S = 1.5  # most right answers and fast failures are there by then


def lasting(waited_s: float, patience_s: float = 10.0) -> NDArray[np.float64]:
    """How likely a look that will end in each outcome still runs after `waited_s`. [J]."""
    lasts = np.full(_N, 1.0 if waited_s < SURE_S else 0.06)
    late = (waited_s - SURE_S) / max(patience_s - SURE_S, 0.1)
    lasts[_INDEX[Outcome.SLOW]] = float(np.clip(1.0 - late, 0.05, 1.0))
    lasts[_INDEX[Outcome.DNS_SERVFAIL]] = 1.0 if waited_s < 2 * SURE_S else 0.15
    lasts[_INDEX[Outcome.HTTP_5XX]] = 1.0 if waited_s < SURE_S else 0.15
    for slow_end in (Outcome.CONNECT_TIMEOUT, Outcome.READ_TIMEOUT, Outcome.NO_RESULT):
        lasts[_INDEX[slow_end]] = 1.0
    return lasts


_OF_A_PARTY = frozenset({Scope.UPSTREAM, Scope.OPERATION, Scope.CREDENTIAL})
_OF_A_WAY = frozenset({Scope.PATH_VANTAGE, Scope.PATH_NETWORK, Scope.EGRESS})
_OF_PLACES = frozenset({Scope.VANTAGE, Scope.NETWORK, Scope.REGION})
_OF_THE_PLATFORM = frozenset({Scope.PLATFORM, Scope.PLATFORM_OPERATION, Scope.RELAY})


def same(a: Fault, b: Fault) -> bool:
    """Whether two faults are one thing by two names, or cannot be told from one of them."""
    x, y = a.kind.scope, b.kind.scope
    if Scope.EVERYTHING in (x, y):
        return True
    if {x, y} <= _OF_A_PARTY | _OF_A_WAY and a.party == b.party:
        return not (x is y is Scope.OPERATION and a.operations != b.operations)
    if {x, y} <= _OF_THE_PLATFORM:
        return not (
            x is y
            and x is not Scope.PLATFORM
            and a.key.partition(":")[2] != b.key.partition(":")[2]
        )
    if {x, y} == {Scope.EGRESS, Scope.RELAY}:
        return a.key.partition(":")[2] == b.key.partition(":")[2]
    if {x, y} <= _OF_PLACES:
        return bool(set(a.places) & set(b.places)) and None not in (a.label, b.label)
    if x is y:
        return (
            x in (Scope.SHARED, Scope.COUNTRY) or a.key.partition(":")[2] == b.key.partition(":")[2]
        )
    return False
