"""What is known of a look while it is under way: how far it came, and what it saw on the way."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING

from monitor.model import Phase, Sighting, Timings

if TYPE_CHECKING:
    from ssl import SSLContext

    from monitor.model import Certificate, Failure

DETAIL_LIMIT = 200


class Trail:
    """The running notes of one look; ends as a `Sighting`.

    Every moment belongs to exactly one phase, so the timings add up to the duration; a phase that
    is entered again (a redirect) goes on where it stopped.
    """

    def __init__(self) -> None:
        self.phase = Phase.START
        self.address: str | None = None
        self.http_status: int | None = None
        self.code: str | None = None
        self.body_bytes: int | None = None
        self.certificate: Certificate | None = None
        self.handshake: tuple[str, int, str] | None = None  # address, port, server name
        self.distrust: SSLContext | None = None  # what did not accept the certificate
        self._now = asyncio.get_running_loop().time
        self._since = self._now()
        self._spent_s: dict[Phase, float] = {}

    def enter(self, phase: Phase) -> None:
        """End the present phase and begin `phase`."""
        now = self._now()
        self._spent_s[self.phase] = self._spent_s.get(self.phase, 0.0) + now - self._since
        self._since = now
        self.phase = phase

    def sighting(self, failure: Failure | None = None, detail: str = "") -> Sighting:
        """Close the notes.

        Args:
            failure: How the look failed; None if it did not.
            detail: Our own word on it, free of anything the other side said.
        """
        self.enter(self.phase)
        spent = self._spent_s.get
        return Sighting(
            phase=self.phase,
            failure=failure,
            detail=detail[:DETAIL_LIMIT],
            timings=Timings(
                dns_s=spent(Phase.DNS),
                connect_s=spent(Phase.CONNECT),
                tls_s=spent(Phase.TLS),
                wait_s=spent(Phase.WAIT),
                transfer_s=spent(Phase.TRANSFER),
            ),
            address=self.address,
            http_status=self.http_status,
            code=self.code,
            body_bytes=self.body_bytes,
            certificate=self.certificate,
        )


# The TLS object is made deep inside asyncio and aiohttp; this is how it finds its look.
current_trail: ContextVar[Trail | None] = ContextVar("current_trail", default=None)
