"""Who is at the door: each request is measured, checked and numbered before it has any effect."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from monitor.console.limits import Allowance, RefusedError, read_body
from monitor.model import RequestRefusal
from monitor.ports import ALL_USED
from monitor.wire.keys import PUBLIC_BYTES, SEQUENCE, SIGNATURE, VANTAGE, verify

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import web

    from monitor.console.desk import Desk
    from monitor.console.seats import Seat
    from monitor.model import Instant
    from monitor.ports import AgentStore, Clock

TURN_S = 10.0  # how long a request of an agent waits for the one before it
ENROLS, ENROLS_S = 10, 600.0  # per source address
FAILURES, FAILURES_S = 30, 60.0
_SEQUENCE = re.compile(r"[0-9]{1,18}")
_NOBODY = bytes(PUBLIC_BYTES)  # checked against, so that an unknown vantage costs the same time


class Gate:
    """Lets requests in."""

    def __init__(self, desk: Desk, store: AgentStore, clock: Clock) -> None:
        self._desk = desk
        self._store = store
        self._clock = clock
        self._enrols = Allowance(clock, most=ENROLS, per_s=ENROLS_S)
        self._failures = Allowance(clock, most=FAILURES, per_s=FAILURES_S)
        self.refusals: Counter[RequestRefusal] = Counter()  # by reason

    @asynccontextmanager
    async def stranger(self, request: web.Request, most_bytes: int) -> AsyncIterator[bytes]:
        """The body of somebody without a key; every refusal inside costs his address.

        Raises:
            RefusedError: too many of his were refused, or the body is too large or too slow.
        """
        address = request.remote or ""
        if not self._enrols.has(address):
            raise RefusedError(
                429, RequestRefusal.RATE, "too many refused requests from this address: wait"
            )
        try:
            yield await read_body(request, most_bytes)
        except RefusedError:
            self._enrols.take(address)
            raise

    @asynccontextmanager
    async def agent(
        self, request: web.Request, most_bytes: int
    ) -> AsyncIterator[tuple[Seat, bytes, Instant]]:
        """An agent's seat, the body as sent, and when it was here; one request of it at a time.

        Raises:
            RefusedError: the signature, the sequence or the body is not good.
            StoreError: the sequence could not be written.
        """
        address = request.remote or ""
        vantage = request.headers.get(VANTAGE, "")
        seat = self._desk.seat(vantage)
        at_home = seat is not None and seat.address == address
        if not at_home and not self._failures.has(address):
            raise RefusedError(
                429, RequestRefusal.RATE, "too many refused requests from this address: wait"
            )
        body = await read_body(request, most_bytes)
        now = self._clock.now()
        sequence = self._signed_by(seat, request, body)
        if seat is None or sequence is None:
            self._failures.take(address)
            raise RefusedError(
                401, RequestRefusal.SIGNATURE, "this is not signed by an enrolled agent"
            )
        await self._desk.take_in_revocation(vantage)
        if not self._desk.in_office(seat):
            raise RefusedError(403, RequestRefusal.REVOKED, "this agent is revoked: enrol it again")
        await self._take_turn(seat)
        try:
            await self._number(seat, sequence)
            seat.heard(now, address)
            yield seat, body, now
        finally:
            seat.turn.release()

    @staticmethod
    def _signed_by(seat: Seat | None, request: web.Request, body: bytes) -> int | None:
        """The sequence, where the request is signed by the seat's agent."""
        number = request.headers.get(SEQUENCE, "")
        if not _SEQUENCE.fullmatch(number):
            return None
        good = verify(
            _NOBODY if seat is None else seat.agent.public_key,
            request.headers.get(SIGNATURE, ""),
            request.method,
            request.path,
            request.headers.get(VANTAGE, ""),
            int(number),
            body,
        )
        return int(number) if good else None

    @staticmethod
    async def _take_turn(seat: Seat) -> None:
        try:
            async with asyncio.timeout(TURN_S):
                await seat.turn.acquire()
        except TimeoutError as error:
            raise RefusedError(
                429, RequestRefusal.BUSY, "a request of this agent is still at work"
            ) from error

    async def _number(self, seat: Seat, sequence: int) -> None:
        last = await self._store.admit(seat.agent.vantage, seat.agent.key_id, sequence)
        if last == ALL_USED:
            raise RefusedError(403, RequestRefusal.REVOKED, "this agent is revoked: enrol it again")
        if last is not None:
            raise RefusedError(409, RequestRefusal.REPLAYED, "replayed", last=last)
