"""What others announced or told, as grounds: it moves what we expect, and never decides."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from monitor.core.inference.likelihoods import (
    ALERT_FACTOR,
    DEPLOY_FACTOR,
    MAINTENANCE_FACTOR,
    POWER_FACTOR,
    REPORTS_FACTOR,
    STATUS_FACTOR,
)
from monitor.model import EvidenceClass, FaultDomain, Ground, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.core.inference.evidence import Notice
    from monitor.core.inference.finding import Claim
    from monitor.core.inference.layout import Layout
    from monitor.model import Fact

D, K, E = FaultDomain, NoticeKind, EvidenceClass
_KINDS: Mapping[NoticeKind, tuple[float, EvidenceClass]] = {
    K.DEPLOY: (DEPLOY_FACTOR, E.ENVIRONMENT),
    K.MAINTENANCE: (MAINTENANCE_FACTOR, E.OFFICIAL_NOTICE),
    K.POWER_CUT: (POWER_FACTOR, E.ENVIRONMENT),
    K.STATUS: (STATUS_FACTOR, E.OFFICIAL_NOTICE),
    K.ALERT: (ALERT_FACTOR, E.REPORTS),
    K.REPORTS: (REPORTS_FACTOR, E.REPORTS),
}


def told(claim: Claim, layout: Layout, notices: Iterable[Notice]) -> Iterator[tuple[float, Ground]]:
    """Notices that make a claim, or another explanation in its place, likelier.

    A notice multiplies how often such faults begin while it stands (`likelihoods`), so it weighs
    the logarithm of that; one that had ended at the onset weighs nothing.

    Args:
        claim: What is claimed.
        layout: What is declared.
        notices: What was announced or told, with times on the claim's clock.

    Yields:
        Nats (negative: against), and the ground.
    """
    for notice in notices:
        if not notice.from_s <= claim.onset_s < notice.to_s:
            continue
        supports = _bears(notice, claim, layout)
        if supports is None:
            continue
        factor, evidence = _KINDS[notice.kind]
        facts: dict[str, Fact] = {}
        if notice.kind is K.POWER_CUT:
            facts["vantages"] = _there(notice, layout)
        elif notice.party is not None:
            facts["party"] = notice.party
        nats = log(factor) if supports else -log(factor)
        yield nats, Ground(f"told.{notice.kind.value}", supports, evidence, 0.0, facts)


def _bears(notice: Notice, claim: Claim, layout: Layout) -> bool | None:
    """Whether it speaks for the claim (True), for another explanation (False), or for neither."""
    match notice.kind:
        case K.DEPLOY:
            return claim.domain is D.PLATFORM
        case K.MAINTENANCE:
            if notice.party is None or notice.party != claim.party:
                return None
            return claim.domain is D.MAINTENANCE
        case K.POWER_CUT:
            if not set(_there(notice, layout)) & set(claim.places):
                return None
            return claim.domain is D.POWER
        case K.STATUS | K.ALERT | K.REPORTS:
            if claim.domain is D.PLATFORM:
                return True if notice.party == layout.platform else None
            mine = claim.domain is D.UPSTREAM and notice.party == claim.party
            return True if mine and notice.party is not None else None


def _there(notice: Notice, layout: Layout) -> tuple[str, ...]:
    return tuple(sorted(p.id for p in layout.places.values() if p.region == notice.region))
