"""What the parts need of the outside; each implementation passes its port's contract suite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from datetime import datetime

    from monitor.model import (
        Check,
        Delivery,
        Figure,
        Grain,
        Incident,
        Instant,
        Observation,
        Outgoing,
        Picture,
        SelfHealth,
        SendResult,
        Sighting,
        Vantage,
    )


class Clock(Protocol):
    """The machine's time. Wall time labels; monotonic time decides."""

    def utc(self) -> datetime:
        """Aware wall-clock time in UTC; may step."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never steps."""
        ...

    def now(self) -> Instant:
        """Both readings of one moment."""
        ...

    async def sleep(self, duration_s: float) -> None:
        """Wait on the monotonic clock."""
        ...


class Ids(Protocol):
    """The one source of chance in the product."""

    def look(self) -> str:
        """A fresh id for a look: 16 lower-case hex digits."""
        ...


class Scheduler(Protocol):
    """Cadence: monotonic, phase by name, no drift, one run of a name at a time."""

    def every(
        self,
        name: str,
        interval_s: float,
        run: Callable[[], Awaitable[None]],
        *,
        missed: Callable[[int], None] | None = None,
    ) -> None:
        """Run at `phase(name) + k * interval_s`; `missed(n)` reports n turns that could not be."""
        ...

    async def run(self) -> None:
        """Keep the timetable until cancelled."""
        ...


class SelfWatch(Protocol):
    """Our own health, measured all the time."""

    def worst_since(self, mono_s: float) -> SelfHealth:
        """The worst of each figure from `mono_s` until now."""
        ...


class Probe(Protocol):
    """Looks once. Never raises for what the other side did; never retries."""

    async def look(self, check: Check, vantage: Vantage, look_id: str) -> Sighting:
        """One attempt within `check.timeout_s`, on a fresh connection.

        Args:
            check: What to look at and how (`check.spec` is of this probe's kind).
            vantage: Where to look from: source address and resolvers.
            look_id: Sent along where the protocol has room, so that the other side finds us in
                its own log.

        Returns:
            What was seen, with at most one failure.
        """
        ...


class StoreError(Exception):
    """The store could not do it: one sentence, what and what to do. Nothing was changed."""


class Store(Protocol):
    """What must survive a power cut. Reads never wait for writes."""

    async def open(self) -> None:
        """Take the lock, migrate, and turn deliveries left in SENDING into UNKNOWN.

        Raises:
            StoreError: another process holds it, it is newer than this program, read-only,
                damaged, or not ours.
        """
        ...

    async def close(self) -> None:
        """Give the lock back; safe to call twice."""
        ...

    async def record(self, observations: Sequence[Observation]) -> None:
        """Append looks, durably; the same id twice is stored once."""
        ...

    async def commit(
        self,
        incidents: Iterable[Incident],
        deliveries: Iterable[Delivery] = (),
        *,
        cancel_open_of: Iterable[int] = (),
    ) -> None:
        """Store moved incidents, new deliveries and cancellations together: all or nothing.

        A delivery whose key exists already is left as it is. `cancel_open_of` names incidents
        whose stored open messages in READY become CANCELLED; those under way become CANCELLED
        when `settle` would make them READY again. `deliveries` of this call are not touched by it.

        Raises:
            StoreError: the store could not, or a closed incident would be moved.
        """
        ...

    async def next_ref(self) -> int:
        """The lowest reference never given out; survives restarts."""
        ...

    async def open_incidents(self) -> tuple[Incident, ...]:
        """Incidents that are not closed, oldest first; `since.mono_s` is meaningless here."""
        ...

    async def incident(self, ref: int) -> Incident | None:
        """One incident with its story."""
        ...

    async def recent_incidents(self, limit: int, *, public_only: bool) -> tuple[Incident, ...]:
        """Newest onset first; dismissed ones are left out."""
        ...

    async def claim(self, limit: int, *, now: datetime) -> tuple[Delivery, ...]:
        """Take READY deliveries that are due, as SENDING, on disk before this returns.

        Those past `not_after` become EXPIRED and are not returned. A RESOLVED message is claimed
        only for a recipient whose OPEN message of the same incident may have arrived.
        """
        ...

    async def settle(self, deliveries: Sequence[Delivery]) -> None:
        """Write what became of claimed deliveries (state, attempt, provider_id, note, retry_at)."""
        ...

    async def unknown_deliveries(self, limit: int) -> tuple[Delivery, ...]:
        """Deliveries in UNKNOWN, oldest attempt first."""
        ...

    async def deliveries_of(self, ref: int) -> tuple[Delivery, ...]:
        """All deliveries of an incident, oldest first."""
        ...

    async def observations(
        self, *, targets: Sequence[str], since: datetime, until: datetime, limit: int
    ) -> tuple[Observation, ...]:
        """Looks that began in [since, until), oldest first, at most `limit`."""
        ...

    async def last_look_at(self) -> datetime | None:
        """Begin of the newest look stored; None if there is none."""
        ...

    async def roll_up(self, now: datetime) -> None:
        """Bring minute, hour and day figures up to `now`; idempotent; late looks are counted."""
        ...

    async def figures(
        self, grain: Grain, *, since: datetime, until: datetime, target: str | None = None
    ) -> tuple[Figure, ...]:
        """Figures whose stretch begins in [since, until), by begin, target and vantage."""
        ...

    async def prune(self, now: datetime) -> None:
        """Delete what is older than its retention."""
        ...


class Sender(Protocol):
    """Hands one message to a provider."""

    channel: str
    idempotent: bool  # the provider recognises our key: sending again is safe
    lookup_grace_s: float  # how long after an attempt "absent" may not be believed

    async def send(self, message: Outgoing) -> SendResult:
        """One attempt, never repeated inside."""
        ...

    async def find(self, message: Outgoing, *, since: datetime) -> SendResult:
        """Was it accepted at or after `since`? ACCEPTED, NOT_SENT (proved absent) or UNKNOWN."""
        ...

    async def close(self) -> None:
        """Let connections go."""
        ...


class Publisher(Protocol):
    """Shows the picture to people."""

    def publish(self, picture: Picture) -> None:
        """Take the newest picture; must not block and must not raise."""
        ...
