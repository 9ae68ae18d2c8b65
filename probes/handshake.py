"""TLS: contexts that stamp their handshake on the look's trail, and a second look at a bad one.

asyncio and aiohttp tell the end of TCP and the end of TLS as one event. The documented hook
`SSLContext.sslobject_class` tells them apart without touching either's inside.
"""

from __future__ import annotations

import asyncio
import asyncio.sslproto
import ssl
from functools import lru_cache
from pathlib import Path
from socket import SOCK_STREAM
from typing import TYPE_CHECKING, cast

from monitor.model import Phase
from probes.certificate import describe
from probes.sockets import open_socket
from probes.trail import current_trail

if TYPE_CHECKING:
    from collections.abc import Sequence
    from socket import socket

_DER = 2  # `_ssl.ENCODING_DER`, OpenSSL's X509_FILETYPE_ASN1
_GOODBYE_S = 0.1  # if cancelled right after the handshake; asyncio would wait 30 s for a farewell

_contexts: dict[str | None, tuple[int, ssl.SSLContext]] = {}
_path = lru_cache(maxsize=64)(Path)  # asked at every look; parsing a path costs more than its stat

# asyncio clears 256 KiB for each TLS connection, which costs time at every look and, where a
# hundred looks hang, 25 MiB. A TLS record has at most 16 KiB, so nothing is read slower.
asyncio.sslproto.SSLProtocol.max_size = 32 * 1024


class _StampingTls(ssl.SSLObject):
    """Notes on the trail of the look it belongs to when its handshake begins and ends."""

    def do_handshake(self) -> None:
        """Shake hands; returns when done, raises `SSLWantReadError` in between."""
        trail = current_trail.get()
        if trail is not None and trail.phase is Phase.CONNECT:
            trail.enter(Phase.TLS)
        try:
            super().do_handshake()
        except ssl.SSLCertVerificationError:
            if trail is not None:
                trail.distrust = self.context
            raise
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
    stamp = 0 if ca_file is None else _path(ca_file).stat().st_mtime_ns
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


@lru_cache(maxsize=16)
def organisations(context: ssl.SSLContext) -> frozenset[str]:
    """The organisations whose roots a context trusts, as far as it has read them yet."""
    return frozenset(
        str(value)
        for root in context.get_ca_certs()
        for part in cast("Sequence[Sequence[tuple[str, str]]]", root.get("subject", ()))
        for name, value in part
        if name == "organizationName"
    )


async def shake_hands(sock: socket, context: ssl.SSLContext, server_name: str) -> Sequence[bytes]:
    """Do one TLS handshake on a connected socket and hang up; the socket is closed in any case.

    Returns:
        The certificates sent, DER, the other side's own first.

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
        return _sent(tls)
    finally:
        transport.abort()
        await end.reached


async def chain_unverified(
    address: str, port: int, server_name: str, source: str | None, interface: str | None = None
) -> Sequence[bytes]:
    """Ask again for certificates that did not verify, this time only to look at them.

    Those of a failed handshake have no public way out of Python 3.11.

    Returns:
        All that were sent, DER, the other side's own first.

    Raises:
        OSError: No connection, or no handshake even without verification.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # nothing is sent over it; the look has failed already
    sock = open_socket(address, SOCK_STREAM, source, interface)
    try:
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
    except BaseException:
        sock.close()
        raise
    return await shake_hands(sock, context, server_name)


def _sent(tls: ssl.SSLObject) -> Sequence[bytes]:
    # The chain as sent is public from Python 3.13 on: SSLObject.get_unverified_chain().
    chain = tls._sslobj.get_unverified_chain() or ()  # type: ignore[attr-defined]  # noqa: SLF001 - see above
    return [each.public_bytes(_DER) for each in chain]


class _Ending(asyncio.Protocol):
    """Wants nothing said, and knows when the connection is gone."""

    def __init__(self) -> None:
        self.reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if not self.reached.done():
            self.reached.set_result(None)
