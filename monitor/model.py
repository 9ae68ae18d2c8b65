"""The values that cross borders between parts; frozen, without behaviour that needs a machine.

Words are those of `docs/glossary.md`. Times labelled `_at` are aware UTC; `_mono_s` are seconds of
the monotonic clock of one process run and never leave it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


# --- the declared world ---------------------------------------------------------------------


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


class ProbeSpec(Protocol):
    """What a probe needs to look once; the concrete ones live in `probes.spec`."""

    @property
    def kind(self) -> str:
        """Which probe: `http`, `tcp`, `tls` or `dns`."""
        ...


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


# --- looking --------------------------------------------------------------------------------


class Phase(StrEnum):
    """How far a look came; a failure belongs to the phase it happened in."""

    START = "start"  # before the first byte: our own side
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    WAIT = "wait"  # request sent, first byte of the answer awaited
    TRANSFER = "transfer"
    EXPECT = "expect"  # the answer is here; is it right?
    DONE = "done"


class Failure(StrEnum):
    """How a look failed: the closed list, described in `docs/failures.md`."""

    # names
    DNS_TIMEOUT = "dns_timeout"
    DNS_NXDOMAIN = "dns_nxdomain_error"
    DNS_SERVFAIL = "dns_servfail_error"
    DNS_REFUSED = "dns_refused_error"
    DNS_NO_ANSWER = "dns_no_answer"
    DNS_BOGON = "dns_bogon_error"
    DNS_MALFORMED = "dns_malformed_answer"
    # connection
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_RESET = "connection_reset"
    CONNECT_TIMEOUT = "connect_timeout"
    HOST_UNREACHABLE = "host_unreachable"
    NETWORK_UNREACHABLE = "network_unreachable"
    EOF = "eof_error"
    # TLS
    TLS_TIMEOUT = "tls_timeout"
    TLS_HANDSHAKE = "ssl_failed_handshake"
    TLS_EXPIRED = "ssl_certificate_expired"
    TLS_NOT_YET_VALID = "ssl_certificate_not_yet_valid"
    TLS_WRONG_HOST = "ssl_invalid_hostname"
    TLS_UNKNOWN_AUTHORITY = "ssl_unknown_authority"
    TLS_INVALID = "ssl_invalid_certificate"
    # the answer as HTTP
    WAIT_TIMEOUT = "wait_timeout"
    TRANSFER_TIMEOUT = "transfer_timeout"
    HTTP_PROTOCOL = "http_protocol_error"
    HTTP_HEADER_TOO_LARGE = "http_header_too_large"
    HTTP_BODY_TOO_LARGE = "http_body_too_large"
    HTTP_BODY_UNDECODABLE = "http_body_undecodable"
    REDIRECT_LOOP = "redirect_loop"
    REDIRECT_REFUSED = "redirect_refused"
    HTTP_401 = "http_401"
    HTTP_403 = "http_403"
    HTTP_429 = "http_429"
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    HTTP_UNEXPECTED_STATUS = "http_unexpected_status"
    # the answer as what was asked for
    HEADER_MISMATCH = "header_mismatch"
    JSON_UNREADABLE = "json_parse_error"
    JSON_MISMATCH = "json_mismatch"
    TEXT_MISMATCH = "text_mismatch"
    DNS_MISMATCH = "dns_mismatch"
    APPLICATION_ERROR = "application_error"  # a well-formed error of the target's own making
    APPLICATION_REJECTED = (
        "application_rejected"  # a well-formed refusal nobody is to blame for yet
    )
    CREDENTIALS_REFUSED = "credentials_refused"  # a well-formed refusal of our credentials or quota
    # our own side
    NO_SOURCE_ADDRESS = "source_address_unavailable"
    OUT_OF_FILES = "too_many_open_files"
    OUT_OF_RESOURCES = "out_of_local_resources"
    # nobody's yet
    UNKNOWN = "unknown_failure"


class Void(StrEnum):
    """Why a look says nothing about its target: the reason is ours."""

    MISSED = "missed"  # due, not taken
    LOOP_LAG = "loop_lag"
    CLOCK_STEP = "clock_step"
    OUT_OF_FILES = "too_many_open_files"
    OUT_OF_RESOURCES = "out_of_local_resources"
    SOURCE_ADDRESS = "source_address_unavailable"
    BROKEN_PROBE = "broken_probe"  # a bug of ours


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds spent in each phase; None where the phase was not reached."""

    dns_s: float | None = None
    connect_s: float | None = None
    tls_s: float | None = None
    wait_s: float | None = None
    transfer_s: float | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the other side showed, known even when it did not verify."""

    sha256: str
    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    verified: bool


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one attempt of a probe saw; knows nothing of who asked or why."""

    phase: Phase
    failure: Failure | None = None
    detail: str = ""  # ours, scrubbed, at most 200 characters; never text of the other side
    timings: Timings = Timings()
    address: str | None = None  # the address that was tried
    http_status: int | None = None
    code: str | None = None  # the provider's own code, where the expectation names one
    body_bytes: int | None = None
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True)
class SelfHealth:
    """Our own condition over the time of a look."""

    lag_s: float = 0.0  # the longest the event loop was late
    clock_step_s: float = 0.0  # the largest jump of the wall clock against the monotonic one
    open_files: int = 0
    open_files_limit: int = 0


