"""Takes away what a claim cites, and asks again: without its grounds a claim must fall."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.core.inference.evidence import SignalKind
from monitor.core.replay.play import play

if TYPE_CHECKING:
    from monitor.core.inference.bayes import BayesReasoner, Memory
    from monitor.core.inference.evidence import Evidence
    from monitor.core.inference.finding import Claim, Finding
    from monitor.core.replay.reel import Reel

EARLIER_S = 10.0  # an onset is an estimate


@dataclass(frozen=True, slots=True)
class Tried:
    """A claim, and whether it still stood named without what it cites."""

    label: str
    at_s: float
    stands: bool


class _Recorder:
    def __init__(self, reasoner: BayesReasoner) -> None:
        self.reasoner = reasoner
        self.told: list[tuple[float, Evidence]] = []

    def start(self, now_s: float) -> Memory:
        return self.reasoner.start(now_s)

    def step(self, memory: Memory, evidence: Evidence, now_s: float) -> tuple[Memory, Finding]:
        self.told.append((now_s, evidence))
        return self.reasoner.step(memory, evidence, now_s)


def without_grounds(reel: Reel, reasoner: BayesReasoner) -> list[Tried]:
    """Every claim of a tape when it is first named, judged again without its grounds."""
    recorder = _Recorder(reasoner)
    firsts: dict[str, Claim] = {}
    at_s: dict[str, float] = {}
    for moment in play(reel, recorder):
        for claim in moment.finding.claims:
            if claim.named and claim.label not in firsts:
                firsts[claim.label], at_s[claim.label] = claim, moment.finding.now_s
    tried = []
    for label, claim in firsts.items():
        memory = reasoner.start(0.0)
        for now_s, evidence in recorder.told:
            if now_s > at_s[label]:
                break
            memory, finding = reasoner.step(memory, _less(evidence, claim), now_s)
        stands = any(c.named and c.label == label for c in finding.claims)
        tried.append(Tried(label, at_s[label], stands))
    return tried


def _less(evidence: Evidence, claim: Claim) -> Evidence:
    cited = {
        (vantage, r.target, r.outcome)
        for r in claim.reasons
        if r.weight > 0
        for vantage in (r.vantages or ("",))
    }
    asked = {(vantage, target) for vantage, target, _ in cited}
    since_s = claim.onset_s - EARLIER_S
    return replace(
        evidence,
        looks=tuple(
            o
            for o in evidence.looks
            if o.begun_s < since_s or (o.vantage, o.target, o.outcome.value) not in cited
        ),
        pending=tuple(p for p in evidence.pending if (p.vantage, p.target) not in asked),
        signals=tuple(
            s
            for s in evidence.signals
            if s.at_s < since_s
            or (
                ("", s.subject, s.outcome.value)
                if s.kind is SignalKind.TRAFFIC
                else (s.subject, s.kind.value, s.outcome.value)
            )
            not in cited
        ),
    )
