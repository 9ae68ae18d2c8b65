"""What the parts need of the outside; each implementation passes its port's contract suite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
    from datetime import datetime

    from monitor.model import (
        Agent,
        Beat,
        Check,
        Delivery,
        Figure,
        Grain,
        Incident,
        Instant,
        Invited,
        Notice,
        Observation,
        Outcome,
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


class TokenError(Exception):
    """There is no token; `sighting` says why, as the login saw it or as we decided."""

    def __init__(self, sighting: Sighting) -> None:
        super().__init__(sighting.failure.value if sighting.failure else "no token")
        self.sighting = sighting


class Tokens(Protocol):
    """Holds our credentials, so that a probe need not (the credential keeper, or an agent's)."""

    async def token(self, credential: str, vantage: Vantage, look_id: str) -> str:
        """A token that is good now; logs in if there is none, one login at a time.

        Raises:
            TokenError: no login was possible, or none may be tried now.
        """
        ...

    def refused(self, credential: str, token: str) -> None:
        """The upstream did not accept `token` although its time was not over: forget it."""
        ...

    def admit(self, check: Check, *, extra: bool = False) -> bool:
        """Whether one look more stays within the budgets of its target and its credential.

        If so, it is counted. An `extra` look, which the timetable does not ask for, must leave
        the timetable its share.
        """
        ...


class Pulse(Protocol):
    """What those who tell us that they are alive said last."""

    def last(self, source: str) -> Beat | None:
        """The newest beat of a source, or None."""
        ...

    @property
    def listening_since_mono_s(self) -> float:
        """Since when we could have heard anybody."""
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

    async def record_outcomes(
        self, batch: str, outcomes: Sequence[Outcome], received_at: datetime
    ) -> bool:
        """Append a batch of outcomes, durably: all of it or nothing.

        Returns:
            False where a batch of this id is known already: nothing changed.
        """
        ...

    async def outcomes(self, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        """Outcomes whose minute begins in [since, until), by minute, then as they came."""
        ...

    async def outcome_sums(self, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        """Outcomes whose minute begins in [since, until), summed by the quarter of an hour.

        Each has its quarter's begin (UTC) for a minute, and neither region, network nor
        `received_at`; by time, service, operation, outcome and code.
        """
        ...

    async def keep_notices(self, notices: Sequence[Notice]) -> None:
        """Store notices, durably; one of a known id takes the place of its former self.

        When we first learnt of it (`seen_at`) stays the earliest ever told.
        """
        ...

    async def notices(self, since: datetime, until: datetime) -> tuple[Notice, ...]:
        """Notices whose stretch touches [since, until), by begin and id."""
        ...

    async def prune(self, now: datetime) -> None:
        """Delete what is older than its retention."""
        ...


ALL_USED = 2**63 - 1  # `AgentStore.admit` about a key that may use no sequence any more


class AgentStore(Protocol):
    """What of the agents must survive a power cut (the same stores keep it)."""

    async def known_looks(self, ids: Collection[str]) -> frozenset[str]:
        """Which of these looks are stored already."""
        ...

    async def agents(self) -> tuple[Agent, ...]:
        """Every agent that ever enrolled, the revoked ones too, by vantage."""
        ...

    async def invite(self, invited: Invited) -> None:
        """Know a token; one that is known already stays as it is, used or not."""
        ...

    async def enrol(self, token_sha256: str, agent: Agent, *, now: datetime) -> bool:
        """Use a token up and put `agent` in its vantage's place, both or neither.

        Returns:
            False where the token is unknown, used, expired, or another vantage's: nothing changed.
        """
        ...

    async def invited_vantage(self, token_sha256: str) -> str | None:
        """Whom a token that was never used is for; None: there is no such token."""
        ...

    async def admit(self, vantage: str, key_id: str, sequence: int) -> int | None:
        """Take note of a request's sequence, on disk before this returns.

        Returns:
            None where it is higher than every one of this key before; else the highest seen, and
            nothing changed. A key that is not the vantage's present one is answered `ALL_USED`.
        """
        ...

    async def note_agent(self, agent: Agent) -> None:
        """Write how an agent stood at its last exchange; key, sequence and revocation stay."""
        ...

    async def revoke(self, vantage: str, *, now: datetime) -> None:
        """Never believe the vantage's present key again, nor a token it was given before."""
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
