"""The page with the buttons: every fault has one, they work without a script, only from here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from monitor.demo import control
from monitor.demo.errors import DemoError
from monitor.demo.faults import FAULTS
from tests.integration.demo.looking import look

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import web

    from monitor.demo.world import World

    Client = TestClient[web.Request, web.Application]

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.process]


@pytest_asyncio.fixture(loop_scope="module")
async def client(world: World) -> AsyncIterator[Client]:
    async with TestClient(TestServer(control.make_app(world))) as made:
        yield made


def pressed(html: str) -> list[str]:
    found = re.findall(r'name="fault" value="([^"]+)">\s*<button aria-pressed="true"', html)
    return [str(each) for each in found]


async def test_every_fault_has_a_button_in_both_languages(client: Client) -> None:
    html = await (await client.get("/")).text()

    assert re.findall(r'name="fault" value="([^"]+)"', html) == list(FAULTS)
    for fault in FAULTS.values():
        assert set(fault.title) == {"fa", "en"}
        assert fault.title["fa"] in html
        assert fault.title["en"].replace("'", "&#39;") in html


async def test_a_button_breaks_the_world_and_healing_mends_it(client: Client, world: World) -> None:
    broken = await (await client.post("/apply", data={"fault": "ihio-5xx"})).text()
    seen = await look(world, "ihio-token", "1.4")
    mended = await (await client.post("/heal")).text()

    assert pressed(broken) == ["ihio-5xx"]
    assert seen == "503"
    assert pressed(mended) == []
    assert await look(world, "ihio-token", "1.4") == "fine"


async def test_a_silent_monitor_is_said(client: Client) -> None:
    assert "It does not answer now." in await (await client.get("/")).text()


async def test_an_unknown_fault_is_refused(client: Client, world: World) -> None:
    answer = await client.post("/apply", data={"fault": "meteor"})

    assert answer.status == 400
    assert world.applied == ()


async def test_a_button_pressed_by_another_page_is_refused(client: Client, world: World) -> None:
    answer = await client.post(
        "/apply", data={"fault": "quota"}, headers={"Origin": "http://elsewhere.example"}
    )

    assert answer.status == 403
    assert world.applied == ()


async def test_nothing_runs_and_nothing_foreign_loads(client: Client) -> None:
    page, style = await client.get("/"), await client.get("/control.css")
    policy = page.headers["Content-Security-Policy"]
    html = await page.text()

    assert style.status == 200
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in policy
    assert not re.search(r"<script|\sstyle=|\son\w+=", html)


async def test_a_taken_port_is_said_in_one_sentence(client: Client, world: World) -> None:
    port = client.port
    assert port is not None

    with pytest.raises(DemoError) as caught:
        async with control.serving(world, "127.0.0.1", port):
            pytest.fail("two programs listen on one port")

    assert str(caught.value) == (
        f"127.0.0.1:{port} is taken: stop the program there or name another port"
    )
