"""What inference concludes at a tick."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.model import EvidenceClass, FaultDomain, Mode


class State(StrEnum):
    """How far we are."""

    OK = "ok"
    INVESTIGATING = "investigating"
    INCONCLUSIVE = "inconclusive"  # something is wrong and no explanation holds
    BLAMED = "blamed"
    RECOVERING = "recovering"


@dataclass(frozen=True, slots=True)
class Reason:
    """What one kind of evidence says between a claim and its strongest rival."""

    evidence: EvidenceClass
    target: str  # what was looked at, or the signal's kind
    outcome: str  # what was seen there
    vantages: tuple[str, ...]
    count: int  # looks or readings
    weight: float  # nats towards the claim; negative: against it
    looks: tuple[str, ...] = ()  # ids of the observations, at most 24
    over_rival: float = 0.0  # nats towards the claim, against its strongest rival alone


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose fault something is."""

    domain: FaultDomain
    party: str | None  # who is claimed to be at fault; the upstream concerned, for credentials,
    # contract, maintenance and path
    mode: Mode
    confidence: float  # shown: calibrated and capped
    onset_s: float
    named: bool  # it meets the bar for the public
    operations: tuple[str, ...] = ()  # of the party; empty: all
    probable: bool = False  # posterior >= 0.9, fit and guards hold but for the dwell
    reasons: tuple[Reason, ...] = ()  # strongest first; filled when the claim is made or changes
    rival: str | None = None  # label of the strongest other explanation
    lead: float = 0.0  # nats between the claim and that rival
    places: tuple[str, ...] = ()  # vantages it concerns (path, monitor, power)
    fault: str = ""  # the likeliest kind of fault, as `platform.relay:tamin`
    targets: tuple[str, ...] = ()  # where that fault shows

    @property
    def label(self) -> str:
        """`upstream:tamin`, `platform`, …: as tapes have it."""
        own_party = self.domain.value in ("platform", "shared", "monitor", "power")
        if self.party is None or own_party or self.domain.value.startswith("network."):
            return self.domain.value
        return f"{self.domain.value}:{self.party}"


@dataclass(frozen=True, slots=True)
class Finding:
    """The whole conclusion of a tick."""

    now_s: float
    state: State
    claims: tuple[Claim, ...]  # all that stand, named or not, strongest first
    doubt: float  # probability that something is wrong
    candidates: tuple[tuple[str, float], ...] = ()  # (label, probability) of the top explanations
    wishes: tuple[tuple[str, str], ...] = ()  # (vantage, target) pairs to look at now, best first
    settles: tuple[str, ...] = ()  # targets whose answers would settle it, if inconclusive
