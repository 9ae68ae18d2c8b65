"""Sockets that leave from the vantage's own address and through its own interface."""

from __future__ import annotations

import array
import errno
import fcntl
import ipaddress
import socket
import sys
import termios
from functools import lru_cache
from typing import TYPE_CHECKING

from probes.failures import TooMuchError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

DNS_PORT = 53
# Linux: choose the local port when connecting, so that a source address does not run out of ports
# because they are reserved at bind. <linux/in.h>; Python names it from 3.12 on.
_IP_BIND_ADDRESS_NO_PORT = 24
# Twice the largest body we take: room for its head, its framing and its encryption.
WIRE_CAP_BYTES = 512 * 1024
# Where `tcpi_bytes_received`, 8 bytes, stands and ends.
_RECEIVED_AT, _TCP_INFO_BYTES = 128, 136
# Read at once: what is made to be slow to parse (a flood of interim answers) takes 25 ms for it.
_GULP_BYTES = 16 * 1024


class MeteredSocket(socket.socket):
    """Reads in small gulps, and not without end.

    What a parser swallows without a trace (a flood of interim answers, an endless chunk extension)
    counts nowhere else.
    """

    _read_bytes = 0

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """As `socket.recv`; raises `TooMuchError` beyond the cap."""
        data = super().recv(min(size, _GULP_BYTES), flags)
        self._count(len(data))
        return data

    def recv_into(self, buffer: WriteableBuffer, size: int = 0, flags: int = 0, /) -> int:
        """As `socket.recv_into`; raises `TooMuchError` beyond the cap."""
        room = size or memoryview(buffer).nbytes
        length = super().recv_into(buffer, min(room, _GULP_BYTES), flags)
        self._count(length)
        return length

    def _count(self, length: int) -> None:
        self._read_bytes += length
        if self._read_bytes > WIRE_CAP_BYTES:
            raise TooMuchError


def read_bytes(sock: socket.socket) -> int:
    """How many bytes have been read from a TCP socket, by whomever.

    Source: `struct tcp_info` of <linux/tcp.h>, to which fields are only ever appended.
    """
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
    unread = array.array("i", [0])
    fcntl.ioctl(sock, termios.FIONREAD, unread)
    return int.from_bytes(info[_RECEIVED_AT:_TCP_INFO_BYTES], sys.byteorder) - unread[0]


def open_socket(
    address: str, kind: socket.SocketKind, source: str | None, interface: str | None = None
) -> socket.socket:
    """Make a non-blocking socket for `address`, bound to the vantage's address and interface.

    Args:
        address: The literal address to be spoken to; decides the family.
        kind: `SOCK_STREAM` or `SOCK_DGRAM`.
        source: The literal address to leave from; None lets the machine choose.
        interface: The network interface to leave through; None lets the machine choose.

    Raises:
        OSError: `EADDRNOTAVAIL` if this machine does not have `source` or it is of the other
            family; `ENODEV` if it does not have `interface`; `EPERM` if the system does not let us
            choose it; `EMFILE` and its like if the machine is out of something.
    """
    family = family_of(address)
    if source is not None and family_of(source) != family:
        raise OSError(errno.EADDRNOTAVAIL, "source address of the other family")
    sock = MeteredSocket(family, kind)
    try:
        sock.setblocking(False)
        if interface is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
        if source is not None:
            if kind is socket.SOCK_STREAM:
                sock.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
            sock.bind((source, 0))
    except BaseException:
        sock.close()
        raise
    return sock


@lru_cache(maxsize=1024)
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


@lru_cache(maxsize=1024)
def family_of(address: str) -> socket.AddressFamily:
    """The socket family of a literal address."""
    version = ipaddress.ip_address(address).version
    return socket.AF_INET if version == 4 else socket.AF_INET6  # noqa: PLR2004 - IP version 4
