"""What others say and what happens around us: notices, power, the platform's own traffic."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class NoticeKind(StrEnum):
    """What was announced or told by somebody."""

    MAINTENANCE = "maintenance"
    POWER_CUT = "power_cut"
    DEPLOY = "deploy"
    STATUS = "status"  # the upstream's own word that something is wrong there
    ALERT = "alert"  # somebody's alert about a party
    REPORTS = "reports"  # doctors say it does not work


class PushResult(StrEnum):
    """What became of a request that pushes something to us."""

    TAKEN = "taken"
    MALFORMED = "malformed"
    UNPROVED = "unproved"  # no such hook, or not its secret
    FORBIDDEN = "forbidden"  # it may not speak of this party
    TOO_LARGE = "too_large"
    TOO_OFTEN = "too_often"
    TOO_SLOW = "too_slow"
    STORE_FAILING = "store_failing"


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody's word about a stretch of time. It moves what we expect, and decides nothing.

    An announced end is an end: after `to_at` it is worth nothing.
    """

    id: str  # ours: the source and the source's own id
    source: str  # the configured source, or hook, it came from
    kind: NoticeKind
    from_at: datetime
    to_at: datetime
    seen_at: datetime  # when we first learnt of it
    party: str | None = None
    services: tuple[str, ...] = ()  # empty: all of the party's
    region: str | None = None  # of a power cut
    says: str = ""  # their state in a word of ours, as `major_outage`; never their text


class TrafficState(StrEnum):
    """How the platform's own calls of one operation go, against what is usual then."""

    USUAL = "usual"
    SLOW = "slow"
    FAILING = "failing"  # the upstream errs or does not answer
    REFUSED = "refused"  # our credentials are refused
    QUIET_FAULT = "quiet_fault"  # well-formed refusals of patients, far more than usual
    DROP = "drop"  # far fewer calls than usual, and not because it is night
    THIN = "thin"  # too little to say anything


@dataclass(frozen=True, slots=True)
class TrafficReading:
    """What real traffic says about one operation at a moment."""

    service: str
    operation: str
    at: datetime
    state: TrafficState
    calls: int  # in the window judged
    bad: int  # of them, those that speak for `state`
    expected: float  # how many of `bad` would be usual
    window_s: float
    code: str | None = None  # the provider's code that surged
    since_at: datetime | None = None  # when it began, as far as traffic tells


@dataclass(frozen=True, slots=True)
class MainsReading:
    """Whether a vantage has mains power."""

    vantage: str
    at: datetime
    on_battery: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything of this that holds at a tick."""

    notices: tuple[Notice, ...] = ()
    traffic: tuple[TrafficReading, ...] = ()
    mains: tuple[MainsReading, ...] = ()