@dataclass(frozen=True, slots=True)
class Observation:
    """What one look saw; at most one failure; void if the reason was ours."""

    id: str  # also the request id sent to the target
    check: str
    vantage: str
    target: str
    started_at: datetime
    started_mono_s: float
    duration_s: float
    sighting: Sighting
    slow: bool = False
    health: SelfHealth = SelfHealth()
    void: Void | None = None

    @property
    def ok(self) -> bool:
        """The look counts and saw nothing wrong (it may still be slow)."""
        return self.void is None and self.sighting.failure is None

    @property
    def failed(self) -> bool:
        """The look counts and saw a failure."""
        return self.void is None and self.sighting.failure is not None


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment: the wall clock's label and the monotonic clock's reading."""

    at: datetime
    mono_s: float


class Grain(StrEnum):
    """How long a stretch one figure sums up; hours and days are those of the configured zone."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Figure:
    """What all looks of one target from one vantage amounted to in one stretch of time."""

    grain: Grain
    begin_at: datetime
    target: str
    vantage: str
    looks: int  # those that count: neither void nor missed
    failed: int  # of `looks`
    slow: int  # of `looks`, and not failed
    void: int  # taken, but say nothing: the reason was ours
    missed: int  # due, not taken
    duration_sum_s: float  # over `looks`
    duration_max_s: float  # over `looks`


# --- judging --------------------------------------------------------------------------------


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


# --- incidents ------------------------------------------------------------------------------


class IncidentState(StrEnum):
    """Where an incident stands."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    UNSTABLE = "unstable"
    RECOVERING = "recovering"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"  # a short disturbance that ended before it was confirmed

    @property
    def closed(self) -> bool:
        """Nothing moves it any more."""
        return self in (IncidentState.RESOLVED, IncidentState.DISMISSED)


class EntryKind(StrEnum):
    """What happened in an incident's story."""

    ONSET = "onset"
    CONFIRMED = "confirmed"
    REVISED = "revised"
    STILL = "still"  # the promised update: nothing changed
    PROMISE_MISSED = "promise_missed"
    RECOVERING = "recovering"
    RELAPSED = "relapsed"
    UNSTABLE = "unstable"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the story; `verdict` is what was claimed from then on."""

    at: datetime
    kind: EntryKind
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Incident:
    """A stretch of something not serving."""

    ref: int  # the short human number
    subject: str
    state: IncidentState
    verdict: Verdict
    onset_at: datetime
    since: Instant  # when the present state began
    public: bool  # doctors see it; False: operators only
    story: tuple[Entry, ...]  # oldest first
    flaps: int = 0
    advice: str | None = None
    next_update_at: datetime | None = None  # the promise
    promises_kept: int = 0
    promises_missed: int = 0
    clear_since: Instant | None = None
    recovered_at: datetime | None = None  # first good look of the last recovery
    resolved_at: datetime | None = None
    told: bool = False  # the opening messages were planned


class EffectKind(StrEnum):
    """What must happen because an incident moved; data until the shell carries it out."""

    TELL_OPEN = "tell_open"
    TELL_RESOLVED = "tell_resolved"
    CANCEL_OPEN = "cancel_open"  # open messages not yet handed over must not leave
    WARN_OPERATORS = "warn_operators"


@dataclass(frozen=True, slots=True)
class Effect:
    """One consequence of a move of incident `ref`."""

    kind: EffectKind
    ref: int
    note: str = ""  # WARN_OPERATORS: which warning (a metric label, from a closed list)


# --- delivering -----------------------------------------------------------------------------


class MessageKind(StrEnum):
    """What a message says."""

    OPEN = "open"
    RESOLVED = "resolved"


class DeliveryState(StrEnum):
    """Where a message to one person stands."""

    READY = "ready"
    SENDING = "sending"  # intent on disk, outcome not known yet
    UNKNOWN = "unknown"  # may have been accepted; looked up before anything else
    ACCEPTED = "accepted"  # the provider has it
    REJECTED = "rejected"  # the provider refused it for good
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    GIVEN_UP = "given_up"  # unknown for ever; flagged, never resent

    @property
    def final(self) -> bool:
        """Nothing will be done about it any more."""
        return self not in (DeliveryState.READY, DeliveryState.SENDING, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one person on one channel."""

    key: str  # the same intent has the same key, for ever
    incident: int
    kind: MessageKind
    recipient: str
    channel: str
    language: str
    body: str
    segments: int
    not_after: datetime
    created_at: datetime
    state: DeliveryState = DeliveryState.READY
    attempt: int = 0
    attempted_at: datetime | None = None
    retry_at: datetime | None = None
    provider_id: str | None = None
    note: str = ""  # our own word for what happened, from a closed list


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a sender needs; lives only between the outbox and the wire."""

    key: str
    to: str = field(repr=False)
    body: str = field(repr=False)
    valid_for_s: int


class SendOutcome(StrEnum):
    """What is known after an attempt."""

    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"  # provably not processed: may be tried again
    REJECTED = "rejected"  # refused for good
    UNKNOWN = "unknown"  # may have been processed


@dataclass(frozen=True, slots=True)
class SendResult:
    """The outcome of an attempt or of a look-up."""

    outcome: SendOutcome
    provider_id: str | None = None
    note: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything people may be shown at a moment; the page needs nothing else, not even a store."""

    judgement: Judgement
    incidents: tuple[Incident, ...]  # not closed, public and internal, oldest onset first
    recent: tuple[Incident, ...]  # public and closed, newest first
    warnings: tuple[str, ...] = ()  # what ails ourselves; closed list of keys
