"""Beats on a real socket."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web

from monitor.clock import SystemClock
from monitor.heartbeats import BEATS_PER_S, Heartbeats
from monitor.model import HeartbeatSource
from monitor.web import make_app
from monitor.web.heartbeat import BODY_CAP_BYTES, routes
from tests.integration.web.face import WORDING, WORLD, ShelfStore

SECRET = "s3cret-of-the-backup"


class Post:
    """What a test holds of a running server."""

    def __init__(self, heartbeats, session, url):
        self.heartbeats = heartbeats
        self._session = session
        self._url = url

    async def __call__(self, source="backup", secret=SECRET, data=b"", **headers):
        if secret is not None:
            headers.setdefault("Authorization", f"Bearer {secret}")
        url = f"{self._url}/hooks/heartbeat/{source}"
        async with self._session.post(url, data=data, headers=headers) as answer:
            return answer.status, await answer.read(), dict(answer.headers)

    async def status(self, *args, **more):
        return (await self(*args, **more))[0]


@asynccontextmanager
async def listening():
    clock = SystemClock()
    heartbeats = Heartbeats(clock, [HeartbeatSource("backup", SECRET)])
    app = make_app(
        world=WORLD,
        wording=WORDING,
        clock=clock,
        picture=lambda: None,
        store=ShelfStore(),
        metrics=lambda: (b"", "text/plain"),
        health=dict,
        hooks=routes(heartbeats),
    )
    runner = web.AppRunner(app)
    await runner.setup()
    task = asyncio.create_task(heartbeats.run())
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        async with ClientSession() as session:
            yield Post(heartbeats, session, f"http://{host}:{port}")
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await runner.cleanup()


GOOD_BODIES = [(b"", True), (b"{}", True), (b'{"ok": true}', True), (b'{"ok": false}', False)]


@pytest.mark.parametrize(("data", "ok"), GOOD_BODIES)
async def test_a_beat_is_taken_and_nothing_is_said_back(data, ok):
    async with listening() as post:
        status, body, _ = await post(data=data)

        assert (status, body) == (204, b"")
        assert post.heartbeats.last("backup").ok is ok


async def test_a_wrong_secret_and_an_unknown_id_cannot_be_told_apart():
    async with listening() as post:
        wrong = await post(secret="wrong")
        unknown = await post(source="nobody")

        assert wrong[:2] == unknown[:2] == (404, b"")
        assert wrong[2] | {"Date": ""} == unknown[2] | {"Date": ""}
        assert post.heartbeats.last("backup") is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": SECRET},
        {"Authorization": f"Basic {SECRET}"},
        {"Authorization": "Bearer"},
        {"X-Secret": SECRET},
    ],
)
async def test_the_secret_counts_only_as_a_bearer_token(headers):
    async with listening() as post:
        assert await post.status(secret=None, **headers) == 404


async def test_a_secret_in_the_address_is_no_secret():
    async with listening() as post:
        assert await post.status(source=f"backup?secret={SECRET}", secret=None) == 404


BAD_BODIES = [b"{", b"[]", b'{"ok": 1}', b'{"ok": null}', b"ok", b"[" * 4000, b"\xff\xfe"]


@pytest.mark.parametrize("data", BAD_BODIES, ids=repr)
async def test_a_body_that_cannot_be_read_is_no_beat(data):
    async with listening() as post:
        assert await post.status(data=data) == 400
        assert post.heartbeats.last("backup") is None


async def test_a_body_above_the_cap_is_no_beat_and_one_at_the_cap_is():
    async with listening() as post:
        assert await post.status(data=b" " * (BODY_CAP_BYTES + 1)) == 413
        assert post.heartbeats.last("backup") is None
        assert await post.status(data=b" " * BODY_CAP_BYTES) == 204


async def test_who_comes_too_often_is_told_so_and_nobody_else_can_use_up_the_allowance():
    async with listening() as post:
        foreign = [await post.status(secret="wrong") for _ in range(3 * BEATS_PER_S)]
        own = await asyncio.gather(*(post.status() for _ in range(3 * BEATS_PER_S)))

        assert set(foreign) == {404}
        assert set(own) == {204, 429}
