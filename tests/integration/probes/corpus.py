"""The corpus of hostile answers: each from a real socket, each with the name it must get."""

from __future__ import annotations

import contextlib
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.integration.probes.world import (
    full_port,
    hang_after_hello,
    http,
    lying,
    serving,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from monitor.model import Failure, Phase
    from tests.integration.probes.authority import Trust
    from tests.integration.probes.world import Behaviour, Liar

TIMEOUT_S = 0.6


@dataclass(frozen=True)
class Place:
    """Where the other side of a case stands."""

    port: int
    ca_file: str
    resolver: str | None = None  # address:port


@dataclass(frozen=True)
class Case:
    """One way to be hostile."""

    name: str
    failure: Failure | None  # None: odd, and nothing to complain about
    phase: Phase
    serve: Behaviour | None = None  # None: nobody listens on `Place.port`
    context: str | None = None  # of `Trust.contexts`: serve it over TLS
    refuses: str | None = None  # of `Trust.contexts`: refuse the handshake and say why
    lie: Liar | None = None  # what the vantage's resolver says
    full: bool = False  # the port is there, and its queue is full
    source: str | None = "127.0.0.1"  # the vantage's address
    spec: Callable[[Place], Any] = lambda place: http(place.port)
    timeout_s: float = TIMEOUT_S


@contextlib.contextmanager
def bound_only():
    """A port where nobody listens, and that nobody else can take meanwhile."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def refusing(context: ssl.SSLContext) -> Behaviour:
    """Shake hands in vain and send the alert; asyncio's own servers hang up without it."""

    async def behave(reader, writer):
        heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(heard, said, server_side=True)
        failed = False
        while not failed:
            heard.write(await reader.read(65536))
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError:
                failed = True
            writer.write(said.read())
        await hang_after_hello(reader, writer)

    return behave


@contextlib.asynccontextmanager
async def standing(case: Case, trust: Trust) -> AsyncIterator[Place]:
    """Stand up the other side of a case."""
    async with contextlib.AsyncExitStack() as stack:
        port = stack.enter_context(bound_only())
        if case.full:
            port = stack.enter_context(full_port())
        if case.refuses is not None:
            port = await stack.enter_async_context(serving(refusing(trust.contexts[case.refuses])))
        if case.serve is not None:
            context = None if case.context is None else trust.contexts[case.context]
            port = await stack.enter_async_context(serving(case.serve, context))
        resolver = None
        if case.lie is not None:
            resolver = await stack.enter_async_context(lying(case.lie))
        yield Place(port, trust.ca_file, resolver)
