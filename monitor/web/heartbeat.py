"""Where others tell us that they are alive: `POST /hooks/heartbeat/<id>` (docs/heartbeats.md)."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Iterable

BODY_CAP_BYTES = 4096
BODY_PATIENCE_S = 5.0


class Ears(Protocol):
    """Who takes the beats (`monitor.heartbeats.Heartbeats`)."""

    def admits(self, source: str, secret: str) -> bool:
        """Whether this is the source's secret."""
        ...

    def too_often(self, source: str) -> bool:
        """Whether a declared source spends more beats than are counted."""
        ...

    def beat(self, source: str, secret: str, ok: bool = True) -> bool:
        """Take one; False if it is not admitted."""
        ...


def routes(heartbeats: Ears) -> Iterable[web.RouteDef]:
    """The address at which beats come in, for the page's own port.

    Answers 204; 404 without a body for a wrong secret and an unknown id alike, and before the
    request's body is read; 429 to whoever proved himself and comes too often. Only those who know
    the secret can use up the allowance, so nobody else can silence a source.

    Args:
        heartbeats: Takes them.
    """

    async def take(request: web.Request) -> web.Response:
        source = request.match_info["source"]
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not heartbeats.admits(source, secret.strip()):
            return web.Response(status=404)
        if heartbeats.too_often(source):
            return web.Response(status=429, headers={"Retry-After": "1"})
        try:
            async with asyncio.timeout(BODY_PATIENCE_S):
                body = await _body(request)
        except TimeoutError:
            return web.Response(status=408)
        if body is None:
            return web.Response(status=413)
        ok = _said(body)
        if ok is None:
            return web.Response(status=400)
        heartbeats.beat(source, secret.strip(), ok)
        return web.Response(status=204)

    return [web.post("/hooks/heartbeat/{source}", take)]


async def _body(request: web.Request) -> bytes | None:
    """The body; None if it is above the cap."""
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > BODY_CAP_BYTES:
            return None
    return bytes(body)


def _said(body: bytes) -> bool | None:
    """What a body says about its sender's work; None if it cannot be read."""
    if not body.strip():
        return True
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    ok = told.get("ok", True) if isinstance(told, dict) else None
    return ok if isinstance(ok, bool) else None
