"""A Prometheus on a real socket that knows what a test tells it."""

from __future__ import annotations

from contextlib import asynccontextmanager

from aiohttp import web


class Prometheus:
    """Answers instant queries out of `counts`: query -> time -> samples of (labels, value)."""

    def __init__(self) -> None:
        self.counts = {}
        self.asked = []
        self.broken = False
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        if self.broken:
            return web.Response(status=503)
        query, time_s = request.query["query"], float(request.query["time"])
        self.asked.append((query, time_s, request.headers.get("Authorization")))
        result = [
            {"metric": labels, "value": [time_s, value]}
            for labels, value in self.counts.get(query, {}).get(time_s, ())
        ]
        data = {"resultType": "vector", "result": result}
        return web.json_response({"status": "success", "data": data})


@asynccontextmanager
async def prometheus():
    """One that listens on loopback."""
    mine = Prometheus()
    app = web.Application()
    app.router.add_get("/api/v1/query", mine.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        mine.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield mine
    finally:
        await runner.cleanup()
