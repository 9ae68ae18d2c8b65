"""The frame of every look: one deadline over everything, and an outcome whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from socket import SOCK_STREAM
from typing import TYPE_CHECKING

from monitor.model import Failure, Phase, Sighting
from probes.certificate import describe, lacks_link
from probes.failures import OUTSIDE, classify
from probes.handshake import chain_unverified, organisations
from probes.sockets import open_socket
from probes.trail import Trail, current_trail

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from socket import socket

_CERTIFICATE_FAILURES = frozenset(
    {
        Failure.TLS_EXPIRED,
        Failure.TLS_NOT_YET_VALID,
        Failure.TLS_WRONG_HOST,
        Failure.TLS_UNKNOWN_AUTHORITY,
        Failure.TLS_SELF_SIGNED,
        Failure.TLS_INVALID,
    }
)


class Attempt:
    """What the steps of a look need to know: their trail, where from, the time they have left."""

    def __init__(self, timeout_s: float, source: str | None, interface: str | None = None) -> None:
        self.trail = Trail()
        self.source = source
        self.interface = interface
        self._now = asyncio.get_running_loop().time
        self.deadline = self._now() + timeout_s

    @property
    def left_s(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - self._now()


async def attempt(
    timeout_s: float,
    source: str | None,
    steps: Callable[[Attempt], Awaitable[None]],
    *,
    interface: str | None = None,
) -> Sighting:
    """Take the steps once, within `timeout_s`.

    Args:
        timeout_s: For everything together, a second handshake for a bad certificate included.
        source: The literal address to leave from.
        steps: Returns when all is well, raises where it is not.
        interface: The network interface to leave through.

    Returns:
        What was seen; the failure is named by `probes.failures`.
    """
    this = Attempt(timeout_s, source, interface)
    trail = this.trail
    token = current_trail.set(trail)
    try:
        async with asyncio.timeout_at(this.deadline):
            await steps(this)
    except OUTSIDE as error:
        failure, detail = classify(error, trail.phase)
    else:
        trail.enter(Phase.DONE)
        return trail.sighting()
    finally:
        current_trail.reset(token)
    sighting = trail.sighting(failure, detail)
    if failure in _CERTIFICATE_FAILURES and trail.handshake is not None:
        with contextlib.suppress(*OUTSIDE):
            async with asyncio.timeout_at(this.deadline):
                chain = await chain_unverified(*trail.handshake, source, interface)
            return _explained(sighting, chain, trail)
    return sighting


def _explained(sighting: Sighting, chain: Sequence[bytes], trail: Trail) -> Sighting:
    """What the certificate itself adds to a handshake that failed because of it."""
    if not chain:
        return sighting
    failure = sighting.failure
    known = frozenset[str]() if trail.distrust is None else organisations(trail.distrust)
    if failure is Failure.TLS_UNKNOWN_AUTHORITY and lacks_link(chain, known):
        failure = Failure.TLS_MISSING_LINK
    return replace(sighting, failure=failure, certificate=describe(chain[0], verified=False))


async def connect(this: Attempt, address: str, port: int) -> socket:
    """Open one TCP connection to a literal address; the caller closes it.

    Raises:
        OSError: It could not be opened.
    """
    this.trail.enter(Phase.CONNECT)
    this.trail.address = address
    sock = open_socket(address, SOCK_STREAM, this.source, this.interface)
    try:
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
    except BaseException:
        sock.close()
        raise
    return sock
