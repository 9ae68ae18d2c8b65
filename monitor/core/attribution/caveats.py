"""What a claim leaves open: its strongest rival, what nobody sees from outside, what would settle.

The limits are those of identifiability (docs/attribution.md): no arithmetic lifts them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.attribution.strength import odds_of
from monitor.core.inference.evidence import Outcome, SignalKind
from monitor.model import EvidenceClass, FaultDomain, Ground

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.core.inference.finding import Claim, Finding
    from monitor.core.inference.layout import Layout
    from monitor.model import Fact

RIVAL_WEIGHT, UNSEEN_WEIGHT = 0.15, 0.1  # they close the list
NOBODYS = FaultDomain.NONE.value  # a disturbance that nobody must answer for
CLOSE_NATS = 0.7  # a lead below two to one rules nothing out
D = FaultDomain
_UNSEEN: Mapping[FaultDomain, str] = {
    D.UPSTREAM: "unseen.inside",
    D.CONTRACT: "unseen.inside",
    D.MAINTENANCE: "unseen.inside",
    D.SHARED: "unseen.one_or_several",
    D.CREDENTIALS: "unseen.refusal",
    D.PATH: "unseen.way",
    D.NETWORK_DOMESTIC: "unseen.network",
    D.NETWORK_INTERNATIONAL: "unseen.network",
    D.MONITOR: "unseen.silence",
    D.POWER: "unseen.silence",
}
_CHANGES: Mapping[FaultDomain, tuple[str, ...]] = {
    D.UPSTREAM: ("direct_answers", "references_fail"),
    D.SHARED: ("one_answers", "references_fail"),
    D.CONTRACT: ("direct_answers", "references_fail"),
    D.MAINTENANCE: ("direct_answers",),
    D.CREDENTIALS: ("credentials_renewed",),
    D.PATH: ("second_vantage",),
    D.PLATFORM: ("direct_fails",),
    D.NETWORK_DOMESTIC: ("references_back",),
    D.NETWORK_INTERNATIONAL: ("references_back",),
    D.MONITOR: ("own_health",),
    D.POWER: ("own_health",),
}


def caveats(claim: Claim, layout: Layout, above_all: Ground | None) -> tuple[Ground, ...]:
    """The strongest rival and why it lost, and what we cannot see.

    Args:
        claim: What is claimed.
        layout: What is declared.
        above_all: The ground that tells the claim from its rival best.
    """
    found = []
    if claim.rival is not None or claim.lead >= CLOSE_NATS:
        found.append(_rival(claim, claim.rival or NOBODYS, above_all))
    key = _UNSEEN.get(claim.domain)
    if key is not None and (key != "unseen.silence" or _ambiguous(claim, layout)):
        facts: dict[str, Fact] = {} if claim.party is None else {"party": claim.party}
        found.append(Ground(key, False, EvidenceClass.SELF, UNSEEN_WEIGHT, facts))
    return tuple(found)


def changes_of(claim: Claim) -> tuple[str, ...]:
    """Keys of what would change our mind about a claim (`would_change.*`)."""
    return (*_CHANGES.get(claim.domain, ()), *(() if claim.named else ("longer",)))


def doubts_of(finding: Finding) -> tuple[Ground, ...]:
    """What is said where no explanation holds: the likeliest ones, and what would settle it.

    Args:
        finding: With its candidates and with `settles`, or else with its wishes.
    """
    found = [
        Ground(
            "doubt.candidate",
            False,
            EvidenceClass.ACTIVE_PROBE,
            round(share, 3),
            {"explanation": label, "share": share},
        )
        for label, share in finding.candidates
    ]
    targets = finding.settles or tuple(dict.fromkeys(target for _, target in finding.wishes))
    if targets:
        facts: dict[str, Fact] = {"targets": targets}
        found.append(
            Ground("doubt.settle", False, EvidenceClass.ACTIVE_PROBE, UNSEEN_WEIGHT, facts)
        )
    return tuple(found)


def _rival(claim: Claim, rival: str, above_all: Ground | None) -> Ground:
    if claim.lead < CLOSE_NATS:
        facts: dict[str, Fact] = {"rival": rival, "lead": round(claim.lead, 2)}
        return Ground("rival.close", False, EvidenceClass.ACTIVE_PROBE, RIVAL_WEIGHT, facts)
    facts = {"rival": rival, "lead": round(claim.lead, 2), "odds": odds_of(claim.lead)}
    if above_all is None:
        return Ground("rival.lost", True, EvidenceClass.ACTIVE_PROBE, RIVAL_WEIGHT, facts)
    why = {**above_all.facts, **facts, "why": above_all.key}
    why.pop("unfit", None)  # it is what the sentence is about
    return Ground("rival.lost_by", True, above_all.evidence, RIVAL_WEIGHT, why, above_all.looks)


def _ambiguous(claim: Claim, layout: Layout) -> bool:
    """Whether something is silent at a place whose power nobody watches."""
    watched = {subject for subject, kind in layout.signals if kind is SignalKind.MAINS}
    silent = {v for r in claim.reasons if r.outcome == Outcome.NO_RESULT for v in r.vantages}
    return not silent <= watched
