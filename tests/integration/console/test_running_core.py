"""From an operator's invitation to a look in the database, through a whole running core."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest

from monitor.clock import SystemClock
from monitor.console.command import invite
from monitor.model import Observation, Phase, Sighting
from monitor.serving import serve
from monitor.settings import load
from monitor.store.agents import read_agents
from monitor.store.sqlite import DATABASE
from monitor.wire.invitation import invitation_of
from monitor.wire.looks import look_to_json
from tests.integration.console.site import BOOT, Agent, Site
from tests.integration.console.test_command import FAR
from tests.support.command import SMALL, free_port

PATIENCE_S = 30.0
SEEN = Observation(
    id="ab" * 8,
    check="panel",
    vantage="mashhad",
    target="panel.front",
    started_at=SystemClock().utc(),
    started_mono_s=0.0,
    duration_s=0.1,
    sighting=Sighting(Phase.DONE),
)


@pytest.fixture
def settings(tmp_path):
    page, far, near = free_port(), free_port(), free_port()
    text = SMALL.format(port=page).replace("targets:\n", FAR + "targets:\n", 1)
    text += f'agents: {{listen: "127.0.0.1:{far}", public_url: "https://127.0.0.1:{far}"}}\n'
    text += f'operators: {{listen: "127.0.0.1:{near}"}}\n'
    path = tmp_path / "govah.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, environ={})


@asynccontextmanager
async def running(settings):
    ready = asyncio.Event()
    core = asyncio.create_task(serve(settings, ready=ready))
    try:
        async with asyncio.timeout(PATIENCE_S):
            await ready.wait()
        yield
    finally:
        core.cancel()
        await asyncio.gather(core, return_exceptions=True)


async def read(port, path):
    async with aiohttp.request("GET", f"http://127.0.0.1:{port}{path}") as answer:
        return await answer.text()


async def test_an_invited_agent_enrols_gets_its_part_and_its_looks_outlive_the_core(settings):
    clock = SystemClock()
    invitation = invitation_of(invite(settings, "mashhad", lives_s=60.0, clock=clock))
    pinned = aiohttp.TCPConnector(
        ssl=aiohttp.Fingerprint(bytes.fromhex(invitation.fingerprint)), force_close=True
    )
    async with aiohttp.ClientSession(connector=pinned) as session:
        agent = Agent(Site(None, None, None, clock, invitation.core, session), "mashhad")
        async with running(settings):
            assert (await agent.enrol(invitation.token))[0] == 200
            status, part, etag = await agent.config()
            assert (status, b"mashhad" in part) == (200, True)
            began_at, began_s = agent.wall() - timedelta(seconds=2), agent.mono_s() - 2.0
            seen = replace(SEEN, started_at=began_at, started_mono_s=began_s)
            look = look_to_json(seen, BOOT, 1)
            assert (await agent.send(look))[1]["stored"] == 1
            metrics = await read(settings.page.port, "/metrics")
            assert 'govah_agent_spool_waiting{vantage="mashhad"} 3.0' in metrics
            told = json.loads(await read(settings.operators.port, "/api/v1/vantages"))
            assert {v["id"]: v.get("program") for v in told["vantages"]} == {
                "tehran": None,
                "mashhad": "govah/0.3.0",
            }
            assert "govah/0.3.0" in await read(settings.operators.port, "/vantages/mashhad")
            (enrolled,) = read_agents(settings.data_directory / DATABASE)
            assert (enrolled.vantage, enrolled.waiting) == ("mashhad", 3)

        async with running(settings):
            assert (await agent.config(**{"If-None-Match": etag}))[0] == 304
            _, told = await agent.send(look)
            assert (told["stored"], told["known"]) == (0, 1)
