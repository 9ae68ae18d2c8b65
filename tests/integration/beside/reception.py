"""Govah's own receiver in a thread of its own, with moods: it may drop, hang or refuse."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, deque
from contextlib import contextmanager

from aiohttp import web

from monitor.clock import SystemClock
from monitor.store.memory import MemoryStore
from monitor.web.outcomes import routes
from tests.unit.wording.small_world import world

KEY = "a-key-of-the-platform"
PATIENCE_S = 30.0


class Reception:
    """What a test holds of it; `moods` are what becomes of the next requests, in order."""

    def __init__(self) -> None:
        self.moods: deque[str] = deque()
        self.requests = 0
        self.results: Counter[str] = Counter()
        self.came = threading.Condition()
        self.store = MemoryStore(clock=SystemClock())
        self.url = ""
        self._let_go = asyncio.Event()

    @web.middleware
    async def moody(self, request, handler):
        with self.came:
            self.requests += 1
            self.came.notify_all()
        mood = self.moods.popleft() if self.moods else "good"
        match mood:
            case "drop":
                request.transport.abort()
                return web.Response()
            case "taken but not told":
                await handler(request)
                request.transport.abort()
                return web.Response()
            case "hang":
                await self._let_go.wait()
                return web.Response(status=503)
            case "taken but late":
                await handler(request)
                await self._let_go.wait()
                return web.Response(status=503)
            case "503":
                return web.Response(status=503, headers={"Retry-After": "0"})
            case "page":
                return web.Response(text="<html>log in</html>", content_type="text/html")
            case "rubbish":
                request.transport.write(b"\0\1\2 no http at all\r\n\r\n")
                request.transport.close()
                return web.Response()
            case _:
                return await handler(request)

    def counts(self) -> Counter[tuple[str, ...]]:
        """What is stored: calls by service, operation, outcome and code."""
        counted: Counter[tuple[str, ...]] = Counter()
        for each in self.store._outcomes:
            counted[each.service, each.operation, each.outcome.value, each.code or ""] += each.count
        return counted

    def wait_for(self, condition) -> None:
        """Wait until it is true, looking again after each request."""
        with self.came:
            assert self.came.wait_for(condition, PATIENCE_S), "it did not come"

    async def _serve(self, ready, stop) -> None:
        def counted(result, _outcomes) -> None:
            with self.came:
                self.results[result.value] += 1
                self.came.notify_all()

        app = web.Application(middlewares=[self.moody], client_max_size=1024)
        app.add_routes(
            routes(key=KEY, world=world(), store=self.store, clock=SystemClock(), counted=counted)
        )
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = "http://{}:{}".format(*runner.addresses[0][:2])
        ready.set()
        await asyncio.to_thread(stop.wait)
        self._let_go.set()
        await runner.cleanup()


@contextmanager
def reception():
    """A receiver until the end of the block."""
    it = Reception()
    ready, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(it._serve(ready, stop)))
    thread.start()
    try:
        assert ready.wait(PATIENCE_S)
        yield it
    finally:
        stop.set()
        thread.join()
