"""What the monitor under test looks at: an upstream and two references on one loopback server."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HOST = "127.0.0.1"
PATHS = ("/upstream/register", "/panel", "/home/a", "/home/b")


@dataclass
class Neighbours:
    """Answers, and writes down by its own monotonic clock when it was looked at."""

    port: int = 0
    broken: bool = False  # the upstream answers 503
    arrivals_s: dict[tuple[str, str], list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        """Be looked at."""
        here_s = asyncio.get_running_loop().time()
        self.arrivals_s[request.path, request.remote or ""].append(here_s)
        self._arrived.set()
        if self.broken and request.path.startswith("/upstream"):
            return web.Response(status=503)
        return web.Response(text="here")

    async def next_arrival_s(self, patience_s: float) -> float:
        """When the next look arrives.

        Raises:
            TimeoutError: none arrives within `patience_s`.
        """
        self._arrived.clear()
        async with asyncio.timeout(patience_s):
            await self._arrived.wait()
        return max(times[-1] for times in self.arrivals_s.values())

    def looks(self) -> int:
        """How many looks have arrived."""
        return sum(len(times) for times in self.arrivals_s.values())

    def longest_gap_s(self, *, since_s: float, until_s: float) -> float:
        """The longest time between two looks of one check from one vantage, the ends included."""
        return max(
            after - before
            for times in self.arrivals_s.values()
            for before, after in pairwise(
                (since_s, *(t for t in times if since_s < t < until_s), until_s)
            )
        )


@asynccontextmanager
async def neighbours(host: str = HOST) -> AsyncIterator[Neighbours]:
    """Serve on a free port of `host` until left."""
    here = Neighbours()
    app = web.Application()
    app.add_routes([web.get(path, here.answer) for path in PATHS])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, 0).start()
        here.port = runner.addresses[0][1]
        yield here
    finally:
        await runner.cleanup()
