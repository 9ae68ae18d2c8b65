"""The frame of every look: one deadline over everything, and an outcome whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from socket import SOCK_STREAM
from typing import TYPE_CHECKING

from monitor.model import Failure, Phase, Sighting
from probes.failures import OUTSIDE, classify
from probes.handshake import certificate_unverified
from probes.sockets import open_socket
from probes.trail import Trail, current_trail

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from socket import socket

_CERTIFICATE_FAILURES = frozenset(
    {
        Failure.TLS_EXPIRED,
        Failure.TLS_NOT_YET_VALID,
        Failure.TLS_WRONG_HOST,
        Failure.TLS_UNKNOWN_AUTHORITY,
        Failure.TLS_INVALID,
    }
)


class Attempt:
    """What the steps of a look need to know: their trail, their source, the time they have left."""

    def __init__(self, timeout_s: float, source: str | None) -> None:
        self.trail = Trail()
        self.source = source
        self._now = asyncio.get_running_loop().time
        self.deadline = self._now() + timeout_s

    @property
    def left_s(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - self._now()


async def attempt(
    timeout_s: float, source: str | None, steps: Callable[[Attempt], Awaitable[None]]
) -> Sighting:
    """Take the steps once, within `timeout_s`.

    Args:
        timeout_s: For everything together, a second handshake for a bad certificate included.
        source: The literal address to leave from.
        steps: Returns when all is well, raises where it is not.

    Returns:
        What was seen; the failure is named by `probes.failures`.
    """
    this = Attempt(timeout_s, source)
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
                shown = await certificate_unverified(*trail.handshake, source)
            return replace(sighting, certificate=shown)
    return sighting


async def connect(this: Attempt, address: str, port: int) -> socket:
    """Open one TCP connection to a literal address; the caller closes it.

    Raises:
        OSError: It could not be opened.
    """
    this.trail.enter(Phase.CONNECT)
    this.trail.address = address
    sock = open_socket(address, SOCK_STREAM, this.source)
    try:
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
    except BaseException:
        sock.close()
        raise
    return sock
