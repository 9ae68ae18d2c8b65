"""Sockets that leave from the vantage's own address."""

from __future__ import annotations

import errno
import ipaddress
import socket

DNS_PORT = 53
# Linux: choose the local port when connecting, so that a source address does not run out of ports
# because they are reserved at bind. <linux/in.h>; Python names it from 3.12 on.
_IP_BIND_ADDRESS_NO_PORT = 24


def open_socket(address: str, kind: socket.SocketKind, source: str | None) -> socket.socket:
    """Make a non-blocking socket for `address`, bound to the vantage's address.

    Args:
        address: The literal address to be spoken to; decides the family.
        kind: `SOCK_STREAM` or `SOCK_DGRAM`.
        source: The literal address to leave from; None lets the machine choose.

    Raises:
        OSError: `EADDRNOTAVAIL` if this machine does not have `source` or it is of the other
            family; `EMFILE` and its like if the machine is out of something.
    """
    family = family_of(address)
    if source is not None and family_of(source) != family:
        raise OSError(errno.EADDRNOTAVAIL, "source address of the other family")
    sock = socket.socket(family, kind)
    try:
        sock.setblocking(False)
        if source is not None:
            if kind is socket.SOCK_STREAM:
                sock.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
            sock.bind((source, 0))
    except BaseException:
        sock.close()
        raise
    return sock


def is_literal(host: str) -> bool:
    """Whether `host` is an address already."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def endpoint(text: str) -> tuple[str, int]:
    """Split `address`, `address:port`, `[v6]:port` or a bare v6 address; the port defaults to 53.

    Raises:
        ValueError: There is no literal address in it or the port is no number.
    """
    if is_literal(text):
        return text, DNS_PORT
    address, _, port = text.rpartition(":")
    address = address.removeprefix("[").removesuffix("]")
    ipaddress.ip_address(address)
    return address, int(port)


def family_of(address: str) -> socket.AddressFamily:
    """The socket family of a literal address."""
    version = ipaddress.ip_address(address).version
    return socket.AF_INET if version == 4 else socket.AF_INET6  # noqa: PLR2004 - IP version 4
