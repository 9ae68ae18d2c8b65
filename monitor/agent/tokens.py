"""Tokens from the core, which alone holds the secrets; kept in memory for as long as they hold."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from monitor import logs
from monitor.agent.core import CoreError
from monitor.credentials.budgets import Budgets
from monitor.model import Failure, Phase, Sighting
from monitor.ports import TokenError
from monitor.wire.invitation import token_sha256
from monitor.wire.messages import RefusedTold, TokenGiven, TokenWithheld
from monitor.wire.shapes import DETAIL_MOST, clean

if TYPE_CHECKING:
    from monitor.agent.core import Core
    from monitor.model import Check, Vantage, World
    from monitor.ports import Clock

log = structlog.get_logger(__name__)

AHEAD_SHARE, AHEAD_MOST_S = 0.2, 60.0  # of its time, before a token's end: ask for the next
WITHHELD_S = 5.0  # an answer without a token stands this long


@dataclass(frozen=True, slots=True)
class _Held:
    token: str
    until_s: float
    renew_s: float


class CoreTokens:
    """Asks the core for tokens (port `Tokens`); one question at a time per credential."""

    def __init__(self, core: Core, clock: Clock) -> None:
        self._core = core
        self._clock = clock
        self._budgets: Budgets | None = None
        self._held: dict[str, _Held] = {}
        self._withheld: dict[str, tuple[float, Sighting]] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._telling: set[asyncio.Task[None]] = set()

    def follow(self, world: World) -> None:
        """Keep the budgets of this configuration from now on."""
        self._budgets = Budgets(world, self._clock)

    async def token(self, credential: str, vantage: Vantage, look_id: str) -> str:
        """See the port. Cut off from the core, a token serves until its end."""
        del vantage, look_id
        now_s = self._clock.monotonic()
        held = self._alive(credential)
        if held is None or now_s >= held.renew_s:
            asking = self._ask(credential)
            if held is None:
                await asyncio.shield(asking)  # a look that gives up leaves the question to others
                held = self._alive(credential)
        if held is None:
            raise TokenError(self._why(credential))
        return held.token

    def refused(self, credential: str, token: str) -> None:
        """See the port; the core is told, so that it can get a new one."""
        held = self._held.get(credential)
        if held is None or held.token != token:
            return
        del self._held[credential]
        told = RefusedTold(credential=credential, token_sha256=token_sha256(token))
        task = asyncio.create_task(self._tell(told.model_dump_json().encode()))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def admit(self, check: Check, *, extra: bool = False) -> bool:
        """See the port; a budget is kept by each vantage for itself."""
        return self._budgets is None or self._budgets.admit(check, extra=extra)

    async def close(self) -> None:
        """Give up what is being asked."""
        tasks = [*self._asking.values(), *self._telling]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _alive(self, credential: str) -> _Held | None:
        held = self._held.get(credential)
        return held if held is not None and self._clock.monotonic() < held.until_s else None

    def _ask(self, credential: str) -> asyncio.Task[None]:
        task = self._asking.get(credential)
        if task is None or task.done():
            task = asyncio.create_task(self._fetch(credential))
            self._asking[credential] = task
        return task

    async def _fetch(self, credential: str) -> None:
        until_s, _ = self._withheld.get(credential, (0.0, None))
        if self._clock.monotonic() < until_s:
            return
        sighting = Sighting(Phase.START, Failure.NO_TOKEN)
        try:
            answer = await self._core.token(credential)
        except CoreError as error:
            log.debug("token_not_asked", credential=credential, why=str(error))
        else:
            now_s = self._clock.monotonic()
            if isinstance(answer, TokenGiven):
                logs.learn(answer.token)
                ahead_s = min(AHEAD_MOST_S, AHEAD_SHARE * answer.expires_in_s)
                end_s = now_s + answer.expires_in_s
                self._held[credential] = _Held(answer.token, end_s, end_s - ahead_s)
                self._withheld.pop(credential, None)
                return
            sighting = _sighting_of(answer)
        self._withheld[credential] = (self._clock.monotonic() + WITHHELD_S, sighting)

    def _why(self, credential: str) -> Sighting:
        _, sighting = self._withheld.get(credential, (0.0, None))
        return sighting or Sighting(Phase.START, Failure.NO_TOKEN)

    async def _tell(self, body: bytes) -> None:
        try:
            await self._core.refused(body)
        except CoreError as error:
            log.debug("refusal_not_told", why=str(error))  # the core will find out by itself


def _sighting_of(answer: TokenWithheld) -> Sighting:
    """What the core's own login saw."""
    try:
        failure = Failure(answer.failure)
    except ValueError:
        return Sighting(Phase.START, Failure.NO_TOKEN)
    detail = clean(answer.detail, DETAIL_MOST)
    return Sighting(Phase.START, failure, detail, http_status=answer.http_status)
