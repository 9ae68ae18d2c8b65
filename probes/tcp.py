"""Does somebody open the door?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.attempt import Attempt, attempt, connect
from probes.resolve import resolve
from probes.spec import TcpSpec

if TYPE_CHECKING:
    from monitor.model import Check, Sighting, Vantage


class TcpProbe:
    """Opens one TCP connection and closes it at once."""

    async def look(self, check: Check, vantage: Vantage, look_id: str) -> Sighting:  # noqa: ARG002 - TCP has no room for an id
        """One attempt; see `monitor.ports.Probe`."""
        spec = check.spec
        if not isinstance(spec, TcpSpec):
            raise TypeError(f"the TCP probe was given a {spec.kind} check")

        async def steps(this: Attempt) -> None:
            address = await resolve(spec.host, vantage, this.trail, left_s=this.left_s)
            (await connect(this, address, spec.port)).close()

        return await attempt(
            check.timeout_s, vantage.source_address, steps, interface=vantage.interface
        )
