"""A provider and a broken wire on loopback, for the delivery tests."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from monitor.demo.provider import listen
from monitor.demo.provider_api import Messages
from monitor.demo.provider_faults import Dice, Faults
from monitor.demo.provider_ledger import Ledger
from monitor.demo.provider_phone import Inbox
from monitor.model import Outgoing
from monitor.notify.twilio import TwilioSender

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ACCOUNT = "AC" + "0" * 32
TOKEN = "a-token-nobody-may-see"
NUMBER = "+989120000001"
BODY = "اختلال تأمین اجتماعی از ۱۰:۳۲. کد ۱۰۰۱"


def message(key: str = "k1", *, to: str = NUMBER, body: str = BODY, valid_for_s: int = 600):
    return Outgoing(key, to, body, valid_for_s)


@dataclass
class Provider:
    url: str
    ledger: Ledger
    api: Messages

    def go_wrong(self, **faults: object) -> None:
        self.api.dice = Dice(Faults.read(faults))

    @property
    def taken(self) -> list[tuple[str, str]]:
        return [(each.to, each.body) for each in self.ledger.all()]


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    ledger = Ledger()
    api = Messages(ledger, TOKEN)
    app = aiohttp.web.Application()
    app.add_routes([*api.routes(), *Inbox(ledger).routes()])
    runner, url = await listen(app, "127.0.0.1", 0)
    try:
        yield Provider(url, ledger, api)
    finally:
        await runner.cleanup()


@asynccontextmanager
async def twilio(
    url: str, *, timeout_s: float = 5.0, token: str = TOKEN, connector=None
) -> AsyncIterator[TwilioSender]:
    async with aiohttp.ClientSession(connector=connector) as session:
        yield TwilioSender(
            base_url=url,
            account_sid=ACCOUNT,
            auth_token=token,
            sender="+15005550006",
            timeout_s=timeout_s,
            lookup_grace_s=1.0,
            session=session,
        )


@dataclass(frozen=True)
class Wire:
    """What a wire does to each connection; None: nothing."""

    cut_request_after: int | None = None  # bytes forwarded, then a reset to both sides
    cut_answer_after: int | None = None  # the request passes; so much of the answer, then a reset
    close_after_request: bool = False  # the request is swallowed, then an orderly end
    stall: bool = False  # the request is swallowed, nothing comes back
    stall_answer: bool = False  # the request passes, nothing comes back


@asynccontextmanager
async def wire(to_url: str, how: Wire) -> AsyncIterator[str]:
    """A TCP relay to `to_url` that breaks as told."""
    host, _, port = to_url.removeprefix("http://").partition(":")
    tasks: set[asyncio.Task] = set()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        try:
            await _relay(how, reader, writer, far_reader, far_writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            far_writer.close()
            for each in (writer, far_writer):
                with contextlib.suppress(ConnectionError):
                    await each.wait_closed()

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    try:
        yield "http://{}:{}".format(*server.sockets[0].getsockname())
    finally:
        server.close()
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _relay(how, reader, writer, far_reader, far_writer) -> None:
    if how.cut_request_after is not None:
        far_writer.write(await reader.readexactly(how.cut_request_after))
        await far_writer.drain()
        reset(writer)
        reset(far_writer)
        return
    request = await _whole_request(reader)
    if how.close_after_request:
        return
    if how.stall:
        await reader.read()  # until the caller gives up
        return
    far_writer.write(request)
    if how.stall_answer:
        await reader.read()
        return
    if how.cut_answer_after == 0:
        await far_reader.readexactly(1)  # it has been answered, so it has been acted upon
    elif how.cut_answer_after is not None:
        writer.write(await far_reader.readexactly(how.cut_answer_after))
        await writer.drain()
    reset(writer)


async def _whole_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if b"ontent-Length" in line), 0
    )
    return head + await reader.readexactly(length)


def reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextlib.contextmanager
def closed_port():
    """A port that refuses: bound, so that nobody else gets it, and not listening."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


@contextlib.contextmanager
def full_port():
    """A port whose queue is full: a connection to it never comes about."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
