"""Names to addresses, asked of the vantage's own resolvers; one question each, no cache.

The machine's `/etc/hosts` and search list have no say: a doctor's computer does not have them.
"""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from monitor.model import Failure, Phase
from probes.egress import first_refusal
from probes.failures import OUTSIDE, LookFailedError, classify
from probes.question import ask, records
from probes.sockets import DNS_PORT, endpoint, family_of, is_literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Vantage
    from probes.trail import Trail

RESOLV_CONF = Path("/etc/resolv.conf")
# What the name itself lacks is the same everywhere; anything else may be one resolver's trouble.
_FINAL = (
    Failure.DNS_NXDOMAIN,
    Failure.DNS_NO_ANSWER,
    Failure.DNS_BOGON,
    Failure.DNS_PRIVATE,
)
_OUR_OWN = (
    Failure.OUT_OF_FILES,
    Failure.NO_SOURCE_ADDRESS,
    Failure.OUT_OF_RESOURCES,
    Failure.NOT_PERMITTED,
)
Family = Literal[4, 6]


async def resolve(
    host: str, vantage: Vantage, trail: Trail, *, left_s: float, family: Family | None = None
) -> str:
    """Find the one address a look will go to: the caller connects to it and asks nobody again.

    Args:
        host: A name, taken as absolute, or a literal address, which is returned as it is: whoever
            wrote it answers for it.
        vantage: Whose resolvers are asked, and from where; it says which private places it knows.
        trail: Enters the phase `dns` unless `host` is a literal.
        left_s: Seconds until the look's deadline; a silent resolver gets its equal share of them.
        family: Ask for addresses of this IP version only.

    Returns:
        The first address of the answer: v4 if there is one and the source address allows it.

    Raises:
        LookFailedError: Why there is none; the failure of the first resolver where all failed.
    """
    if is_literal(host):
        return host
    trail.enter(Phase.DNS)
    servers = servers_of(vantage)
    deadline = asyncio.get_running_loop().time() + left_s
    first: LookFailedError | None = None
    for turn, server in enumerate(servers):
        share_s = (deadline - asyncio.get_running_loop().time()) / (len(servers) - turn)
        try:
            async with asyncio.timeout(share_s):
                return await _address_from(server, host, vantage, family)
        except OUTSIDE as error:
            failed = LookFailedError(*classify(error, Phase.DNS))
            if failed.failure in _FINAL or failed.failure in _OUR_OWN:
                raise failed from error
            first = first or failed
    raise first or LookFailedError(Failure.DNS_TIMEOUT)


def servers_of(vantage: Vantage) -> Sequence[tuple[str, int]]:
    """The resolvers of a vantage, the system's where it names none; at least one."""
    return [endpoint(text) for text in vantage.resolvers] or _system_resolvers()


def _record_types(source: str | None, family: Family | None) -> Sequence[str]:
    if family is not None:
        return ("A",) if family == 4 else ("AAAA",)  # noqa: PLR2004 - IP version 4
    if source is None:
        return ("A", "AAAA")
    return ("A",) if family_of(source) == socket.AF_INET else ("AAAA",)


async def _address_from(
    server: tuple[str, int], host: str, vantage: Vantage, family: Family | None
) -> str:
    source, interface = vantage.source_address, vantage.interface
    for record_type in _record_types(source, family):
        answer = await ask(server, host, record_type, source, interface)
        try:
            addresses: list[str] = [record.to_text() for record in records(answer)]
        except LookFailedError as error:
            if error.failure is Failure.DNS_NO_ANSWER:
                continue
            raise
        if (bad := first_refusal(addresses, vantage)) is not None:
            raise LookFailedError(*bad)
        return addresses[0]
    raise LookFailedError(Failure.DNS_NO_ANSWER)


def _system_resolvers() -> Sequence[tuple[str, int]]:
    try:
        text = RESOLV_CONF.read_text(encoding="ascii", errors="replace")
    except OSError:
        text = ""
    words = [line.split() for line in text.splitlines()]
    named = [w[1] for w in words if len(w) > 1 and w[0] == "nameserver" and is_literal(w[1])]
    return [endpoint(address) for address in named] or [("127.0.0.1", DNS_PORT)]  # as libc does
