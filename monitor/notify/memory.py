"""A provider in memory, with the faults a real one has; for simulations and tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.model import SendOutcome, SendResult

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from monitor.model import Outgoing
    from monitor.ports import Clock


class Fault(StrEnum):
    """What goes wrong with one attempt."""

    NONE = "none"
    BUSY = "busy"  # 429: not taken, and said so
    LOST = "lost"  # not taken, no answer
    SWALLOWED = "swallowed"  # taken, no answer
    REFUSED = "refused"  # not taken, for good


@dataclass(frozen=True, slots=True)
class Taken:
    """A message the provider took: a line of its ledger."""

    provider_id: str
    to: str = field(repr=False)
    body: str
    at: datetime


class MemorySender:
    """Takes messages into `ledger`; without idempotency keys, like most SMS providers."""

    channel = "sms"
    idempotent = False

    def __init__(
        self,
        clock: Clock,
        *,
        lookup_grace_s: float = 60.0,
        list_lag_s: float = 0.0,
        fault: Callable[[Outgoing], Fault] = lambda _: Fault.NONE,
        lookup_works: Callable[[], bool] = lambda: True,
    ) -> None:
        """Start with an empty ledger.

        Args:
            clock: Dates the ledger.
            lookup_grace_s: What the port says of it.
            list_lag_s: Seconds before a taken message shows in look-ups.
            fault: Asked once per attempt.
            lookup_works: Asked once per look-up.
        """
        self.lookup_grace_s = lookup_grace_s
        self.ledger: list[Taken] = []
        self._clock = clock
        self._list_lag = timedelta(seconds=list_lag_s)
        self._fault = fault
        self._lookup_works = lookup_works

    async def send(self, message: Outgoing) -> SendResult:
        """One attempt, with the fault it was given."""
        fault = self._fault(message)
        if fault is Fault.BUSY:
            return SendResult(SendOutcome.NOT_SENT, note="busy", retry_after_s=1.0)
        if fault is Fault.REFUSED:
            return SendResult(SendOutcome.REJECTED, note="refused")
        if fault is Fault.LOST:
            return SendResult(SendOutcome.UNKNOWN, note="no_answer")
        taken = Taken(f"M{len(self.ledger)}", message.to, message.body, self._clock.utc())
        self.ledger.append(taken)
        if fault is Fault.SWALLOWED:
            return SendResult(SendOutcome.UNKNOWN, note="no_answer")
        return SendResult(SendOutcome.ACCEPTED, provider_id=taken.provider_id)

    async def find(self, message: Outgoing, *, since: datetime) -> SendResult:
        """By number and body, among what the list shows already."""
        if not self._lookup_works():
            return SendResult(SendOutcome.UNKNOWN, note="lookup_incomplete")
        shown_until = self._clock.utc() - self._list_lag
        for taken in self.ledger:
            same = (taken.to, taken.body) == (message.to, message.body)
            if same and since <= taken.at <= shown_until:
                return SendResult(SendOutcome.ACCEPTED, provider_id=taken.provider_id)
        return SendResult(SendOutcome.NOT_SENT, note="absent")

    async def close(self) -> None:
        """Nothing to let go."""
