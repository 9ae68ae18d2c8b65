"""One address at which somebody of ours may push: who he is, how much, how often, what then."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic

from aiohttp import web

from monitor.core.notices.marks import ForbiddenError
from monitor.core.notices.pushed import PushedError
from monitor.model import PushResult
from monitor.ports import StoreError
from monitor.web.proof import Allowance, C, Proof

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from monitor.ports import Clock

BODY_PATIENCE_S = 5.0
MOST_AT_ONCE = 16  # bodies being read whose signature nobody has checked yet
STORE_RETRY_S = 10


class Door(Generic[C]):
    """Answers the requests of declared callers.

    Who pushes is known before a body is read, but for a signature; only who is known uses up his
    allowance. What is wrong with a body is said by its place, never quoted; nothing is logged.
    """

    def __init__(
        self,
        callers: Mapping[str, C],
        *,
        cap_bytes: int,
        clock: Clock,
        take: Callable[[C, bytes], Awaitable[Mapping[str, Any]]],
        counted: Callable[[PushResult], None],
    ) -> None:
        """Know who may push.

        Args:
            callers: By name.
            cap_bytes: The longest body, decoded.
            clock: The time.
            take: Given a caller and his body; what it returns is answered as JSON. May raise
                PushedError and StoreError.
            counted: Told of every request.
        """
        self._names = tuple(callers)
        self._proof = Proof(callers, clock)
        self._allowance = Allowance(callers, clock)
        self._name_of = {id(each): name for name, each in callers.items()}
        self._cap_bytes = cap_bytes
        self._take = take
        self._counted = counted
        self._reading = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request; where its address names a caller it can be nobody else."""
        named = request.match_info.get("caller")
        among = self._names if named is None else (named,)
        caller = self._proof.by_secret(request.headers, among)
        unread = caller is None
        if unread and not self._proof.may_be_signed(request.headers):
            return self._refuse(PushResult.UNPROVED, 401, "no such hook, or not its secret")
        if caller is not None and (wait_s := self._wait_s(caller)) > 0:
            return self._refuse(PushResult.TOO_OFTEN, 429, "too often", retry_s=wait_s)
        if unread and self._reading >= MOST_AT_ONCE:
            return self._refuse(PushResult.TOO_OFTEN, 429, "too many at once", retry_s=1)
        self._reading += unread
        try:
            async with asyncio.timeout(BODY_PATIENCE_S):
                body = await self._body(request)
        except TimeoutError:
            return self._refuse(PushResult.TOO_SLOW, 408, "the body did not come in time")
        except Exception:  # noqa: BLE001 - aiohttp's errors about a coding that is none have no common base
            return self._refuse(PushResult.MALFORMED, 400, "the body cannot be read")
        finally:
            self._reading -= unread
        if body is None:
            return self._refuse(PushResult.TOO_LARGE, 413, f"more than {self._cap_bytes} bytes")
        if caller is None:
            caller = self._proof.by_signature(request.headers, body, among)
            if caller is None:
                return self._refuse(PushResult.UNPROVED, 401, "no such hook, or not its secret")
            if (wait_s := self._wait_s(caller)) > 0:
                return self._refuse(PushResult.TOO_OFTEN, 429, "too often", retry_s=wait_s)
        return await self._taken(caller, body)

    async def _taken(self, caller: C, body: bytes) -> web.Response:
        try:
            told = await self._take(caller, body)
        except ForbiddenError as error:
            return self._refuse(PushResult.FORBIDDEN, 403, str(error))
        except PushedError as error:
            return self._refuse(PushResult.MALFORMED, 400, str(error))
        except StoreError:
            what = "cannot be stored now"
            return self._refuse(PushResult.STORE_FAILING, 503, what, retry_s=STORE_RETRY_S)
        self._counted(PushResult.TAKEN)
        return web.json_response(dict(told))

    def _wait_s(self, caller: C) -> float:
        return self._allowance.wait_s(self._name_of[id(caller)])

    def _refuse(
        self, result: PushResult, status: int, why: str, *, retry_s: float | None = None
    ) -> web.Response:
        self._counted(result)
        headers = {} if retry_s is None else {"Retry-After": str(int(retry_s) + 1)}
        return web.json_response({"error": why}, status=status, headers=headers)

    async def _body(self, request: web.Request) -> bytes | None:
        """The body, decoded by aiohttp piece by piece; None if it is above the cap."""
        if (request.content_length or 0) > self._cap_bytes:
            return None
        body = bytearray()
        async for piece in request.content.iter_any():
            body += piece
            if len(body) > self._cap_bytes:
                return None
        return bytes(body)
