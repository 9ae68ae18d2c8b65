"""One question to one name server, in the plain way of the 1980s; and how to read the answer."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import dns.exception
import dns.flags
import dns.message
import dns.rcode

from monitor.model import Failure
from probes.failures import LookFailedError
from probes.sockets import family_of, open_socket

if TYPE_CHECKING:
    from dns.rrset import RRset

# Three times what a long answer has. Reading is done in Python: this much, made to be slow to read
# (each record with a name of a hundred parts), takes 50 ms.
_LONGEST_ANSWER_BYTES = 4 * 1024
_RCODES = {
    dns.rcode.NXDOMAIN: Failure.DNS_NXDOMAIN,
    dns.rcode.SERVFAIL: Failure.DNS_SERVFAIL,
    dns.rcode.REFUSED: Failure.DNS_REFUSED,
}


async def ask(
    server: tuple[str, int],
    name: str,
    record_type: str,
    source: str | None,
    interface: str | None = None,
) -> dns.message.QueryMessage:
    """Put one question to one server, over UDP, and again over TCP if the answer was cut short.

    Args:
        server: Address and port.
        name: The name asked for.
        record_type: As in `DnsSpec.record_type`.
        source: Address to leave from; not used towards a server of the other family.
        interface: The network interface to leave through.

    Returns:
        The answer, whatever its rcode; it is one to our question.

    Raises:
        OSError: The socket could not be made, or the server's machine refused it.
        LookFailedError, DNSException: The answer cannot be read, is longer than any answer should
            be, or is one to another question.
    """
    query = dns.message.make_query(name, record_type)
    address, port = server
    if source is not None and family_of(source) != family_of(address):
        source = None
    loop = asyncio.get_running_loop()
    with open_socket(address, socket.SOCK_DGRAM, source, interface) as sock:
        sock.connect((address, port))  # only this peer may answer, and its refusal is heard
        await loop.sock_sendall(sock, query.to_wire())
        answer = _read(await loop.sock_recv(sock, _LONGEST_ANSWER_BYTES + 1), query)
    if not answer.flags & dns.flags.TC:
        return answer
    with open_socket(address, socket.SOCK_STREAM, source, interface) as sock:
        await loop.sock_connect(sock, (address, port))
        await loop.sock_sendall(sock, query.to_wire(prepend_length=True))
        length = int.from_bytes(await _exactly(sock, 2), "big")
        return _read(await _exactly(sock, min(length, _LONGEST_ANSWER_BYTES + 1)), query)


def records(answer: dns.message.QueryMessage) -> RRset:
    """The records asked for, at the end of whatever aliases lead to them.

    Raises:
        LookFailedError: An rcode other than NOERROR, an alias chain without end, or nothing there.
    """
    rcode = answer.rcode()
    if rcode != dns.rcode.NOERROR:
        failure = _RCODES.get(rcode, Failure.DNS_SERVFAIL)
        raise LookFailedError(failure, f"rcode {dns.rcode.to_text(rcode).lower()}")
    try:
        found = answer.resolve_chaining().answer
    except dns.message.ChainTooLong as error:
        raise LookFailedError(Failure.DNS_LOOP) from error
    except dns.exception.DNSException as error:
        raise LookFailedError(Failure.DNS_MALFORMED, type(error).__name__) from error
    if not found:
        raise LookFailedError(Failure.DNS_NO_ANSWER)
    return found


def _read(wire: bytes, query: dns.message.Message) -> dns.message.QueryMessage:
    if len(wire) > _LONGEST_ANSWER_BYTES:
        raise LookFailedError(Failure.DNS_MALFORMED, "answer too long")
    try:
        answer = dns.message.from_wire(wire, ignore_trailing=True)
    except (ValueError, IndexError, OverflowError) as error:  # seen from fuzzed answers
        raise LookFailedError(Failure.DNS_MALFORMED, type(error).__name__) from error
    if not isinstance(answer, dns.message.QueryMessage) or not query.is_response(answer):
        raise LookFailedError(Failure.DNS_MALFORMED, "answer to another question")
    return answer


async def _exactly(sock: socket.socket, length: int) -> bytes:
    loop = asyncio.get_running_loop()
    got = b""
    while len(got) < length:
        part = await loop.sock_recv(sock, length - len(got))
        if not part:
            raise LookFailedError(Failure.DNS_MALFORMED, "answer over TCP ended early")
        got += part
    return got
