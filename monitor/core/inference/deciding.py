"""From belief to claims: bars, guards, fit, dwell; and when to say that we do not know."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from monitor.core.inference.evidence import OUTCOMES, Outcome
from monitor.core.inference.filter import SLOT_S
from monitor.core.inference.finding import Claim
from monitor.core.inference.fit import BLOCKS, WITHDRAWS, misfit, softly
from monitor.core.inference.likelihoods import Scope
from monitor.core.inference.past import Hypothesis, onset_slot
from monitor.core.inference.table import THIRD
from monitor.model import FaultDomain, Mode, Role
from monitor.model import Scope as Reach

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from monitor.core.inference.faults import Fault
    from monitor.core.inference.filter import Belief
    from monitor.core.inference.past import Past
    from monitor.core.inference.table import Table

D = FaultDomain
ACCUSES = frozenset({D.UPSTREAM, D.SHARED, D.CONTRACT, D.MAINTENANCE})
LOCAL = frozenset({D.MONITOR, D.POWER})  # one place's trouble says nothing of another's
BARS: Mapping[FaultDomain, float] = {
    D.CREDENTIALS: 0.98, D.PATH: 0.98, D.PLATFORM: 0.97, D.MONITOR: 0.97, D.POWER: 0.95,
    D.NETWORK_DOMESTIC: 0.97, D.NETWORK_INTERNATIONAL: 0.97,
}  # fmt: skip
DWELL_ELSE = 2
WIDE = frozenset({Scope.SHARED, Scope.COUNTRY, Scope.NETWORK, Scope.REGION, Scope.PLATFORM})
SECOND_OWES = 3.0  # nats by which two faults must explain better than one
FALLS, FALLS_TICKS = 0.3, 2
FIT_WINDOW_SLOTS = 60
LATEST_SLOTS = 3
FAILING_SLOTS = 24  # failing looks older than this accuse nobody any more
VOUCHED_S = 50.0
MOST_SURE = 0.99  # shown; docs/attribution.md: calibration
LOOKED_AT = 0.2  # labels less likely than this are not considered

FAILING_SHARE = 0.1  # of a vantage's looks, for it to be a witness of failing
OK, SLOW = OUTCOMES.index(Outcome.OK), OUTCOMES.index(Outcome.SLOW)
SILENT = OUTCOMES.index(Outcome.NO_RESULT)
REFUSALS = (OUTCOMES.index(Outcome.HTTP_401), OUTCOMES.index(Outcome.HTTP_429))
OF_THE_APPLICATION = (OUTCOMES.index(Outcome.HTTP_5XX), OUTCOMES.index(Outcome.REJECTED))


@dataclass(frozen=True, slots=True)
class Bars:
    """What it takes to be named. The bar for accusing ourselves is never higher than for others."""

    named: float = 0.995  # posterior, for whoever is accused
    probable: float = 0.9
    dwell_ticks: int = 3

    def of(self, domain: FaultDomain) -> float:
        """The posterior that a name needs."""
        return self.named if domain in ACCUSES else min(self.named, BARS[domain])

    def dwell(self, domain: FaultDomain) -> int:
        """For how many ticks in a row."""
        return self.dwell_ticks if domain in ACCUSES else min(self.dwell_ticks, DWELL_ELSE)


@dataclass(frozen=True, slots=True)
class Standing:
    """How long a label has been at its bar, or below where it stays."""

    at_bar: int = 0
    likely: int = 0  # ticks in a row probable, with all that a name needs but the bar
    below: int = 0
    claim: Claim | None = None
    hypothesis: Hypothesis = ()


@dataclass(frozen=True, slots=True)
class Considered:
    """A label at a tick."""

    label: str
    probability: float
    hypothesis: Hypothesis
    onset_slot: int
    misfit: float
    guarded: bool  # a guard forbids naming
    going: bool  # it still shows: what is over is not named any more
    owed: bool  # beside another fault: it takes this one too to explain what is seen


class Deciding:
    """Pure: the table is only read."""

    def __init__(self, table: Table, bars: Bars) -> None:
        self.table = table
        self._bars = bars
        looks = set(range(len(table.layout.looks)))
        self._about: list[NDArray[np.int64]] = []  # by fault
        self._beside: list[NDArray[np.int64]] = []
        for fault in table.faults:
            cells = set(fault.shows)
            if fault.kind.domain not in LOCAL:
                cells |= {c for f in table.faults if f.label == fault.label for c in f.shows}
            self._about.append(np.array(sorted(cells), dtype=np.int64))
            self._beside.append(np.array(sorted(looks - cells), dtype=np.int64))
        self._direct = frozenset(
            i
            for i, (_, thing) in enumerate(table.layout.looks)
            if table.layout.things[thing].role in (Role.FRONT, Role.TRANSACTION)
        )
        self._targets = {
            fault.key: tuple(sorted({table.cells[c].what for c in fault.shows}))
            for fault in table.faults
        }
        layout = table.layout
        self._home_references = {
            v: tuple(
                i
                for i, (at, thing) in enumerate(layout.looks)
                if at == v
                and layout.things[thing].role is Role.REFERENCE
                and layout.things[thing].scope is Reach.DOMESTIC
            )
            for v, place in layout.places.items()
            if place.country == layout.country
        }

    def probabilities(self, belief: Belief) -> dict[str, float]:
        """How likely each label is, alone or with another."""
        table = self.table
        n = len(table.labels)
        mass = np.zeros(n + 1)
        np.add.at(mass, table.label_of, belief.singles)
        if belief.pairs is not None:
            of = table.label_of[table.whole]
            rows = belief.pairs.sum(axis=1)
            np.add.at(mass, of, 2.0 * rows)
            for label in np.unique(of[rows > 1e-4]):
                inside = of == label
                mass[label] -= belief.pairs[np.ix_(inside, inside)].sum()
        return {label: float(mass[i]) for i, label in enumerate(table.labels)}

    def best(self, belief: Belief, label: str, *, holding: bool) -> Hypothesis:
        """The likeliest hypothesis of some fault that holds a label, or that does not."""
        table = self.table
        number = table.labels.index(label)
        mine = table.label_of == number
        if not holding:
            mine = ~mine
        weights = np.where(mine, belief.singles, 0.0)
        top = int(np.argmax(weights))
        found: Hypothesis = (top,)
        if belief.pairs is not None:
            of = mine[table.whole]
            both = (of[:, None] | of[None, :]) if holding else (of[:, None] & of[None, :])
            pairs = np.where(both, belief.pairs, 0.0)
            i, j = np.unravel_index(int(np.argmax(pairs)), pairs.shape)
            if 2.0 * pairs[i, j] > weights[top]:
                a, b = sorted((int(table.whole[i]), int(table.whole[j])))
                found = (a, b)
        return found

    def named(self, hypothesis: Hypothesis) -> str | None:
        """The labels of a hypothesis, as one text; None: nobody's."""
        labels = sorted({label for s in hypothesis if (label := self._label(s)) is not None})
        return "+".join(labels) or None

    def consider(
        self, belief: Belief, past: Past, now_s: float, kept: frozenset[str]
    ) -> list[Considered]:
        """Everything that may be claimed, likeliest first."""
        found = []
        for label, probability in self.probabilities(belief).items():
            if probability < LOOKED_AT and label not in kept:
                continue
            hypothesis = self.best(belief, label, holding=True)
            mine = [s for s in hypothesis if self._label(s) == label]
            if not mine:
                continue
            beside = tuple(s for s in hypothesis if s not in mine)
            slot = onset_slot(self.table, past, mine[0], beside)
            if slot is None:
                continue
            oldest = int(now_s // SLOT_S) - FIT_WINDOW_SLOTS
            off = self._misfit(past.since(max(slot, oldest)), hypothesis, mine[0])
            fault = self.table.faults[self.table.singles[mine[0]].fault]
            guarded = fault.kind.domain in ACCUSES and not self._may_accuse(
                mine[0], past, slot, now_s
            )
            going = self._still_shows(mine[0], past, now_s)
            owed = (
                len(hypothesis) < 2
                or probability < self._bars.probable
                or self._owed(belief, past, label, mine[0], hypothesis, slot)
            )
            found.append(
                Considered(label, probability, hypothesis, slot, off, guarded, going, owed)
            )
        return sorted(found, key=lambda c: (-c.probability, c.label))

    def _misfit(self, seen: Past, hypothesis: Hypothesis, single: int) -> float:
        """How badly a hypothesis fits since one of its faults began.

        What came before the other one began is held against the first alone.
        """
        fault = self.table.singles[single].fault
        about, beside = self._about[fault], self._beside[fault]
        others = [s for s in hypothesis if s != single]
        late = onset_slot(self.table, seen, others[0], (single,)) if others else None
        if late is None:
            return misfit(self.table, hypothesis, seen, about, beside)
        before = misfit(self.table, (single,), seen.until(late), about, beside)
        after = misfit(self.table, hypothesis, seen.since(late), about, beside)
        return max(before, 0.0) + after

    def _owed(
        self,
        belief: Belief,
        past: Past,
        label: str,
        single: int,
        hypothesis: Hypothesis,
        slot: int,
    ) -> bool:
        """Whether one fault alone explains what is seen much worse than these two.

        Shares that differ a little from the table add up over many looks; said softly, they do
        not. What came before the second of the two began counts for the first alone.
        """
        table = self.table
        other = next(s for s in hypothesis if s != single)
        began = onset_slot(table, past, other, (single,))
        if began is None:
            return False
        (early, first), (late, _) = sorted(((slot, single), (began, other)))
        before = past.since(early).until(late)
        after = past.since(late)
        two = softly(table, (first,), before) + softly(table, hypothesis, after)
        mine = table.label_of == table.labels.index(label)
        alone = int(np.argmax(np.where(mine, 0.0, belief.singles)))
        rivals = {(table.strongest(other),), (table.weakest(other),), (alone,)}
        rivals |= {(s,) for s in self._wider(hypothesis)}
        one = max(softly(table, h, before) + softly(table, h, after) for h in sorted(rivals))
        hides = table.faults[table.singles[other].fault].kind.scope is Scope.COUNTRY
        if hides and table.faults[table.singles[single].fault].kind.domain in LOCAL:
            return False  # what is left of one place then is not enough to say so
        return two - one >= SECOND_OWES

    def _wider(self, hypothesis: Hypothesis) -> list[int]:
        """Single faults that concern everything that both of two do."""
        table = self.table
        kinds = [table.faults[table.singles[s].fault] for s in hypothesis]
        cells = {c for fault in kinds for c in fault.shows if c < len(table.layout.looks)}
        return [
            int(s)
            for s in table.whole
            if (fault := table.faults[table.singles[s].fault]).kind.scope in WIDE
            and cells <= fault.shows.keys()
        ]

    def _still_shows(self, single: int, past: Past, now_s: float) -> bool:
        """Whether the looks of the last moments speak for the fault on the whole."""
        latest = past.since(int(now_s // SLOT_S) - LATEST_SLOTS)
        if self.table.singles[single].strength == THIRD:
            return True
        gains = self.table.gain[latest.cells, latest.outcomes, single]
        told = latest.slots[gains != 0.0]
        newest = gains[latest.slots == told[-1]].sum() if len(told) else 0.0
        return float(gains.sum()) > 0.0 and float(newest) > 0.0

    def _label(self, single: int) -> str | None:
        number = int(self.table.label_of[single])
        return None if number < 0 else self.table.labels[number]

    def _may_accuse(self, single: int, past: Past, slot: int, now_s: float) -> bool:
        """Invariant 1: direct failing looks from two vouched vantages, no refusal of ours."""
        table, layout = self.table, self.table.layout
        fault = table.faults[table.singles[single].fault]
        slow_counts = fault.kind.mode is Mode.SLOW
        seen = past.since(max(slot - 1, int(now_s // SLOT_S) - FAILING_SLOTS))
        latest: dict[int, int] = {}
        looked: dict[str, int] = defaultdict(int)
        failed: dict[str, list[int]] = defaultdict(list)
        parties = {
            layout.things[table.cells[c].what].party for c in fault.shows if c in self._direct
        }
        for cell, outcome in zip(seen.cells.tolist(), seen.outcomes.tolist(), strict=True):
            latest[cell] = outcome
            if cell in self._direct and cell in fault.shows:
                vantage = table.cells[cell].subject
                looked[vantage] += 1
                if outcome not in (OK, SILENT) and (slow_counts or outcome != SLOW):
                    failed[vantage].append(outcome)
        for cell, outcome in latest.items():
            if (
                outcome in REFUSALS
                and cell in self._direct
                and table.cells[cell].role == Role.TRANSACTION
                and layout.things[table.cells[cell].what].party in parties
            ):
                return False
        vouched = [
            v
            for v, outcomes in failed.items()
            if len(outcomes) >= FAILING_SHARE * looked[v]
            and v in self._home_references
            and self._sees(v, past, now_s)
        ]
        if len(vouched) >= 2:
            return True
        if len(vouched) == 1 and set(failed[vouched[0]]) & set(OF_THE_APPLICATION):
            return any(
                table.cells[c].role == "traffic" and outcome not in (OK, SILENT)
                for c, outcome in latest.items()
                if c in fault.shows
            )
        return False

    def _sees(self, vantage: str, past: Past, now_s: float) -> bool:
        recent = past.since(int((now_s - VOUCHED_S) // SLOT_S))
        latest = {
            cell: outcome
            for cell, outcome in zip(recent.cells.tolist(), recent.outcomes.tolist(), strict=True)
            if cell in self._home_references[vantage]
        }
        fine = sum(outcome in (OK, SLOW) for outcome in latest.values())
        return fine > 0 and 2 * fine >= len(latest)

    def stand(
        self, before: Mapping[str, Standing], considered: list[Considered]
    ) -> dict[str, Standing]:
        """Count ticks, make claims, take them back."""
        after: dict[str, Standing] = {}
        by_label = {c.label: c for c in considered}
        for label in sorted(before.keys() | by_label.keys()):
            was, now = before.get(label, Standing()), by_label.get(label)
            if now is None:
                if was.claim is not None and was.below + 1 < FALLS_TICKS:
                    after[label] = replace(was, at_bar=0, likely=0, below=was.below + 1)
                continue
            fault = self._fault_of(now)
            domain = fault.kind.domain
            assert domain is not None  # noqa: S101 - it has a label
            holds = now.misfit <= BLOCKS and not now.guarded
            shows = holds and now.going and now.owed
            at_bar = was.at_bar + 1 if shows and now.probability >= self._bars.of(domain) else 0
            likely = was.likely + 1 if shows and now.probability >= self._bars.probable else 0
            named = at_bar >= self._bars.dwell(domain)
            gone = now.probability < FALLS or now.misfit > WITHDRAWS
            below = was.below + 1 if gone else 0
            claim = was.claim
            if named or (claim is not None and claim.named and below < FALLS_TICKS):
                claim = self._claim(now, was, named=True)
            elif likely >= DWELL_ELSE or (claim is not None and likely):
                claim = self._claim(now, was, named=False)
            else:
                claim = None
            if claim is not None or at_bar or now.probability >= LOOKED_AT:
                after[label] = Standing(at_bar, likely, below, claim, now.hypothesis)
        return after

    def _fault_of(self, considered: Considered) -> Fault:
        mine = next(s for s in considered.hypothesis if self._label(s) == considered.label)
        return self.table.faults[self.table.singles[mine].fault]

    def _claim(self, now: Considered, was: Standing, *, named: bool) -> Claim:
        fault = self._fault_of(now)
        domain = fault.kind.domain
        assert domain is not None  # noqa: S101 - it has a label
        mine = next(s for s in now.hypothesis if self._label(s) == now.label)
        mode = fault.kind.mode
        if mode is Mode.DOWN and self.table.singles[mine].strength == THIRD:
            mode = Mode.PARTIAL
        old = was.claim
        onset_s = now.onset_slot * SLOT_S
        operations = fault.operations
        if old is not None and old.named:
            onset_s = old.onset_s
            if now.probability < self._bars.probable:  # on its way out: nothing new is told
                mode, operations = old.mode, old.operations
        return Claim(
            domain=domain,
            party=fault.party if domain not in (D.MONITOR, D.POWER) else None,
            mode=mode,
            confidence=min(MOST_SURE, round(now.probability, 4)),
            onset_s=onset_s,
            named=named,
            probable=not named,
            operations=operations,
            places=fault.places,
            fault=fault.key,
            targets=self._targets[fault.key],
        )
