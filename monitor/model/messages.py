"""One message to one person, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


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
