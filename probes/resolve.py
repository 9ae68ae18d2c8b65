"""Names to addresses, asked of the vantage's own resolvers; one question each, no cache.

The machine's `/etc/hosts` and search list have no say: a doctor's computer does not have them.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.model import Failure, Phase
from probes.failures import OUTSIDE, LookFailedError, classify
from probes.question import ask, records
from probes.sockets import DNS_PORT, endpoint, family_of, is_literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Vantage
    from probes.trail import Trail

RESOLV_CONF = Path("/etc/resolv.conf")
# What the name itself lacks is the same everywhere; anything else may be one resolver's trouble.
_FINAL = (Failure.DNS_NXDOMAIN, Failure.DNS_NO_ANSWER, Failure.DNS_BOGON)
_OUR_OWN = (Failure.OUT_OF_FILES, Failure.NO_SOURCE_ADDRESS, Failure.OUT_OF_RESOURCES)
_NOWHERE = (
    ipaddress.ip_network("0.0.0.0/8"),
    ipaddress.ip_network("10.10.34.0/24"),  # where national filtering sends names it dislikes
)


async def resolve(host: str, vantage: Vantage, trail: Trail, *, left_s: float) -> str:
    """Find the one address a look will go to.

    Args:
        host: A name, taken as absolute, or a literal address, which is returned as it is.
        vantage: Whose resolvers are asked, from whose source address.
        trail: Enters the phase `dns` unless `host` is a literal.
        left_s: Seconds until the look's deadline; a silent resolver gets its equal share of them.

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
                return await _address_from(server, host, vantage)
        except OUTSIDE as error:
            failed = LookFailedError(*classify(error, Phase.DNS))
            if failed.failure in _FINAL or failed.failure in _OUR_OWN:
                raise failed from error
            first = first or failed
    raise first or LookFailedError(Failure.DNS_TIMEOUT)


def servers_of(vantage: Vantage) -> Sequence[tuple[str, int]]:
    """The resolvers of a vantage, the system's where it names none; at least one."""
    return [endpoint(text) for text in vantage.resolvers] or _system_resolvers()


def is_bogon(text: str, vantage: Vantage) -> bool:
    """Whether a public name cannot really live at this address.

    Loopback is believed only where the vantage itself lives there. Private networks are believed
    (insurers are reached through them), but for the one that serves the filtering page.
    """
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        source = vantage.source_address
        return source is None or not ipaddress.ip_address(source).is_loopback
    return (
        address.is_unspecified
        or address.is_multicast
        or address.is_link_local
        or address.is_reserved
        or any(address in network for network in _NOWHERE)
    )


def _record_types(source: str | None) -> Sequence[str]:
    if source is None:
        return ("A", "AAAA")
    return ("A",) if family_of(source) == socket.AF_INET else ("AAAA",)


async def _address_from(server: tuple[str, int], host: str, vantage: Vantage) -> str:
    for record_type in _record_types(vantage.source_address):
        answer = await ask(server, host, record_type, vantage.source_address)
        try:
            address: str = next(iter(records(answer))).to_text()
        except LookFailedError as error:
            if error.failure is Failure.DNS_NO_ANSWER:
                continue
            raise
        if is_bogon(address, vantage):
            raise LookFailedError(Failure.DNS_BOGON)
        return address
    raise LookFailedError(Failure.DNS_NO_ANSWER)


def _system_resolvers() -> Sequence[tuple[str, int]]:
    try:
        text = RESOLV_CONF.read_text(encoding="ascii", errors="replace")
    except OSError:
        text = ""
    words = [line.split() for line in text.splitlines()]
    named = [w[1] for w in words if len(w) > 1 and w[0] == "nameserver" and is_literal(w[1])]
    return [endpoint(address) for address in named] or [("127.0.0.1", DNS_PORT)]  # as libc does
