"""What the core answers its agents; the wire is described in `docs/agents.md`."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from aiohttp import web

from monitor.console.answers import answering, other_version, read
from monitor.console.desk import Desk
from monitor.console.gate import Gate
from monitor.console.labelling import label, offset_s
from monitor.console.limits import RefusedError, decoded, refuse_crowds
from monitor.model import Failure, Phase, Quarantine, RequestRefusal, Sighting
from monitor.ports import TokenError, Tokens
from monitor.wire.invitation import token_sha256
from monitor.wire.messages import (
    BASE,
    EXCHANGE_S,
    MOST_DECODED_BYTES,
    MOST_WIRE_BYTES,
    VERSIONS,
    Batch,
    EnrolAsk,
    RefusedTold,
    TokenAsk,
)
from probes.spec import TransactionSpec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from monitor.console.letters import Letters
    from monitor.console.seats import Seat
    from monitor.model import AgentStanding, CredentialStanding, Observation, World
    from monitor.ports import AgentStore, Clock, Ids

log = structlog.get_logger(__name__)

SMALL_BYTES = 4096  # of every body but looks
SILENT_EXCHANGES = 3
LOGIN_S = 2.0  # an agent's looks wait behind its question for a token: the login may go on alone
# What our login saw is one line's word, ours, unless it is about the credential itself.
_SAME_FROM_EVERYWHERE = frozenset(
    {
        Failure.CREDENTIALS_REFUSED,
        Failure.ACCOUNT_REFUSED,
        Failure.SESSION_EXPIRED,
        Failure.TOKEN_WITHHELD,
        Failure.HTTP_401,
        Failure.HTTP_403,
        Failure.HTTP_429,
    }
)


class Keeper(Tokens, Protocol):
    """Whoever holds the credentials, and knows how long their tokens last."""

    def figures(self) -> Mapping[str, CredentialStanding]:
        """How each credential stands."""
        ...


class Console:
    """The core's side of the wire; `app` is served by `listen`."""

    def __init__(
        self,
        *,
        world: World,
        store: AgentStore,
        letters: Letters,
        clock: Clock,
        ids: Ids,
        deliver: Callable[[Sequence[Observation]], Awaitable[None]],
        cut: Callable[[str], Mapping[str, Any]],
        keeper: Keeper | None,
        contradicts: Callable[[str], bool],
        warned: Callable[[str], None],
    ) -> None:
        """Join the parts.

        Args:
            world: What is declared; only vantages with `agent` may enrol.
            store: Keeps agents, invitations, sequences.
            letters: What operators leave in the data directory.
            clock: Says when a batch arrived.
            ids: Of the logins done for agents.
            deliver: Makes looks durable, then judges them; raises StoreError and nothing changed.
            cut: The part of the configuration one vantage needs, as values for JSON.
            keeper: Holds the credentials; None: there are none.
            contradicts: Whether a vantage is not believed because of what it says.
            warned: Told what operators must know.
        """
        self._world = world
        self._store = store
        self._clock = clock
        self._ids = ids
        self._deliver = deliver
        self._cut = cut
        self._keeper = keeper
        self._contradicts = contradicts
        self._warned = warned
        self._desk = Desk(world=world, store=store, letters=letters, clock=clock)
        self._gate = Gate(self._desk, store, clock)
        self._parts: dict[str, tuple[str, bytes]] = {}
        # credential -> the hash of the token that was refused last, and from where
        self._disowned: dict[str, tuple[str, frozenset[str]]] = {}
        self.app = web.Application(middlewares=[answering(self._gate.refusals)])
        self.app.add_routes(
            [
                web.post(f"{BASE}/enrol", self._enrol),
                web.get(f"{BASE}/config", self._config),
                web.post(f"{BASE}/looks", self._looks),
                web.post(f"{BASE}/token", self._token),
                web.post(f"{BASE}/refused", self._refused),
            ]
        )

    async def start(self) -> None:
        """Know the agents that enrolled before.

        Raises:
            StoreError: the store does not answer.
        """
        await self._desk.start()

    def standings(self) -> Mapping[str, AgentStanding]:
        """How each enrolled agent stands, by vantage."""
        now_s = self._clock.monotonic()
        return {seat.agent.vantage: seat.standing(now_s) for seat in self._desk.seats()}

    def refusals(self) -> Mapping[RequestRefusal, int]:
        """Requests that were refused since our start, by reason."""
        return dict(self._gate.refusals)

    async def watch(self) -> None:
        """Warn of agents that have gone silent, once per silence; run every few seconds."""
        now_s = self._clock.monotonic()
        for seat in self._desk.seats():
            silent = seat.silent_s(now_s) > SILENT_EXCHANGES * EXCHANGE_S
            if silent and not seat.told_silent and self._desk.in_office(seat):
                seat.told_silent = True
                self._warned("agent_silent")
                log.warning("agent_silent", vantage=seat.agent.vantage)

    async def _enrol(self, request: web.Request) -> web.Response:
        async with self._gate.stranger(request, SMALL_BYTES) as body:
            ask = read(EnrolAsk, body)
            if not set(ask.versions) & set(VERSIONS):
                raise other_version()
            agent = await self._desk.enrol(ask)
        return web.json_response(
            {
                "vantage": agent.vantage,
                "version": VERSIONS[-1],
                "core_wall": self._clock.utc().isoformat(),
            }
        )

    async def _config(self, request: web.Request) -> web.Response:
        async with self._gate.agent(request, SMALL_BYTES) as (seat, _body, _now):
            etag, text = self._part_of(seat.agent.vantage)
        headers = {"ETag": f'"{etag}"'}
        if any(tag.value == etag for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=text, content_type="application/json", headers=headers)

    def _part_of(self, vantage: str) -> tuple[str, bytes]:
        if vantage not in self._parts:
            text = json.dumps(self._cut(vantage), ensure_ascii=False, sort_keys=True).encode()
            self._parts[vantage] = (hashlib.sha256(text).hexdigest()[:32], text)
        return self._parts[vantage]

    async def _looks(self, request: web.Request) -> web.Response:
        async with self._gate.agent(request, MOST_WIRE_BYTES) as (seat, body, now):
            # In threads: a large batch takes tenths of a second, and our own looks must not wait.
            coding = request.headers.get("Content-Encoding", "").strip().lower()
            batch = await asyncio.to_thread(_batch, body, coding)
            off_s = offset_s(batch, now)
            quarantine = self._quarantine(seat.agent.vantage, off_s)
            labelled = await asyncio.to_thread(
                label,
                batch,
                seat.agent.vantage,
                world=self._world,
                now=now,
                known=await self._store.known_looks({look.id for look in batch.looks}),
                undated=quarantine is Quarantine.CLOCK,
            )
            if labelled.looks:
                await self._deliver(labelled.looks)
            self._tell_quarantine(seat, quarantine)
            seat.took(labelled, batch, off_s, quarantine)
            if seat.worth_noting(now):
                await self._store.note_agent(seat.agent)
        return web.json_response(
            {
                "stored": len(labelled.looks),
                "known": labelled.known,
                "refused": labelled.refused.total(),
                "core_wall": now.at.isoformat(),
                "quarantine": quarantine,
            }
        )

    def _quarantine(self, vantage: str, off_s: float) -> Quarantine | None:
        if abs(off_s) > self._world.rules.agent_clock_limit_s:
            return Quarantine.CLOCK
        return Quarantine.CONTRADICTS if self._contradicts(vantage) else None

    def _tell_quarantine(self, seat: Seat, now: Quarantine | None) -> None:
        before = seat.agent.quarantine
        if now is before:
            return
        if now is not None:
            self._warned("agent_quarantined")
        log.warning("agent_quarantine", vantage=seat.agent.vantage, why=now and now.value)

    async def _token(self, request: web.Request) -> web.Response:
        async with self._gate.agent(request, SMALL_BYTES) as (seat, body, _now):
            ask = read(TokenAsk, body)
            keeper = self._keeper_of(seat, ask.credential)
            vantage = self._world.vantages[seat.agent.vantage]
            try:
                async with asyncio.timeout(LOGIN_S):
                    token = await keeper.token(ask.credential, vantage, self._ids.look())
            except TimeoutError:
                return _withheld(Sighting(Phase.START, Failure.NO_TOKEN, "a login is under way"))
            except TokenError as error:
                return _withheld(error.sighting)
            seat.tokens[ask.credential] = token
            left_s = keeper.figures()[ask.credential].token_left_s
        return web.json_response({"token": token, "expires_in_s": left_s or 0.0})

    async def _refused(self, request: web.Request) -> web.Response:
        async with self._gate.agent(request, SMALL_BYTES) as (seat, body, _now):
            told = read(RefusedTold, body)
            keeper = self._keeper_of(seat, told.credential)
            token = seat.tokens.get(told.credential)
            if token is None or token_sha256(token) != told.token_sha256:
                return web.Response(status=204)
            if self._enough(seat.agent.vantage, told, keeper):
                keeper.refused(told.credential, token)
        return web.Response(status=204)

    def _enough(self, vantage: str, told: RefusedTold, keeper: Keeper) -> bool:
        """Whether a token is to be forgotten: two vantages say so, or one, of a token that is old.

        A site whose address the upstream does not like is refused whatever the token. It may use up
        half of the logins there are, so that all others keep theirs.
        """
        token, vantages = self._disowned.get(told.credential, ("", frozenset[str]()))
        vantages = vantages | {vantage} if token == told.token_sha256 else frozenset({vantage})
        self._disowned[told.credential] = (told.token_sha256, vantages)
        logins = self._world.credentials[told.credential].logins
        age_s = keeper.figures()[told.credential].token_age_s
        old = age_s is not None and age_s >= 2 * logins.per_s / logins.most
        return old or len(vantages) >= 2  # noqa: PLR2004 - "two" says more than a name

    def _keeper_of(self, seat: Seat, credential: str) -> Keeper:
        used = {
            check.spec.credential
            for check in self._world.checks.values()
            if isinstance(check.spec, TransactionSpec) and seat.agent.vantage in check.vantages
        }
        if self._keeper is None or credential not in used:
            raise RefusedError(
                403, RequestRefusal.CREDENTIAL, "no check of this vantage uses that credential"
            )
        return self._keeper


def _withheld(seen: Sighting) -> web.Response:
    """Why there is no token. A login that went nowhere from here is no witness of the agent's."""
    failure = seen.failure if seen.failure in _SAME_FROM_EVERYWHERE else Failure.NO_TOKEN
    told = {"failure": failure, "detail": seen.detail, "http_status": seen.http_status}
    return web.json_response(told, status=409)


def _batch(body: bytes, coding: str) -> Batch:
    document = decoded(body, coding, MOST_DECODED_BYTES)
    refuse_crowds(document)
    return read(Batch, document)
