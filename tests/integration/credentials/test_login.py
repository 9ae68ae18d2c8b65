"""One login over a real socket: the token, its life, and each way in which there is none."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from monitor.clock import SystemClock
from monitor.credentials import Keeper
from monitor.credentials.login import log_in
from monitor.model import Failure
from monitor.ports import TokenError
from probes.spec import HttpSpec
from tests.unit.credentials.accounts import HOUSE, vantages, world_with

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from monitor.credentials import LoginAnswer

HERE = replace(vantages()[0], source_address="127.0.0.1")


class Host:
    """Answers every login with what it was told to."""

    def __init__(self) -> None:
        self.answer: Any = {"access_token": "abc.def-1", "expires_in": 120}
        self.status = 200
        self.asked: list[dict[str, str]] = []

    async def login(self, request: web.Request) -> web.Response:
        self.asked.append({k: str(v) for k, v in (await request.post()).items()})
        body = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        return web.Response(body=body, status=self.status, content_type="application/json")


@pytest.fixture
async def host() -> AsyncIterator[tuple[Host, str]]:
    host, app = Host(), web.Application()
    app.router.add_post("/token", host.login)
    async with TestServer(app, host="127.0.0.1") as server:
        yield host, str(server.make_url("/token"))


def house(url: str, **changes: Any):
    spec = HttpSpec(
        url,
        "POST",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body=b"refresh_token=very-secret",
    )
    return replace(HOUSE, login=spec, timeout_s=10.0, **changes)


async def answer_to(host: tuple[Host, str], said: Any, status: int = 200) -> LoginAnswer:
    host[0].answer, host[0].status = said, status
    return await log_in(house(host[1]), HERE, "0" * 16)


async def test_a_login_gives_a_token_and_its_life(host):
    given = await answer_to(host, {"access_token": "abc.def-1", "expires_in": 120})

    assert (given.token, given.lifetime_s, given.odd) == ("abc.def-1", 120.0, False)
    assert given.sighting.failure is None
    assert host[0].asked == [{"refresh_token": "very-secret"}]


async def test_hours_and_numbers_written_as_text_are_understood(host):
    host[0].answer = {"info": {"token": "t", "ttl": "24"}}
    credential = house(
        host[1], token_path="info.token", lifetime_path="info.ttl", lifetime_unit_s=3600.0
    )

    assert (await log_in(credential, HERE, "0" * 16)).lifetime_s == 86_400.0


@pytest.mark.parametrize(
    "said", [0, -1, "soon", True, [], {"a": 1}, "NaN", "inf", 10**400, "1e999"]
)
async def test_a_lifetime_that_makes_no_sense_is_odd_and_the_default_holds(host, said):
    given = await answer_to(host, {"access_token": "t", "expires_in": said})

    assert (given.token, given.lifetime_s, given.odd) == ("t", None, True)


async def test_a_lifetime_that_is_not_said_is_not_odd(host):
    given = await answer_to(host, {"access_token": "t"})

    assert (given.lifetime_s, given.odd) == (None, False)


@pytest.mark.parametrize(
    "said",
    [
        {},
        [],
        {"error": "nothing"},
        {"access_token": None},
        {"access_token": ""},
        {"access_token": " "},
        {"access_token": 12345},
        {"access_token": ["t"]},
        {"access_token": "two\nlines"},
        {"access_token": "two\r\nX-Injected: yes"},
        {"access_token": "null\x00byte"},
        {"access_token": "توکن"},
        {"access_token": "t" * 4097},
        b"",
        b"<html><p>no token here</p></html>",
        b'{"access_token": "t"',
        b"\xff\xfe\x00",
        b"[" * 5000,
    ],
)
async def test_a_token_that_never_comes_is_a_missing_value(host, said):
    given = await answer_to(host, said)

    assert given.token is None
    assert given.sighting.failure is Failure.VALUE_MISSING


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (401, Failure.HTTP_401),
        (403, Failure.HTTP_403),
        (429, Failure.HTTP_429),
        (400, Failure.HTTP_4XX),
        (503, Failure.HTTP_5XX),
    ],
)
async def test_a_refusal_has_its_own_name(host, status, failure):
    given = await answer_to(host, {"access_token": "t"}, status)

    assert (given.token, given.sighting.failure) == (None, failure)


async def test_a_login_nobody_answers_is_told_within_its_own_time():
    left = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the other side gives up
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        credential = replace(house(f"http://127.0.0.1:{port}/token"), timeout_s=0.3)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        given = await log_in(credential, HERE, "0" * 16)
        took_s = loop.time() - begun
        await left.wait()

    assert given.sighting.failure is Failure.WAIT_TIMEOUT
    assert took_s < 2.0


async def test_the_keeper_asks_the_real_host_once_for_many_and_tells_a_refusal_to_all(host):
    learnt: list[str] = []
    keeper = Keeper(
        world_with(house(host[1])),
        SystemClock(),
        log_in,
        chance=lambda: 0.5,
        warned=lambda _note: None,
        learn=learnt.append,
    )
    tokens = await asyncio.gather(*(keeper.token("house", HERE, "0" * 16) for _ in range(50)))
    host[0].status = 401
    keeper.refused("house", tokens[0])
    failures = []
    for _ in range(3):
        with pytest.raises(TokenError) as caught:
            await keeper.token("house", HERE, "0" * 16)
        failures.append(caught.value.sighting.failure)
    await keeper.close()

    assert set(tokens) == {"abc.def-1"} == set(learnt)
    assert failures == [Failure.HTTP_401, Failure.TOKEN_WITHHELD, Failure.TOKEN_WITHHELD]
    assert len(host[0].asked) == 2
