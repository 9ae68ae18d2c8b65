"""What is declared: who there is, what we look at and from where, how we judge and speak."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from monitor.model.codes import Provider
    from monitor.model.verdicts import FaultDomain


class PartyKind(StrEnum):
    """Whose a service is: the platform's own, or somebody's behind it."""

    PLATFORM = "platform"
    UPSTREAM = "upstream"


class Role(StrEnum):
    """What a look at a target can tell."""

    FRONT = "front"  # reachable at all
    TRANSACTION = "transaction"  # does its work, asked directly
    RELAY = "relay"  # the same transaction, asked through the platform
    REFERENCE = "reference"  # shares nothing with the parties


class Scope(StrEnum):
    """Where a reference lives; tells a national cut from an international one."""

    DOMESTIC = "domestic"
    INTERNATIONAL = "international"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who can be at fault."""

    id: str
    kind: PartyKind
    name: Mapping[str, str]  # language -> name as doctors say it


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a doctor does with a service."""

    id: str
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Service:
    """What a doctor uses; its health is told per operation."""

    id: str
    party: str
    name: Mapping[str, str]
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """How often we may ask at most: a token bucket."""

    most: int  # so many at once, after a rest
    per_s: float  # in so many seconds


@dataclass(frozen=True, slots=True)
class Target:
    """Something a probe can look at.

    A reference has a `scope` and neither party nor service. Any other target names the `service`
    and the `operations` whose health it tells (empty: all of them, as a front does); a relay names
    the upstream's service it asks for through the platform.
    """

    id: str
    role: Role
    party: str | None = None
    service: str | None = None
    operations: tuple[str, ...] = ()
    scope: Scope | None = None
    country: str = "IR"
    budget: Budget | None = None  # of all looks at it, from all vantages together


@dataclass(frozen=True, slots=True)
class Vantage:
    """A place, network and country we look from."""

    id: str
    name: Mapping[str, str]
    country: str
    region: str
    network: str
    source_address: str | None = None
    resolvers: tuple[str, ...] = ()  # "address:port"; empty: the system's
    interface: str | None = None  # the network interface to leave through
    private_networks: tuple[str, ...] = ()  # CIDR: private places that looks may go to
    agent: bool = False  # looked from by an agent at another site
    at_platform: bool = False  # inside the platform's own data centre


@dataclass(frozen=True, slots=True)
class SharedThing:
    """Something that targets of several parties stand on, as a national gateway."""

    id: str
    serves: tuple[str, ...]  # ids of targets, of two parties at least
    name: Mapping[str, str] = field(default_factory=dict)  # empty: it has none that people say


class ProbeSpec(Protocol):
    """What a probe needs to look once; the concrete ones live in `probes.spec`."""

    @property
    def kind(self) -> str:
        """Which probe; `step` is told by the transaction it belongs to and never asked itself."""
        ...


@dataclass(frozen=True, slots=True)
class Credential:
    """How we log in somewhere, and how long that holds.

    The paths are JMESPaths into the login's answer.
    """

    id: str
    service: str  # whose refusal it would be
    login: ProbeSpec  # an HTTP request; carries the secret
    token_path: str
    lifetime_path: str | None  # seconds, in the answer
    lifetime_s: float  # where the answer does not say
    lifetime_unit_s: float = 1.0  # what one of `lifetime_path` is
    refresh_before_s: float = 20.0
    timeout_s: float = 10.0
    backoff_first_s: float = 60.0
    backoff_longest_s: float = 3600.0
    logins: Budget = Budget(4, 3600.0)
    looks: Budget | None = None  # of all looks with it, from all vantages together
    expires_on: date | None = None  # when the secret itself ends
    lock_after: int | None = None  # so many refusals in a row lock the account there


@dataclass(frozen=True, slots=True)
class HeartbeatSource:
    """Somebody who tells us that he is alive."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Check:
    """A probe, its target, its timetable, its patience."""

    id: str
    target: str
    vantages: tuple[str, ...]
    spec: ProbeSpec
    every_s: float
    timeout_s: float
    slow_after_s: float | None = None
    provider: str | None = None  # whose codes its answers carry; for a report's sentences


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do now: approved, dated, with an end; the neutral one never ends."""

    id: str
    domains: tuple[FaultDomain, ...]  # empty: any
    services: tuple[str, ...]  # empty: any
    page: Mapping[str, tuple[str, ...]]  # language -> one or two imperatives
    short: Mapping[str, str]  # language -> the clause for an SMS
    approved_by: str
    approved_on: date
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """A doctor who can be told; the number is never printed, logged or stored by us."""

    id: str
    phone: str = field(repr=False)
    services: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Figures that decide; all are configuration, the defaults are DESIGN's."""

    tick_s: float = 5.0
    named_bar: float = 0.995
    probable_bar: float = 0.9
    dwell_ticks: int = 3
    symptom_after_s: float = 120.0  # an unexplained failure is told to people after this long
    reference_fresh_s: float = 50.0
    ill_for_s: float = 15.0  # after our own loop stalled or our clock stepped, nobody is judged
    lag_limit_s: float = 0.75
    step_limit_s: float = 1.0  # a jump of the wall clock that makes us ill
    starved_limit: float = 0.5  # share of the time without a processor that makes us ill
    memory_limit: float = 0.95
    clock_error_limit_s: float = 5.0
    agent_clock_limit_s: float = 30.0  # an agent's clock further off than this is not believed
    liar_after_s: float = 120.0  # contradicting all others for so long is not believed
    extra_per_tick: int = 10  # looks that a doubt may ask for beyond the timetable; 0: none
    extra_pair_s: float = 8.0  # between two of them of one check from one vantage
    extra_timeout_s: float = 3.0  # their patience, where the check's own is not shorter
    stable_s: float = 300.0  # good this long before "resolved"
    unstable_after_flaps: int = 3
    unstable_stable_s: float = 1800.0
    promise_s: float = 1800.0
    promise_grace_s: float = 60.0
    stale_intervals: float = 3.0
    open_message_valid_s: float = 1800.0
    resolved_message_valid_s: float = 7200.0


@dataclass(frozen=True, slots=True)
class World:
    """Everything declared: who there is, what we look at, from where, how we judge and speak."""

    platform: str  # the platform's party id
    parties: Mapping[str, Party]
    services: Mapping[str, Service]
    targets: Mapping[str, Target]
    vantages: Mapping[str, Vantage]
    checks: Mapping[str, Check]
    advice: tuple[Advice, ...]
    rules: Rules
    languages: tuple[str, ...]  # the first is the page's own
    time_zone: str
    country: str = "IR"
    credentials: Mapping[str, Credential] = field(default_factory=dict)
    providers: Mapping[str, Provider] = field(default_factory=dict)
    heartbeats: Mapping[str, HeartbeatSource] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # of notices: names
    shared: Mapping[str, SharedThing] = field(default_factory=dict)
    mains: tuple[str, ...] = ()  # vantages of whose mains power we are told
