"""A listening socket of a demo host that can be shut, left hanging, or show a wrong certificate."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from typing import TYPE_CHECKING

from monitor.demo.breaks import What, connection_break

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from monitor.demo.breaks import Break
    from monitor.demo.places import Host

BACKLOG = 256
READ_BYTES = 65_536
HANDSHAKE_TIMEOUT_S = 10.0


class Door:
    """Accepts the connections of one host and decides, per source address, what becomes of them.

    The choice is made before TLS and before HTTP: only here can "never answers", "shows another
    certificate" and "closed" be real.
    """

    def __init__(
        self,
        host: Host,
        address: str,
        *,
        certificates: Path,
        protocol: Callable[[], asyncio.BaseProtocol],
        breaks: Callable[[], tuple[Break, ...]],
    ) -> None:
        self.host = host
        self.address = address
        self._protocol = protocol
        self._breaks = breaks
        self._right = _context(certificates / f"{host.name}.pem") if host.tls else None
        self._wrong = _context(certificates / f"{host.name}.wrong.pem") if host.tls else None
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._connections: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Listen, unless it does.

        Raises:
            OSError: the address or port cannot be had.
        """
        if self._listener is not None:
            return
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setblocking(False)
            listener.bind((self.address, self.host.port))
            listener.listen(BACKLOG)
        except OSError:
            listener.close()
            raise
        self._listener = listener
        self._accepting = asyncio.create_task(self._accept(listener))

    async def shut(self) -> None:
        """Stop listening: who comes now gets a reset. Served connections live on."""
        if self._accepting is not None:
            self._accepting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._accepting
        if self._listener is not None:
            self._listener.close()
        self._accepting = self._listener = None

    async def close(self) -> None:
        """Stop listening and let every connection go."""
        await self.shut()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            sock, (source, _port) = await loop.sock_accept(listener)
            task = asyncio.create_task(self._receive(sock, source))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

    async def _receive(self, sock: socket.socket, source: str) -> None:
        found = connection_break(self._breaks(), host=self.host.name, source=source)
        loop = asyncio.get_running_loop()
        # Whatever the other side does to the connection is its own affair.
        with contextlib.suppress(OSError, TimeoutError):
            if found is not None and found.what is What.HANG:
                with sock:
                    while await loop.sock_recv(sock, READ_BYTES):
                        pass
            elif self._right is None:
                await loop.connect_accepted_socket(self._protocol, sock)
            else:
                await loop.connect_accepted_socket(
                    self._protocol,
                    sock,
                    ssl=self._right if found is None else self._wrong,
                    ssl_handshake_timeout=HANDSHAKE_TIMEOUT_S,
                )


def _context(chain: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context
