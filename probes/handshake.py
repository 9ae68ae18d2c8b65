"""TLS: contexts that stamp their handshake on the look's trail, and a second look at a bad one.

asyncio and aiohttp tell the end of TCP and the end of TLS as one event. The documented hook
`SSLContext.sslobject_class` tells them apart without touching either's inside.
"""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from socket import SOCK_STREAM
from typing import TYPE_CHECKING

from monitor.model import Phase
from probes.certificate import describe
from probes.sockets import open_socket
from probes.trail import current_trail

if TYPE_CHECKING:
    from socket import socket

    from monitor.model import Certificate

_GOODBYE_S = 0.1  # if cancelled right after the handshake; asyncio would wait 30 s for a farewell

_contexts: dict[str | None, tuple[int, ssl.SSLContext]] = {}


class _StampingTls(ssl.SSLObject):
    """Notes on the trail of the look it belongs to when its handshake begins and ends."""

    def do_handshake(self) -> None:
        """Shake hands; returns when done, raises `SSLWantReadError` in between."""
        trail = current_trail.get()
        if trail is not None and trail.phase is Phase.CONNECT:
            trail.enter(Phase.TLS)
        super().do_handshake()
        if trail is not None:
            der = self.getpeercert(binary_form=True)
            trail.certificate = None if der is None else describe(der, verified=True)
            trail.enter(Phase.WAIT)


def context_for(ca_file: str | None) -> ssl.SSLContext:
    """The context for a set of roots, made once and again when the file changes.

    Args:
        ca_file: PEM file of the only roots to trust; None trusts the system's.

    Raises:
        OSError: The file is not there or not readable: our own configuration, not the target.
        ssl.SSLError: There is no certificate in it.
    """
    stamp = 0 if ca_file is None else Path(ca_file).stat().st_mtime_ns
    known = _contexts.get(ca_file)
    if known is not None and known[0] == stamp:
        return known[1]
    # Not create_default_context: that one writes session keys to a file if the environment asks.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.sslobject_class = _StampingTls
    if ca_file is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(ca_file)
    _contexts[ca_file] = stamp, context
    return context


async def shake_hands(sock: socket, context: ssl.SSLContext, server_name: str) -> bytes | None:
    """Do one TLS handshake on a connected socket and hang up; the socket is closed in any case.

    Returns:
        The certificate shown, DER.

    Raises:
        OSError: Whatever went wrong, ssl errors among it.
    """
    loop = asyncio.get_running_loop()
    transport, end = await loop.create_connection(
        _Ending,
        sock=sock,
        ssl=context,
        server_hostname=server_name,
        ssl_shutdown_timeout=_GOODBYE_S,
    )
    try:
        tls: ssl.SSLObject = transport.get_extra_info("ssl_object")
        return tls.getpeercert(binary_form=True)
    finally:
        transport.abort()
        await end.reached


async def certificate_unverified(
    address: str, port: int, server_name: str, source: str | None
) -> Certificate | None:
    """Ask again for a certificate that did not verify, this time only to look at it.

    The certificate of a failed handshake has no public way out of Python 3.11.

    Raises:
        OSError: No connection, or no handshake even without verification.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # nothing is sent over it; the look has failed already
    sock = open_socket(address, SOCK_STREAM, source)
    try:
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
    except BaseException:
        sock.close()
        raise
    der = await shake_hands(sock, context, server_name)
    return None if der is None else describe(der, verified=False)


class _Ending(asyncio.Protocol):
    """Wants nothing said, and knows when the connection is gone."""

    def __init__(self) -> None:
        self.reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if not self.reached.done():
            self.reached.set_result(None)
