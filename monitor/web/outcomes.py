"""Where the platform tells what became of its calls: `POST /api/v1/outcomes` (docs/platform.md)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections import deque
from typing import TYPE_CHECKING

from aiohttp import web

from monitor.core.outcomes import OutcomesError, parse
from monitor.model import BatchResult
from monitor.ports import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from monitor.model import Batch, Outcome, World
    from monitor.ports import Clock, Store

BODY_CAP_BYTES = 1024 * 1024  # after decoding
BODY_PATIENCE_S = 10.0
CLOCK_OFF_MOST_S = 300
BATCHES, BATCHES_IN_S = 60, 60.0
MOST_AT_ONCE = 32  # bodies being read: whose they are is known only when they are here
STORE_RETRY_S = 10

_TIMESTAMP = re.compile(r"\d{1,12}", re.ASCII)


def routes(
    *,
    key: str,
    world: World,
    store: Store,
    clock: Clock,
    counted: Callable[[BatchResult, Sequence[Outcome]], None],
    taken: Callable[[Batch], None] = lambda _batch: None,
) -> Iterable[web.RouteDef]:
    """The address at which outcomes come in, for the page's own port.

    A request is read only if its timestamp can be right, believed only if it is signed, and only
    who signs uses up the allowance: strangers can't silence the platform.

    Args:
        key: What the platform signs with.
        world: Whose services and operations are declared.
        store: Keeps each batch once.
        clock: The time.
        counted: Told of every request, with what was stored of it.
        taken: Told of every batch that was stored, once.
    """
    return [web.post("/api/v1/outcomes", _Desk(key, world, store, clock, counted, taken).take)]


class _Desk:
    def __init__(
        self,
        key: str,
        world: World,
        store: Store,
        clock: Clock,
        counted: Callable[[BatchResult, Sequence[Outcome]], None],
        taken: Callable[[Batch], None],
    ) -> None:
        self._key = key.encode()
        self._world = world
        self._store = store
        self._clock = clock
        self._counted = counted
        self._taken = taken
        self._came_s: deque[float] = deque(maxlen=BATCHES)
        self._reading = 0

    async def take(self, request: web.Request) -> web.Response:
        """Answer one batch."""
        timestamp = request.headers.get("Govah-Timestamp", "")
        told = request.headers.get("Govah-Signature", "")
        if not self._timely(timestamp) or not told.startswith("sha256="):
            return self._refuse(BatchResult.UNSIGNED, 401, "no fresh signature")
        if self._reading >= MOST_AT_ONCE:
            return self._refuse(BatchResult.TOO_OFTEN, 429, "too many at once", retry_s=1)
        self._reading += 1
        try:
            async with asyncio.timeout(BODY_PATIENCE_S):
                body = await _body(request)
        except TimeoutError:
            return self._refuse(BatchResult.TOO_SLOW, 408, "the body did not come in time")
        except web.HTTPException:
            raise
        except Exception:  # noqa: BLE001 - aiohttp's errors about a coding that is none have no common base
            return self._refuse(BatchResult.MALFORMED, 400, "the body cannot be read")
        finally:
            self._reading -= 1
        if body is None:
            return self._refuse(BatchResult.TOO_LARGE, 413, f"more than {BODY_CAP_BYTES} bytes")
        if not hmac.compare_digest(_signature(self._key, timestamp, body), told.encode()):
            return self._refuse(BatchResult.UNSIGNED, 401, "no fresh signature")
        wait_s = self._wait_s()
        if wait_s > 0:
            return self._refuse(BatchResult.TOO_OFTEN, 429, "too many batches", retry_s=wait_s)
        return await self._keep(body)

    async def _keep(self, body: bytes) -> web.Response:
        now = self._clock.utc()
        try:
            # A thread: five thousand items would hold up our own looks.
            batch = await asyncio.to_thread(parse, body, self._world, now=now)
        except OutcomesError as error:
            self._counted(BatchResult.MALFORMED, ())
            told = {"error": str(error), "index": error.index, "field": error.field}
            return web.json_response(told, status=400)
        try:
            new = await self._store.record_outcomes(batch.id, batch.outcomes, now)
        except StoreError:
            return self._refuse(
                BatchResult.STORE_FAILING, 503, "cannot be stored now", retry_s=STORE_RETRY_S
            )
        if not new:
            self._counted(BatchResult.KNOWN, ())
            return web.json_response({"stored": 0, "known": True})
        self._counted(BatchResult.STORED, batch.outcomes)
        self._taken(batch)
        return web.json_response({"stored": len(batch.outcomes)})

    def _timely(self, timestamp: str) -> bool:
        if not _TIMESTAMP.fullmatch(timestamp):
            return False
        return abs(self._clock.utc().timestamp() - int(timestamp)) <= CLOCK_OFF_MOST_S

    def _wait_s(self) -> float:
        """Seconds until one batch more is allowed; 0: now, and it is counted."""
        now_s = self._clock.monotonic()
        if len(self._came_s) == BATCHES and now_s - self._came_s[0] < BATCHES_IN_S:
            return BATCHES_IN_S - (now_s - self._came_s[0])
        self._came_s.append(now_s)
        return 0.0

    def _refuse(
        self, result: BatchResult, status: int, why: str, *, retry_s: float | None = None
    ) -> web.Response:
        self._counted(result, ())
        headers = {} if retry_s is None else {"Retry-After": str(int(retry_s) + 1)}
        return web.json_response({"error": why}, status=status, headers=headers)


def _signature(key: bytes, timestamp: str, body: bytes) -> bytes:
    signed = hmac.new(key, f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}".encode()


async def _body(request: web.Request) -> bytes | None:
    """The body, decoded by aiohttp piece by piece; None if it is above the cap."""
    if (request.content_length or 0) > BODY_CAP_BYTES:
        return None
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > BODY_CAP_BYTES:
            return None
    return bytes(body)
