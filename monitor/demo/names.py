"""The demo's DNS server: A records of *.demo over UDP and TCP, NXDOMAIN for everything else."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import socket
import struct
from collections import Counter
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from aiohttp import web

from monitor.demo.breaks import Break, What
from monitor.demo.control_api import control_app
from monitor.demo.party import SHUTDOWN_S, until_terminated
from monitor.demo.places import CONTROL_PORT, NAMES_HOST, address, all_hosts

TTL_S = 5


class Names:
    """What the server knows and which questions it drops."""

    def __init__(self, neighbourhood: int) -> None:
        self._known = {host.name: address(neighbourhood, host.place) for host in all_hosts()}
        self.breaks: tuple[Break, ...] = ()
        self.counts: Counter[str] = Counter()

    async def set_breaks(self, breaks: tuple[Break, ...]) -> None:
        """Take the faults; `hosts` of a fault are names that are asked for."""
        self.breaks = breaks

    def answer(self, wire: bytes, source: str) -> bytes | None:
        """Answer one message; None where nothing may be said (dropped, or not a question)."""
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        if len(query.question) != 1 or query.flags & dns.flags.QR:
            return None
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.counts[name] += 1
        if any(b.what is What.DROP_DNS and b.hits(host=name, source=source) for b in self.breaks):
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        known = self._known.get(name)
        if known is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif question.rdtype == dns.rdatatype.A and question.rdclass == dns.rdataclass.IN:
            response.answer.append(dns.rrset.from_text(question.name, TTL_S, "IN", "A", known))
        return response.to_wire()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, names: Names) -> None:
        self._names = names
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Before Python 3.12 asyncio's own transport is not an instance of this type.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._names.answer(data, addr[0])
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)


async def _stream(names: Names, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    source = writer.get_extra_info("peername")[0]
    with contextlib.suppress(asyncio.IncompleteReadError, OSError):
        while True:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            answer = names.answer(await reader.readexactly(length), source)
            if answer is not None:
                writer.write(struct.pack("!H", len(answer)) + answer)
                await writer.drain()
    writer.close()


async def _run(neighbourhood: int) -> None:
    names = Names(neighbourhood)
    own = address(neighbourhood, NAMES_HOST.place)
    loop = asyncio.get_running_loop()
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    # A mDNS responder may sit on *:5353; ours is a more exact address and gets its own datagrams.
    datagrams.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    datagrams.bind((own, NAMES_HOST.port))
    transport, _protocol = await loop.create_datagram_endpoint(
        lambda: _Datagrams(names), sock=datagrams
    )
    streams = await asyncio.start_server(
        lambda reader, writer: _stream(names, reader, writer), own, NAMES_HOST.port
    )
    control = web.AppRunner(
        control_app(lambda: names.breaks, names.set_breaks, names.counts),
        access_log=None,
        shutdown_timeout=SHUTDOWN_S,
    )
    try:
        await control.setup()
        await web.TCPSite(control, own, CONTROL_PORT).start()
        await until_terminated()
    finally:
        await control.cleanup()
        streams.close()
        transport.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--neighbourhood", type=int, required=True)
    asyncio.run(_run(parser.parse_args().neighbourhood))
