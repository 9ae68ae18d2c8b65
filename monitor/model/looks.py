"""What a look saw, how it failed, and how we were ourselves meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


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
    DNS_PRIVATE = "dns_private_address"  # a private address where none is declared
    DNS_LOOP = "dns_alias_loop"
    DNS_MALFORMED = "dns_malformed_answer"
    # connection
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_RESET = "connection_reset"
    CONNECT_TIMEOUT = "connect_timeout"
    HOST_UNREACHABLE = "host_unreachable"
    NETWORK_UNREACHABLE = "network_unreachable"
    EOF = "eof_error"
    EGRESS_REFUSED = "egress_refused"  # we were to go where we may not
    ECHO_TIMEOUT = "echo_timeout"
    ECHO_LOSS = "echo_loss"
    # TLS
    TLS_TIMEOUT = "tls_timeout"
    TLS_HANDSHAKE = "ssl_failed_handshake"
    TLS_EXPIRED = "ssl_certificate_expired"
    TLS_NOT_YET_VALID = "ssl_certificate_not_yet_valid"
    TLS_WRONG_HOST = "ssl_invalid_hostname"
    TLS_UNKNOWN_AUTHORITY = "ssl_unknown_authority"
    TLS_SELF_SIGNED = "ssl_self_signed_certificate"
    TLS_MISSING_LINK = "ssl_missing_intermediate"
    TLS_OLD_PROTOCOL = "ssl_old_protocol"
    TLS_INVALID = "ssl_invalid_certificate"
    # the answer as HTTP
    WAIT_TIMEOUT = "wait_timeout"
    TRANSFER_TIMEOUT = "transfer_timeout"
    HTTP_PROTOCOL = "http_protocol_error"
    HTTP_BAD_CHUNK = "http_bad_chunk"
    HTTP_HEADER_TOO_LARGE = "http_header_too_large"
    HTTP_TOO_MANY_HEADERS = "http_too_many_headers"
    HTTP_BODY_TOO_LARGE = "http_body_too_large"
    HTTP_BODY_BOMB = "http_body_bomb"  # small on the wire, beyond the cap when decoded
    HTTP_BODY_UNDECODABLE = "http_body_undecodable"
    HTTP_UNASKED_CODING = "http_unasked_coding"
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
    XML_UNREADABLE = "xml_parse_error"
    XML_MISMATCH = "xml_mismatch"
    TEXT_MISMATCH = "text_mismatch"
    TEXT_WRONG_CHARSET = "text_wrong_charset"
    EMPTY_ANSWER = "empty_answer"  # nothing, or JSON with nothing in it
    LOGIN_PAGE = "login_page"
    CAPTCHA_PAGE = "captcha_page"
    BLOCK_PAGE = "block_page"  # a firewall's: it takes us for an attacker
    MAINTENANCE_PAGE = "maintenance_page"
    VALUE_MISSING = "value_missing"  # what a later step needs was not in the answer
    DNS_MISMATCH = "dns_mismatch"
    APPLICATION_ERROR = "application_error"  # a well-formed error of the target's own making
    APPLICATION_REJECTED = (
        "application_rejected"  # a well-formed refusal nobody is to blame for yet
    )
    BUSINESS_REFUSAL = "business_refusal"  # a right answer about the patient: no cover, duplicate
    # our standing with them
    CREDENTIALS_REFUSED = "credentials_refused"  # a well-formed refusal of our credentials or quota
    ACCOUNT_REFUSED = "account_refused"  # the doctor's account: locked, not activated
    SESSION_EXPIRED = "session_expired"  # a token or session of ours ran out before its time
    TOKEN_WITHHELD = "token_withheld"  # noqa: S105 - a name; refused before, and we wait
    # what others tell us
    HEARTBEAT_MISSING = "heartbeat_missing"
    HEARTBEAT_FAILED = "heartbeat_failed"  # they say themselves that it went wrong
    METRIC_MISSING = "metric_missing"
    METRIC_MISMATCH = "metric_mismatch"
    # our own side
    NO_SOURCE_ADDRESS = "source_address_unavailable"
    OUT_OF_FILES = "too_many_open_files"
    OUT_OF_RESOURCES = "out_of_local_resources"
    NOT_PERMITTED = "not_permitted"  # the system does not let us look this way
    OVER_BUDGET = "over_own_budget"  # one look more and we would cause the 429 we report
    WRITE_REFUSED = "write_refused"  # it could have registered something
    NO_TOKEN = "no_token"  # noqa: S105 - a name; cut off from whoever holds our credentials
    NOTHING_YET = "nothing_yet"  # we have not been listening long enough to say
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
    PAUSED = "paused"  # the whole process or machine stood still
    CPU_STARVED = "cpu_starved"
    MEMORY_PRESSURE = "memory_pressure"
    CLOCK_UNSURE = "clock_unsure"  # our wall clock is off by more than we tolerate
    NOT_REACHED = "not_reached"  # an earlier step of the same look failed
    NOT_PERMITTED = "not_permitted"
    OVER_BUDGET = "over_own_budget"
    WRITE_REFUSED = "write_refused"
    NO_TOKEN = "no_token"  # noqa: S105 - a name
    NOTHING_YET = "nothing_yet"  # just started: silence means nothing yet
    QUARANTINED = "quarantined"  # the vantage is not believed at present
    SPOOL_FULL = "spool_full"  # looked, and there was no room to keep it


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
    steps: tuple[Step, ...] = ()  # of a transaction, in order; empty otherwise


@dataclass(frozen=True, slots=True)
class Step:
    """What one step of a transaction saw."""

    name: str
    sighting: Sighting  # without steps of its own
    begun_s: float  # after the look began
    duration_s: float


@dataclass(frozen=True, slots=True)
class SelfHealth:
    """Our own condition over the time of a look."""

    lag_s: float = 0.0  # the longest the event loop was late
    clock_step_s: float = 0.0  # the largest jump of the wall clock against the monotonic one
    open_files: int = 0
    open_files_limit: int = 0
    paused_s: float = 0.0  # the longest the whole process stood still
    starved: float = 0.0  # share of the time we were ready to run and had no processor, 0 to 1
    memory: float = 0.0  # share of the memory we may use that is used, 0 to 1
    clock_error_s: float = 0.0  # how wrong the wall clock may be, as far as anybody knows


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
    steps: tuple[Step, ...] = ()  # of a transaction: those that this observation tells of
    received_at: datetime | None = None  # when an agent's look reached us; None: looked ourselves
    late: bool = False  # it reached us after it could have been judged in time

    @property
    def ok(self) -> bool:
        """The look counts and saw nothing wrong (it may still be slow)."""
        return self.void is None and self.sighting.failure is None

    @property
    def failed(self) -> bool:
        """The look counts and saw a failure."""
        return self.void is None and self.sighting.failure is not None


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A look that has begun and not answered yet."""

    vantage: str
    check: str
    started_mono_s: float


class WishResult(StrEnum):
    """What became of a wish for an extra look."""

    TAKEN = "taken"
    UNDER_WAY = "under_way"  # somebody looks there already
    TOO_SOON = "too_soon"  # after the last extra look there
    TOO_MANY = "too_many"  # extra looks at once, or at this tick
    OVER_BUDGET = "over_budget"  # it would take what the timetable needs
    NOT_OURS = "not_ours"  # nobody looks so from here


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment: the wall clock's label and the monotonic clock's reading."""

    at: datetime
    mono_s: float


@dataclass(frozen=True, slots=True)
class Beat:
    """Somebody told us that he is alive, or that something of his went wrong."""

    source: str
    instant: Instant  # when it reached us
    ok: bool = True
