"""Do the names still lead where they should?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dns.rdatatype

from monitor.model import Failure, Phase
from probes.attempt import Attempt, attempt
from probes.egress import first_refusal
from probes.failures import LookFailedError
from probes.question import ask, records
from probes.resolve import servers_of
from probes.sockets import endpoint
from probes.spec import DnsSpec

if TYPE_CHECKING:
    from dns.rdata import Rdata

    from monitor.model import Check, Sighting, Vantage


class DnsProbe:
    """Puts one question to one server and reads the answer."""

    async def look(self, check: Check, vantage: Vantage, look_id: str) -> Sighting:  # noqa: ARG002 - a question has no room for an id
        """One attempt; see `monitor.ports.Probe`. `Sighting.address` is the server asked."""
        spec = check.spec
        if not isinstance(spec, DnsSpec):
            raise TypeError(f"the DNS probe was given a {spec.kind} check")
        server = servers_of(vantage)[0] if spec.server is None else endpoint(spec.server)

        async def steps(this: Attempt) -> None:
            this.trail.enter(Phase.DNS)
            this.trail.address = server[0]
            answer = await ask(server, spec.name, spec.record_type, this.source, this.interface)
            found = {_plain(record) for record in records(answer)}
            this.trail.enter(Phase.EXPECT)
            _judge(spec, found, vantage)

        return await attempt(
            check.timeout_s, vantage.source_address, steps, interface=vantage.interface
        )


def _judge(spec: DnsSpec, found: set[str], vantage: Vantage) -> None:
    wanted = {text.lower().rstrip(".") for text in spec.one_of}
    if wanted:
        # All of them: one stranger among the answers takes a share of the doctors with it.
        if not found <= wanted:
            raise LookFailedError(Failure.DNS_MISMATCH)
        return
    if spec.record_type in ("A", "AAAA"):
        bad = first_refusal(sorted(found), vantage)
        if bad is not None:
            raise LookFailedError(*bad)


def _plain(record: Rdata) -> str:
    if record.rdtype == dns.rdatatype.TXT:
        strings: tuple[bytes, ...] = record.strings  # type: ignore[attr-defined]  # of TXT records
        return b"".join(strings).decode("utf-8", "replace").lower()
    return record.to_text().lower().rstrip(".")
