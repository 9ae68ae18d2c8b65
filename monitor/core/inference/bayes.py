"""The reasoner: filter, fit, decision, wishes, joined."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from monitor.core.inference.deciding import Bars, Deciding
from monitor.core.inference.evidence import OUTCOMES
from monitor.core.inference.filter import SLOT_S, Filter
from monitor.core.inference.finding import Finding, State
from monitor.core.inference.likelihoods import (
    ALERT_FACTOR,
    DEPLOY_FACTOR,
    MAINTENANCE_FACTOR,
    POWER_FACTOR,
    REPORTS_FACTOR,
    STATUS_FACTOR,
    Scope,
)
from monitor.core.inference.past import past_of
from monitor.core.inference.reasons import reasons
from monitor.core.inference.table import Table
from monitor.core.inference.wishes import MOST, MOST_SETTLED, wishes
from monitor.model import FaultDomain, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from monitor.core.inference.deciding import Standing
    from monitor.core.inference.evidence import Evidence, Notice
    from monitor.core.inference.faults import Fault
    from monitor.core.inference.filter import Belief, Tracked
    from monitor.core.inference.finding import Claim
    from monitor.core.inference.layout import Layout
    from monitor.core.inference.past import Hypothesis, Past

USUAL_BARS = Bars()
DOUBTS = 0.995  # while health is likelier than this, nothing more is asked
INVESTIGATES = 0.5
PUZZLED_S = 60.0  # in doubt for so long without a claim: we do not know, and say so
FUTURE_S = 1.0
LATE_S = 60.0  # what began longer ago is left to hindsight
MOST_FACTORS = 200  # sets of notices whose factors are kept
RENEW_S = 30.0  # the reasons of a claim that stands are renewed this often
CANDIDATES = 24
SHOWN = 3

_OUTCOME = {outcome: i for i, outcome in enumerate(OUTCOMES)}


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything between two ticks."""

    tracked: Tracked
    standing: Mapping[str, Standing] = field(default_factory=dict)
    asked_s: Mapping[int, float] = field(default_factory=dict)
    doubt_since_s: float | None = None
    blamed: bool = False  # something was claimed in this doubt
    known: Mapping[str, float] = field(default_factory=dict)  # looks of late, and their begin
    set_aside: int = 0  # what is not declared, from the future, too late, or here already


