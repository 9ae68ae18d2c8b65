"""Opens the console's port: TLS, few connections, and none for those who say nothing."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

    from aiohttp.typedefs import Handler

MOST_CONNECTIONS = 64
FIRST_REQUEST_S = 10.0  # for the handshake, and again for the head of the first request
LINGER_S = 2.0

# aiohttp quotes what it cannot read as HTTP. Nothing that a stranger says belongs in our log.
_quiet = logging.getLogger("govah.console")
_quiet.setLevel(logging.CRITICAL + 1)


class _Full(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let go at once: there is no room."""
        if isinstance(transport, asyncio.Transport):
            transport.abort()


class _Visitors:
    def __init__(self) -> None:
        self._unheard: set[asyncio.Protocol] = set()

    @web.middleware
    async def heard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note that a connection was used for something."""
        self._unheard.discard(request.protocol)
        return await handler(request)

    def came(self, server: web.Server) -> asyncio.Protocol:
        """Make the protocol of a new connection."""
        if len(server.connections) >= MOST_CONNECTIONS:
            return _Full()
        visitor = server()
        self._unheard.add(visitor)
        asyncio.get_running_loop().call_later(FIRST_REQUEST_S, self._look_after, visitor)
        return visitor

    def _look_after(self, visitor: web.RequestHandler) -> None:
        if visitor in self._unheard:
            self._unheard.discard(visitor)
            visitor.force_close()


@asynccontextmanager
async def listen(
    app: web.Application, *, host: str, port: int, tls: ssl.SSLContext
) -> AsyncIterator[int]:
    """Serve `app` while the context lasts; give the port (of use where 0 was asked for).

    Raises:
        OSError: the address cannot be listened on.
    """
    visitors = _Visitors()
    app.middlewares.append(visitors.heard)
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=_quiet,
        auto_decompress=False,  # what is signed is the body as sent
        lingering_time=LINGER_S,
        shutdown_timeout=1.0,
    )
    await runner.setup()
    try:
        inside = runner.server
        if inside is None:
            raise RuntimeError("the application was not set up")
        outside = await asyncio.get_running_loop().create_server(
            lambda: visitors.came(inside),
            host,
            port,
            ssl=tls,
            ssl_handshake_timeout=FIRST_REQUEST_S,
        )
        try:
            yield outside.sockets[0].getsockname()[1]
        finally:
            outside.close()
    finally:
        await runner.cleanup()
