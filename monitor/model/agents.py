"""Those who look for us at other sites, as the core knows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Quarantine(StrEnum):
    """Why a vantage is not believed at present; its looks are kept."""

    CLOCK = "clock"  # its wall clock is further off than we tolerate: the looks are void
    CONTRADICTS = "contradicts"  # it says what no other says: judged without it, until it agrees


class LookRefusal(StrEnum):
    """Why a look that an agent sent is not kept."""

    OTHER_VANTAGE = "other_vantage"
    UNKNOWN_CHECK = "unknown_check"  # or not looked at from there, or with another target
    FROM_THE_FUTURE = "from_the_future"
    TOO_OLD = "too_old"  # dated by a clock that was never set


class RequestRefusal(StrEnum):
    """Why a request of an agent, or of a stranger, had no effect."""

    SIGNATURE = "signature"  # or nobody of that name is enrolled
    REVOKED = "revoked"
    REPLAYED = "replayed"  # or it came behind a later one
    INVITATION = "invitation"  # unknown, used or expired
    VERSION = "version"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    SLOW = "slow"
    RATE = "rate"  # too many refused requests from one address
    BUSY = "busy"  # the one before is still at work
    CREDENTIAL = "credential"  # asked for a token that is not its vantage's
    STORE = "store"  # our store failed
    BUG = "bug"  # ours


@dataclass(frozen=True, slots=True)
class Invited:
    """A token that may be used once to enrol; only its hash is known to us."""

    token_sha256: str
    vantage: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Agent:
    """One vantage's agent: its key, and how it stood at its last exchange."""

    vantage: str
    public_key: bytes = field(repr=False)
    key_id: str  # a short name of the key
    enrolled_at: datetime
    program: str
    last_sequence: int = 0
    last_seen_at: datetime | None = None
    clock_offset_s: float | None = None  # its wall clock minus ours
    quarantine: Quarantine | None = None
    waiting: int = 0  # looks in its spool
    oldest_age_s: float = 0.0  # of those
    dropped: int = 0  # looks its spool had no room for
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AgentStanding:
    """An agent as operators see it; counts are since the core's start."""

    agent: Agent
    silent_s: float  # since its last exchange, or since our start
    looks: int = 0  # that came from it and are kept
    late: int = 0  # of `looks`
    refused: Mapping[LookRefusal, int] = field(default_factory=dict)  # looks not kept
    lag_s: float | None = None  # the longest its event loop was late, as it says
