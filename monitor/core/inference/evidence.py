"""What inference reasons from: typed evidence, and nothing of how it was gathered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.model import NoticeKind


class Outcome(StrEnum):
    """What a look or a signal saw; the names and their order are those of `govah-tape/1`."""

    OK = "ok"
    SLOW = "slow"
    DNS_SERVFAIL = "dns_servfail"
    DNS_NXDOMAIN = "dns_nxdomain"
    CONNECTION_REFUSED = "connection_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    CONNECTION_RESET = "connection_reset"
    TLS_CERTIFICATE = "tls_certificate"
    TLS_OTHER = "tls_other"
    HTTP_5XX = "http_5xx"
    HTTP_401 = "http_401"
    HTTP_429 = "http_429"
    HTTP_4XX = "http_4xx"
    CONTENT_MISMATCH = "content_mismatch"
    REJECTED = "rejected"
    READ_TIMEOUT = "read_timeout"
    NO_RESULT = "no_result"  # the agent itself reported nothing
    DROP = "drop"  # far less than usual


OUTCOMES = tuple(Outcome)


class SignalKind(StrEnum):
    """What else than a look can speak."""

    SELF = "self"  # a vantage's own health: ok; slow = loop lags; content_mismatch = clock is off
    REGIONAL_TRAFFIC = "regional_traffic"  # doctors' sessions from a vantage's region: ok or drop
    MAINS = "mains"  # power at a vantage: ok, or drop = it runs on battery
    TRAFFIC = "traffic"  # outcomes of the platform's own calls of one operation of one upstream


@dataclass(frozen=True, slots=True)
class Look:
    """One answered look. Times are monotonic seconds."""

    vantage: str
    target: str
    begun_s: float
    ended_s: float
    outcome: Outcome
    id: str = ""  # of the observation behind it


@dataclass(frozen=True, slots=True)
class Signal:
    """One reading of a signal. `subject` is a vantage; for `TRAFFIC` a transaction target."""

    kind: SignalKind
    subject: str
    at_s: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Pending:
    """A look under way: that it has not answered yet speaks too."""

    vantage: str
    target: str
    begun_s: float


@dataclass(frozen=True, slots=True)
class Notice:
    """Something announced or told; it moves what we expect, and never decides.

    It is worth something from `from_s` to `to_s` only: an announced end is an end.
    """

    kind: NoticeKind
    from_s: float
    to_s: float
    party: str | None = None
    region: str | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is new at a tick (looks, signals) and what is so now (the rest)."""

    looks: tuple[Look, ...] = ()
    signals: tuple[Signal, ...] = ()
    pending: tuple[Pending, ...] = ()
    notices: tuple[Notice, ...] = ()
    excluded: frozenset[str] = frozenset()  # vantages that are blind, ill or not believed