class BayesReasoner:
    """See `reasoner.Reasoner`."""

    def __init__(
        self, layout: Layout, *, without: frozenset[str] = frozenset(), bars: Bars = USUAL_BARS
    ) -> None:
        """Compile the table for a world.

        Args:
            layout: What is declared.
            without: Kinds of faults to leave out (see `faults.faults_of`).
            bars: What it takes to be named.
        """
        self.table = Table(layout, without)
        self._filter = Filter(self.table)
        self._deciding = Deciding(self.table, bars)
        self._usual = np.ones(len(self.table.singles))
        self._factors_of: dict[
            frozenset[tuple[NoticeKind, str | None, str | None]], NDArray[np.float64]
        ] = {}

    def start(self, now_s: float) -> Memory:
        """See `reasoner.Reasoner.start`."""
        return Memory(self._filter.start(now_s))

    def step(self, memory: Memory, evidence: Evidence, now_s: float) -> tuple[Memory, Finding]:
        """See `reasoner.Reasoner.step`."""
        seen, aside, known = self._seen(memory, evidence, now_s)
        waiting = [
            (cell, now_s - p.begun_s)
            for p in evidence.pending
            if (cell := self.table.index.get((p.vantage, p.target))) is not None
            and p.vantage not in evidence.excluded
        ]
        tracked, belief = self._filter.step(
            memory.tracked, seen, waiting, self._factors(evidence.notices, now_s), now_s
        )
        asked = dict(memory.asked_s)
        for cell, _, begun_s in seen:
            asked[cell] = max(begun_s, asked.get(cell, begun_s))
        for cell, waited_s in waiting:
            asked[cell] = max(now_s - waited_s, asked.get(cell, 0.0))
        doubtful = belief.well < DOUBTS
        standing: dict[str, Standing] = {}
        if doubtful or memory.standing:
            past = past_of(tracked)
            kept = frozenset(memory.standing)
            considered = self._deciding.consider(belief, past, now_s, kept)
            standing = self._explained(
                self._deciding.stand(memory.standing, considered), memory, belief, past, now_s
            )
        claims = tuple(
            sorted(
                (s.claim for s in standing.values() if s.claim is not None),
                key=lambda c: (not c.named, -c.confidence, c.label),
            )
        )
        since_s = memory.doubt_since_s
        if belief.well >= INVESTIGATES:
            since_s = None
        elif since_s is None:
            since_s = now_s
        state = self._state(belief, claims, since_s, memory, now_s)
        candidates = self._candidates(belief) if doubtful else []
        asks: tuple[tuple[str, str], ...] = ()
        if doubtful:
            most = MOST_SETTLED if any(c.named for c in claims) else MOST
            asks = wishes(self.table, candidates, asked, evidence.excluded, now_s, most)
        after = Memory(
            tracked,
            standing,
            asked,
            since_s,
            blamed=bool(claims) or (memory.blamed and since_s is not None),
            known=known,
            set_aside=memory.set_aside + aside,
        )
        shown = (
            tuple(
                (label, round(p, 4))
                for label, p in sorted(
                    self._deciding.probabilities(belief).items(), key=lambda kv: -kv[1]
                )[:SHOWN]
            )
            if doubtful
            else ()
        )
        return after, Finding(now_s, state, claims, 1.0 - belief.well, shown, asks)

    def _explained(
        self,
        standing: dict[str, Standing],
        memory: Memory,
        belief: Belief,
        past: Past,
        now_s: float,
    ) -> dict[str, Standing]:
        """Give every claim its reasons: when it is made, when it changes, and now and then."""
        for label, stands in standing.items():
            if stands.claim is None:
                continue
            before = memory.standing.get(label)
            old = before.claim if before is not None else None
            if old is not None and old.reasons and now_s % RENEW_S >= SLOT_S:
                same = (old.named, old.mode, old.operations)
                if same == (stands.claim.named, stands.claim.mode, stands.claim.operations):
                    claim = replace(
                        stands.claim, reasons=old.reasons, rival=old.rival, lead=old.lead
                    )
                    standing[label] = replace(stands, claim=claim)
                    continue
            rival = self._deciding.best(belief, label, holding=False)
            since = past.since(int(stands.claim.onset_s // SLOT_S))
            found, lead = reasons(self.table, stands.hypothesis, rival, since)
            claim = replace(
                stands.claim, reasons=found, rival=self._deciding.named(rival), lead=lead
            )
            standing[label] = replace(stands, claim=claim)
        return standing

    def _seen(
        self, memory: Memory, evidence: Evidence, now_s: float
    ) -> tuple[list[tuple[int, int, float]], int, dict[str, float]]:
        """What counts, how much does not, and the ids of the looks that might come again."""
        seen, aside = [], 0
        oldest_s = now_s - LATE_S
        known = {id_: at_s for id_, at_s in memory.known.items() if at_s >= oldest_s}
        for look in evidence.looks:
            cell = self.table.index.get((look.vantage, look.target))
            in_time = oldest_s <= look.begun_s <= now_s + FUTURE_S
            if cell is None or not in_time or look.id in known:
                aside += 1
                continue
            if look.id:
                known[look.id] = look.begun_s
            if look.vantage not in evidence.excluded:
                seen.append((cell, _OUTCOME[look.outcome], look.begun_s))
        for signal in evidence.signals:
            cell = self.table.index.get((signal.subject, signal.kind.value))
            if cell is None or not oldest_s <= signal.at_s <= now_s + FUTURE_S:
                aside += 1
                continue
            seen.append((cell, _OUTCOME[signal.outcome], signal.at_s))
        return seen, aside, known

    def _factors(self, notices: tuple[Notice, ...], now_s: float) -> NDArray[np.float64]:
        """How much likelier than usual every fault begins; of two notices of a kind one counts."""
        standing = frozenset(
            (n.kind, n.party, n.region) for n in notices if n.from_s <= now_s < n.to_s
        )
        if not standing:
            return self._usual
        found = self._factors_of.get(standing)
        if found is None:
            if len(self._factors_of) >= MOST_FACTORS:
                self._factors_of.clear()
            found = self._usual.copy()
            for i, single in enumerate(self.table.singles):
                fault = self.table.faults[single.fault]
                most = {kind: 1.0 for kind, _, _ in standing}
                for kind, party, region in standing:
                    most[kind] = max(most[kind], _factor(kind, party, region, fault))
                found[i] = math.prod(most.values())
            self._factors_of[standing] = found
        return found

    @staticmethod
    def _state(
        belief: Belief,
        claims: tuple[Claim, ...],
        since_s: float | None,
        memory: Memory,
        now_s: float,
    ) -> State:
        if any(c.named for c in claims):
            return State.BLAMED
        if since_s is None:
            return State.RECOVERING if memory.blamed and belief.well < DOUBTS else State.OK
        if claims:
            return State.INVESTIGATING
        return State.INCONCLUSIVE if now_s - since_s >= PUZZLED_S else State.INVESTIGATING

    def _candidates(self, belief: Belief) -> list[tuple[Hypothesis, float]]:
        found: list[tuple[Hypothesis, float]] = [((), belief.well)]
        order = np.argsort(-belief.singles, kind="stable")[:CANDIDATES]
        found.extend(((int(i),), float(belief.singles[i])) for i in order)
        if belief.pairs is not None:
            flat = np.triu(belief.pairs).ravel()
            top = np.argpartition(-flat, CANDIDATES)[:CANDIDATES]
            n = len(self.table.whole)
            for k in sorted(int(k) for k in top):
                if flat[k] > 1e-9:
                    pair = (int(self.table.whole[k // n]), int(self.table.whole[k % n]))
                    found.append((pair, float(2.0 * flat[k])))
        found.sort(key=lambda hw: (-hw[1], hw[0]))
        return [(h, w) for h, w in found[:CANDIDATES] if w > 1e-9]


def _factor(what: NoticeKind, party: str | None, region: str | None, fault: Fault) -> float:
    kind = fault.kind
    match what:
        case NoticeKind.DEPLOY:
            return DEPLOY_FACTOR if kind.domain is FaultDomain.PLATFORM else 1.0
        case NoticeKind.MAINTENANCE:
            mine = kind.domain is FaultDomain.MAINTENANCE and fault.party == party
            return MAINTENANCE_FACTOR if mine else 1.0
        case NoticeKind.POWER_CUT:
            mine = kind.scope is Scope.REGION and fault.key.endswith(f":{region}")
            return POWER_FACTOR if mine and kind.domain is not None else 1.0
        case NoticeKind.STATUS | NoticeKind.ALERT | NoticeKind.REPORTS:
            factor = {
                NoticeKind.STATUS: STATUS_FACTOR,
                NoticeKind.ALERT: ALERT_FACTOR,
                NoticeKind.REPORTS: REPORTS_FACTOR,
            }[what]
            theirs = kind.domain in (FaultDomain.UPSTREAM, FaultDomain.PLATFORM)
            return factor if theirs and fault.party == party else 1.0
