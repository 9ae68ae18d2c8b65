"""A stranger's web server on loopback, and a desk that reads it."""

from __future__ import annotations

from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiohttp import web
from aiohttp.test_utils import TestServer

from monitor.model import Instant

START = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


class HandClock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.past_s = 0.0

    def utc(self) -> datetime:
        return START + timedelta(seconds=self.past_s)

    def monotonic(self) -> float:
        return 1000.0 + self.past_s

    def now(self) -> Instant:
        return Instant(self.utc(), self.monotonic())

    async def sleep(self, duration_s: float) -> None:
        self.past_s += duration_s


class Tally:
    """Counts readings as the metrics would."""

    def __init__(self) -> None:
        self.results: Counter[str] = Counter()
        self.aside: Counter[str] = Counter()

    def read(self, source: str, result: str) -> None:
        del source
        self.results[result] += 1

    def set_aside(self, source: str, reasons) -> None:
        del source
        self.aside.update(reason.value for reason in reasons)


@asynccontextmanager
async def serving(handler):
    """The base URL of a server whose every path is answered by `handler`."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    try:
        yield str(server.make_url("/")).rstrip("/")
    finally:
        await server.close()
