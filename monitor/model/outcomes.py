"""What became of the platform's own calls, counted by the minute."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class OutcomeClass(StrEnum):
    """What became of a call, as the platform saw it."""

    OK = "ok"
    SLOW = "slow"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    SERVER_ERROR = "server_error"
    CLIENT_ERROR = "client_error"
    CREDENTIALS = "credentials"
    BUSINESS = "business"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """So many calls of one kind within one minute; who called, and for whom, is not in it."""

    service: str
    operation: str
    outcome: OutcomeClass
    minute_at: datetime
    count: int
    code: str | None = None  # the upstream's own
    region: str | None = None
    network: str | None = None
    received_at: datetime | None = None  # when its batch reached us; None: not stored yet


@dataclass(frozen=True, slots=True)
class Batch:
    """Outcomes that are stored together, once."""

    id: str  # 16 lower-case hex digits, chosen by the sender
    outcomes: tuple[Outcome, ...]


class BatchResult(StrEnum):
    """What became of a request that carries outcomes."""

    STORED = "stored"
    KNOWN = "known"
    MALFORMED = "malformed"
    UNSIGNED = "unsigned"
    TOO_LARGE = "too_large"
    TOO_OFTEN = "too_often"
    TOO_SLOW = "too_slow"
    STORE_FAILING = "store_failing"


class PollResult(StrEnum):
    """What became of asking somebody for a minute of outcomes."""

    STORED = "stored"
    KNOWN = "known"
    UNANSWERED = "unanswered"
    STORE_FAILING = "store_failing"
