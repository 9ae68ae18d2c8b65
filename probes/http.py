"""Does it do its work? One HTTP(S) request, and a hard look at the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.attempt import Attempt, attempt
from probes.exchange import exchange
from probes.handshake import context_for
from probes.spec import HttpSpec

if TYPE_CHECKING:
    from monitor.model import Check, Sighting, Vantage


class HttpProbe:
    """Makes one HTTP(S) request on a fresh connection, follows what it may, judges the answer."""

    async def look(self, check: Check, vantage: Vantage, look_id: str) -> Sighting:
        """One attempt; see `monitor.ports.Probe`.

        Raises:
            OSError: `ca_file` cannot be read.
        """
        spec = check.spec
        if not isinstance(spec, HttpSpec):
            raise TypeError(f"the HTTP probe was given a {spec.kind} check")
        context = context_for(spec.ca_file)

        async def steps(this: Attempt) -> None:
            await exchange(this, spec, context, vantage, look_id)

        return await attempt(
            check.timeout_s, vantage.source_address, steps, interface=vantage.interface
        )
