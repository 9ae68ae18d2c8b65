"""Who is enrolled: invitations, keys, revocations, and a seat for each agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from monitor.console.limits import RefusedError
from monitor.console.seats import Seat
from monitor.model import Agent, RequestRefusal
from monitor.wire.invitation import token_sha256
from monitor.wire.keys import key_id

if TYPE_CHECKING:
    from collections.abc import Collection

    from monitor.console.letters import Letters
    from monitor.model import World
    from monitor.ports import AgentStore, Clock
    from monitor.wire.messages import EnrolAsk

log = structlog.get_logger(__name__)


class Desk:
    """Knows the agents; the store is the truth, seats are what we remember of it."""

    def __init__(self, *, world: World, store: AgentStore, letters: Letters, clock: Clock) -> None:
        self._declared = frozenset(v.id for v in world.vantages.values() if v.agent)
        self._store = store
        self._letters = letters
        self._clock = clock
        self._seats: dict[str, Seat] = {}
        self._used: dict[str, bytes] = {}  # token's hash -> the key it was used with, in this life

    async def start(self) -> None:
        """Take in who enrolled before."""
        now_s = self._clock.monotonic()
        self._seats = {a.vantage: Seat(a, now_s) for a in await self._store.agents()}
        for vantage in self._seats:
            await self.take_in_revocation(vantage)

    def seats(self) -> Collection[Seat]:
        """All seats, those of revoked agents too."""
        return tuple(self._seats.values())

    def seat(self, vantage: str) -> Seat | None:
        """The seat of a vantage that ever enrolled."""
        return self._seats.get(vantage)

    def in_office(self, seat: Seat) -> bool:
        """Whether it may speak: its key stands, and its vantage is still declared an agent's."""
        return seat.agent.revoked_at is None and seat.agent.vantage in self._declared

    async def take_in_revocation(self, vantage: str) -> None:
        """Carry out a revocation that an operator left.

        Raises:
            StoreError: it could not be written; nobody is let in meanwhile.
        """
        if not self._letters.revoked(vantage):
            return
        now = self._clock.utc()
        await self._store.revoke(vantage, now=now)
        self._letters.revocation_taken(vantage)
        log.warning("agent_revoked", vantage=vantage)
        for agent in await self._store.agents():
            if agent.vantage == vantage:
                self._seats[vantage].agent = agent

    async def enrol(self, ask: EnrolAsk) -> Agent:
        """Let an agent in with its token.

        Raises:
            RefusedError: the token is unknown, used, or expired: always the same answer.
            StoreError: nothing changed.
        """
        sha256 = token_sha256(ask.token)
        letter = self._letters.invited(sha256)
        vantage = (
            letter.vantage if letter is not None else await self._store.invited_vantage(sha256)
        )
        if vantage is None:
            return self._enrolled_already(sha256, ask)
        await self.take_in_revocation(vantage)
        if letter is not None:
            await self._store.invite(letter)
        now = self._clock.now()
        agent = Agent(
            vantage=vantage,
            public_key=ask.public,
            key_id=key_id(ask.public),
            enrolled_at=now.at,
            program=ask.program,
        )
        if vantage not in self._declared or not await self._store.enrol(sha256, agent, now=now.at):
            return self._enrolled_already(sha256, ask)
        self._letters.invitation_taken(sha256)
        self._used[sha256] = ask.public
        self._seats[vantage] = Seat(agent, now.mono_s)
        log.info("agent_enrolled", vantage=vantage, key=agent.key_id)
        return agent

    def _enrolled_already(self, sha256: str, ask: EnrolAsk) -> Agent:
        """The same agent asks again because our answer was lost; anybody else is refused."""
        if self._used.get(sha256) == ask.public:
            for seat in self._seats.values():
                if seat.agent.public_key == ask.public and self.in_office(seat):
                    return seat.agent
        raise RefusedError(
            403,
            RequestRefusal.INVITATION,
            "this invitation is unknown, used or expired: ask for a new one",
        )
