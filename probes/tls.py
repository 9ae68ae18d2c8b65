"""Does somebody open the door and prove who they are?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.attempt import Attempt, attempt, connect
from probes.handshake import context_for, shake_hands
from probes.resolve import resolve
from probes.spec import TlsSpec

if TYPE_CHECKING:
    from monitor.model import Check, Sighting, Vantage


class TlsProbe:
    """Does one verified TLS handshake and hangs up."""

    async def look(self, check: Check, vantage: Vantage, look_id: str) -> Sighting:  # noqa: ARG002 - a handshake has no room for an id
        """One attempt; see `monitor.ports.Probe`.

        Raises:
            OSError: `ca_file` cannot be read.
        """
        spec = check.spec
        if not isinstance(spec, TlsSpec):
            raise TypeError(f"the TLS probe was given a {spec.kind} check")
        context = context_for(spec.ca_file)
        server_name = spec.server_name or spec.host

        async def steps(this: Attempt) -> None:
            address = await resolve(spec.host, vantage, this.trail, left_s=this.left_s)
            this.trail.handshake = (address, spec.port, server_name)
            sock = await connect(this, address, spec.port)
            await shake_hands(sock, context, server_name)

        return await attempt(
            check.timeout_s, vantage.source_address, steps, interface=vantage.interface
        )
