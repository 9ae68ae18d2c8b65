"""Where a look may go: names and redirects are the other side's word, and may lead inside.

An address is public, private, or one where nothing can live. Private ones are believed only where
the vantage declares them. Pure.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

from monitor.model import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from monitor.model import Vantage

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Not `is_private` and `is_global`: what those mean changes between Python's patch releases.
_NOWHERE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.10.34.0/24",  # where national filtering sends names it dislikes
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",
        "2001:10::/28",
        "2001:20::/28",
        "2001:db8::/32",
        "3fff::/20",
    )
)
_PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind a carrier's translation
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "198.18.0.0/15",  # laboratories
        "2001:2::/48",
        "64:ff9b:1::/48",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
    )
)
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")  # the only part that is given out
_CARRIERS = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))  # of v4
_LAST_32_BITS = 0xFFFF_FFFF


def refusal(text: str, vantage: Vantage) -> Failure | None:
    """Why a look from `vantage` may not go to an address that was not configured.

    Args:
        text: A literal address; what is embedded in it (mapped, 6to4, NAT64, Teredo) counts, too.
        vantage: Loopback is believed where its own source address lives there, private networks
            where it declares them.

    Returns:
        None if it may; `dns_bogon_error` where nothing can live, declared or not, else
        `dns_private_address`.

    Source: IANA's special-purpose address registries (RFC 6890); TRUST §2.3 #25.
    """
    found = {_of_one(each, vantage) for each in _embedded(ipaddress.ip_address(text))}
    return next((bad for bad in (Failure.DNS_BOGON, Failure.DNS_PRIVATE) if bad in found), None)


def first_refusal(texts: Iterable[str], vantage: Vantage) -> tuple[Failure, str] | None:
    """The first address that may not be gone to, with the reason; None if all of them may.

    One bad address among good ones is enough: a resolver that mixes them is not to be believed.
    """
    for text in texts:
        if (failure := refusal(text, vantage)) is not None:
            return failure, text
    return None


def _of_one(address: _Address, vantage: Vantage) -> Failure | None:
    if _within(address, _NOWHERE):
        return Failure.DNS_BOGON
    if _within(address, _networks(vantage.private_networks)):
        return None
    if address.is_loopback:
        source = vantage.source_address
        at_home = source is not None and ipaddress.ip_address(source).is_loopback
        return None if at_home else Failure.DNS_BOGON
    if _within(address, _PRIVATE):
        return Failure.DNS_PRIVATE
    if isinstance(address, ipaddress.IPv6Address) and address not in _PUBLIC_V6:
        return Failure.DNS_BOGON
    return None


def _embedded(address: _Address) -> Iterator[_Address]:
    """The addresses that packets to `address` may end up at: itself, or what it carries."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif int(address) > 1 and _within(address, _CARRIERS):
        yield ipaddress.IPv4Address(int(address) & _LAST_32_BITS)
    else:
        yield address
        if address.sixtofour is not None:
            yield address.sixtofour
        if address.teredo is not None:
            yield from address.teredo


def _within(address: _Address, networks: Sequence[_Network]) -> bool:
    return any(address in network for network in networks)


@lru_cache(maxsize=64)
def _networks(texts: tuple[str, ...]) -> tuple[_Network, ...]:
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
