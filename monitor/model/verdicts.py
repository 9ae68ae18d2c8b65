"""Who is at fault, how, how sure we are, and what that rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.model.looks import Instant


class FaultDomain(StrEnum):
    """Whose side."""

    NONE = "none"
    PLATFORM = "platform"
    CREDENTIALS = "credentials"
    UPSTREAM = "upstream"
    SHARED = "shared"
    CONTRACT = "contract"
    MAINTENANCE = "maintenance"
    PATH = "path"
    NETWORK_DOMESTIC = "network.domestic"
    NETWORK_INTERNATIONAL = "network.international"
    POWER = "power"
    MONITOR = "monitor"
    CLIENT = "client"
    UNDETERMINED = "undetermined"


class Mode(StrEnum):
    """How."""

    DOWN = "down"
    PARTIAL = "partial"
    SLOW = "slow"
    UNSTABLE = "unstable"


class Level(StrEnum):
    """How loudly a verdict may be spoken."""

    NAMED = "named"  # page and messages name the party
    PROBABLY = "probably"  # the page says "probably"; messages tell the symptom
    SYMPTOM = "symptom"  # everybody tells the symptom


class EvidenceClass(StrEnum):
    """Independent kinds of witness."""

    ACTIVE_PROBE = "active_probe"
    REAL_TRAFFIC = "real_traffic"
    OFFICIAL_NOTICE = "official_notice"
    ENVIRONMENT = "environment"
    REPORTS = "reports"
    SELF = "self"


class Health(StrEnum):
    """What the page says of a service or an operation."""

    FINE = "fine"
    SLOW = "slow"
    PARTIAL = "partial"
    OUTAGE = "outage"
    UNSTABLE = "unstable"
    RECOVERING = "recovering"
    MAINTENANCE = "maintenance"
    BLIND = "blind"


class Sight(StrEnum):
    """Whether a vantage is a witness right now."""

    SEES = "sees"
    ISOLATED = "isolated"  # its references do not answer: it cannot tell far from near
    SILENT = "silent"  # no fresh look from there
    ILL = "ill"  # our own process or clock was not well
    DOUBTED = "doubted"  # it contradicts all others about everybody: not believed for now


Fact = str | int | float | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason for or against a verdict; its words come from the catalogue, by `key`."""

    key: str
    supports: bool
    evidence: EvidenceClass
    weight: float  # in [0, 1], for order only
    facts: Mapping[str, Fact]
    looks: tuple[str, ...] = ()  # ids of the observations behind it


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who is at fault for a service (or for all: `service=None`) at a moment."""

    service: str | None
    domain: FaultDomain
    party: str | None
    mode: Mode
    operations: tuple[str, ...]  # affected ones; empty where `service` is None
    confidence: float  # in [0, 1]
    level: Level
    onset_at: datetime
    grounds: tuple[Ground, ...] = ()  # strongest first
    would_change: tuple[str, ...] = ()  # catalogue keys: what would change our mind
    firm: bool = False  # it has stood for the dwell

    @property
    def subject(self) -> str:
        """What an incident about this verdict is about: the service, or the domain for all."""
        return self.service if self.service is not None else f"*{self.domain}"

    @property
    def claim(self) -> tuple[str, str | None, str, tuple[str, ...], str]:
        """What is claimed, without figures: a change of it is a revision."""
        return (self.domain, self.party, self.mode, self.operations, self.level)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The whole picture at a tick."""

    now: Instant
    verdicts: tuple[Verdict, ...]
    operations: Mapping[tuple[str, str], Health]  # (service, operation) -> what we see
    vantages: Mapping[str, Sight]
    sighted: bool  # at least one vantage is a witness
    last_look_at: datetime | None  # begin of the newest look that counts
    wishes: tuple[tuple[str, str], ...] = ()  # (vantage, check) to look at now, best first
