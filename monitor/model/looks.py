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
