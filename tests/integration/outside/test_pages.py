"""Copies over HTTP, from servers that behave and servers that do not."""

from __future__ import annotations

import asyncio
import gzip
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from monitor.outside.copies import MOST_BYTES, CopyError
from monitor.outside.pages import Pages
from tests.integration.outside.site import serving


@asynccontextmanager
async def asking(handler):
    pages = Pages((), "govah/test")
    try:
        async with serving(handler) as base:

            async def get(path="/", before=None, **more):
                more = {"headers": {}, "timeout_s": 5.0} | more
                return await pages.get(f"{base}{path}", before, **more)

            yield get
    finally:
        await pages.close()


async def test_a_copy_that_still_holds_is_not_sent_again() -> None:
    seen = []

    async def site(request):
        seen.append(request.headers)
        if request.headers.get("If-None-Match") == '"1"':
            return web.Response(status=304)
        return web.Response(
            body=b"[1]",
            headers={"ETag": '"1"', "Last-Modified": "Tue, 24 Nov 2026 06:00:00 GMT"},
        )

    async with asking(site) as get:
        first = await get(headers={"Authorization": "Bearer x"})
        again = await get(before=first)

    assert first.data == b"[1]"
    assert again is first
    assert seen[0]["Authorization"] == "Bearer x"
    assert seen[0]["User-Agent"] == "govah/test"
    assert seen[0]["Accept-Encoding"] == "identity"
    assert seen[1]["If-Modified-Since"] == "Tue, 24 Nov 2026 06:00:00 GMT"


async def test_the_same_host_may_send_us_on_and_no_other() -> None:
    async def site(request):
        where = {
            "/moved": "/there",
            "/elsewhere": "http://localhost:9/there",
            "/port": "http://127.0.0.1:9/there",
            "/circle": "/circle",
            "/nowhere": "",
            "/file": "file:///etc/passwd",
        }.get(request.path)
        if where is not None:
            return web.Response(status=302, headers={"Location": where} if where else {})
        return web.Response(body=b"here")

    async with asking(site) as get:
        assert (await get("/moved")).data == b"here"
        for path in ("/elsewhere", "/port", "/circle", "/nowhere", "/file"):
            with pytest.raises(CopyError, match="redirect"):
                await get(path)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"status": 500}, "status"),
        ({"status": 404}, "status"),
        ({"status": 304}, "status"),
        ({"status": 204}, "status"),
        ({"body": b"x" * (MOST_BYTES + 1)}, "too_large"),
        ({"body": gzip.compress(b"x"), "headers": {"Content-Encoding": "gzip"}}, "coding"),
    ],
)
async def test_an_answer_that_is_none_is_said_so(answer, why) -> None:
    async def site(_request):
        return web.Response(**answer)

    async with asking(site) as get:
        with pytest.raises(CopyError, match=why):
            await get()


async def test_exactly_the_limit_is_taken() -> None:
    async def site(_request):
        return web.Response(body=b"x" * MOST_BYTES)

    async with asking(site) as get:
        assert len((await get()).data) == MOST_BYTES


async def test_an_endless_answer_is_cut_and_a_slow_one_has_one_deadline() -> None:
    async def site(request):
        answer = web.StreamResponse()
        await answer.prepare(request)
        try:
            while True:
                await answer.write(b"x" * 65536 if request.path == "/endless" else b"x")
                await asyncio.sleep(0 if request.path == "/endless" else 0.05)
        except ConnectionError:
            return answer

    async with asking(site) as get:
        with pytest.raises(CopyError, match="too_large"):
            await get("/endless")
        with pytest.raises(CopyError, match="deadline"):
            await get("/slow", timeout_s=0.3)


async def test_who_is_busy_may_say_for_how_long() -> None:
    async def site(request):
        wait = {"/soon": "90", "/never": "99999999999999999999", "/odd": "tomorrow"}[request.path]
        return web.Response(status=429, headers={"Retry-After": wait})

    async with asking(site) as get:
        for path, wait_s in (("/soon", 90.0), ("/never", 3600.0), ("/odd", 0.0)):
            with pytest.raises(CopyError) as caught:
                await get(path)
            assert caught.value.retry_after_s == wait_s


async def test_nobody_there_and_no_http() -> None:
    async def garbage(_reader, writer):
        writer.write(b"SSH-2.0-x\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    pages = Pages((), "govah/test")
    server = await asyncio.start_server(garbage, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(CopyError, match="unreachable"):
            await pages.get(f"http://127.0.0.1:{port}/", None, headers={}, timeout_s=5)
        server.close()
        await server.wait_closed()
        with pytest.raises(CopyError, match="unreachable"):
            await pages.get(f"http://127.0.0.1:{port}/", None, headers={}, timeout_s=5)
    finally:
        await pages.close()


async def test_a_name_that_leads_inside_is_not_followed() -> None:
    pages = Pages((), "govah/test")
    try:
        with pytest.raises(CopyError, match="address"):
            await pages.get("http://localhost:9/", None, headers={}, timeout_s=5)
    finally:
        await pages.close()


async def test_a_declared_network_may_be_gone_to_by_name() -> None:
    async def site(_request):
        return web.Response(body=b"here")

    pages = Pages(("127.0.0.0/8", "::1/128"), "govah/test")
    try:
        async with serving(site) as base:
            url = base.replace("127.0.0.1", "localhost")
            copy = await pages.get(url, None, headers={}, timeout_s=5)
    finally:
        await pages.close()

    assert copy.data == b"here"
