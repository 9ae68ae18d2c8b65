"""A small hostile world on loopback: servers that misbehave, and a name server that lies."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from monitor.model import Check, Vantage
from probes.spec import HttpSpec

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LOOK_ID = "0123456789abcdef"


def check(spec, timeout_s=0.4) -> Check:
    return Check("c", "t", ("v",), spec, every_s=60, timeout_s=timeout_s)


def vantage(resolver: str | None = None, source: str | None = "127.0.0.1") -> Vantage:
    return Vantage(
        "v",
        {"en": "V"},
        "IR",
        "tehran",
        "n",
        source_address=source,
        resolvers=() if resolver is None else (resolver,),
    )


def http(port: int, path: str = "/", host: str = "127.0.0.1", scheme: str = "http", **more):
    return HttpSpec(f"{scheme}://{host}:{port}{path}", **more)


@contextlib.asynccontextmanager
async def serving(behave: Behaviour, ssl=None) -> AsyncIterator[int]:
    """Serve `behave` on 127.0.0.1; the port. Every connection is cut at the end."""
    tasks: set[asyncio.Task] = set()

    async def handle(reader, writer):
        tasks.add(asyncio.current_task())
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await behave(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=ssl)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # aborted transports close in the loop's next turn


async def request_of(reader) -> bytes:
    """Read one request's head."""
    return await reader.readuntil(b"\r\n\r\n")


def says(*parts: bytes, then: str = "close") -> Behaviour:
    """Answer any request with these bytes, then `close`, `reset` or `hang`."""

    async def behave(reader, writer):
        await request_of(reader)
        for part in parts:
            writer.write(part)
            await writer.drain()
        await end(writer, then)

    return behave


def answers(body: bytes = b"", status: str = "200 OK", *headers: str) -> Behaviour:
    """A proper HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return says("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def greets(then: str) -> Behaviour:
    """Hear the first words, say nothing, then `close`, `reset` or `hang`."""

    async def behave(reader, writer):
        await reader.read(4096)  # closing with words unread would be a reset
        await end(writer, then)

    return behave


async def hang_after_hello(reader, _writer) -> None:
    """Take whatever comes and never answer."""
    while await reader.read(4096):
        pass


async def end(writer, then: str) -> None:
    """Part with a client: `close`, `reset` or `hang`."""
    match then:
        case "close":
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        case "reset":
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        case "hang":
            await asyncio.Event().wait()


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@contextlib.contextmanager
def full_port():
    """A port whose queue is full, so that a SYN is never answered."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


Liar = Callable[[dns.message.Message, bool], bytes | None]


@contextlib.asynccontextmanager
async def lying(lie: Liar) -> AsyncIterator[str]:
    """A name server; `lie(query, over_tcp)` gives the wire answer. Its `address:port`."""

    class Datagrams(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, addr):
            if (wire := lie(dns.message.from_wire(data), False)) is not None:
                self.transport.sendto(wire, addr)

    async def over_tcp(reader, writer):
        length = int.from_bytes(await reader.readexactly(2), "big")
        wire = lie(dns.message.from_wire(await reader.readexactly(length)), True) or b""
        writer.write(len(wire).to_bytes(2, "big") + wire)
        await writer.drain()
        await end(writer, "close")

    async with serving(over_tcp) as port:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            Datagrams, local_addr=("127.0.0.1", port)
        )
        try:
            yield f"127.0.0.1:{port}"
        finally:
            transport.close()
            await asyncio.sleep(0)


def leads(*records: str) -> Liar:
    """Answer with these records, each `TYPE data` for the name asked, or `name TYPE data`."""

    def lie(query, _over_tcp):
        answer = dns.message.make_response(query)
        for record in records:
            words = record.split(" ")
            name = words.pop(0) if words[0].endswith(".") else query.question[0].name
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", words[0], " ".join(words[1:])))
        return answer.to_wire()

    return lie


def rcode(code: dns.rcode.Rcode) -> Liar:
    """Answer with an rcode only."""

    def lie(query, _over_tcp):
        answer = dns.message.make_response(query)
        answer.set_rcode(code)
        return answer.to_wire()

    return lie


def cut_short(lie: Liar) -> Liar:
    """Over UDP say only "truncated"; over TCP tell it all."""

    def cut(query, over_tcp):
        if over_tcp:
            return lie(query, over_tcp)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.TC
        return answer.to_wire()

    return cut
