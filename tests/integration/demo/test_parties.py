"""What the demo's parties answer besides the looks of a monitor."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Any

import aiohttp
import dns.asyncquery
import dns.message
import dns.rcode
import pytest

from monitor.demo import ihio, tamin
from monitor.demo.places import address
from tests.integration.demo.looking import ask_name

if TYPE_CHECKING:
    from monitor.demo.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.process]


async def ask(world: World, method: str, name: str, place: str, path: str, **more: Any) -> Any:
    """Ask `name` at its known address; gives status and decoded body."""
    trust = ssl.create_default_context(cafile=world.data / "ca.pem")
    url = f"https://{address(world.neighbourhood, place)}:8443{path}"
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, ssl=trust, server_hostname=name, **more) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


async def test_a_wrong_token_is_an_oauth_error(world: World) -> None:
    status, body = await ask(
        world,
        "POST",
        "account.tamin.demo",
        "10.1",
        "/auth/server/token",
        data={"grant_type": "refresh_token", "refresh_token": "not-the-token"},
    )

    assert (status, body) == (401, {"error": "invalid_grant"})


@pytest.mark.parametrize("path", [tamin.ENTITLEMENT, tamin.PRESCRIPTION_TYPE, tamin.FETCH])
async def test_without_a_bearer_nothing_is_told(world: World, path: str) -> None:
    status, body = await ask(world, "GET", "soa.tamin.demo", "10.2", path)

    assert status == 401
    assert body["family"] == "CLIENT_ERROR"
    assert body["data"] is None


async def test_registering_is_counted(world: World) -> None:
    before = (await world.counts("tamin")).get(tamin.REGISTER, 0)
    await ask(
        world,
        "POST",
        "soa.tamin.demo",
        "10.2",
        tamin.REGISTER,
        headers={"Authorization": f"Bearer {world.secrets[tamin.TOKEN]}"},
    )

    assert (await world.counts("tamin"))[tamin.REGISTER] == before + 1


@pytest.mark.parametrize("path", ihio.STEPS)
async def test_every_step_of_the_health_insurance_is_ok_with_its_password(
    world: World, path: str
) -> None:
    given = {"terminalId": "demo", "password": world.secrets[ihio.PASSWORD]}
    before = (await world.counts("ihio")).get(path, 0)
    status, body = await ask(world, "POST", "erx.ihio.demo", "11.1", path, json=given)

    assert (status, body) == (200, {"resCode": 1, "info": ihio.STEPS[path]})
    assert (await world.counts("ihio"))[path] == before + 1


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"json": {"password": "wrong"}}, ihio.BAD_TERMINAL),
        ({"json": ["a list"]}, ihio.INVALID_INPUT),
        ({"data": b"\xff\xfe not json"}, ihio.INVALID_INPUT),
    ],
)
async def test_the_health_insurance_says_everything_inside_200(
    world: World, sent: dict[str, Any], code: int
) -> None:
    status, body = await ask(world, "POST", "erx.ihio.demo", "11.1", ihio.SAVE, **sent)

    assert (status, body["resCode"]) == (200, code)


async def test_an_unknown_name_does_not_exist(world: World) -> None:
    source = address(world.neighbourhood, "1.1")

    assert (await ask_name(world, "nobody.demo", source)).rcode() == dns.rcode.NXDOMAIN
    assert (await ask_name(world, "tamin.example", source)).rcode() == dns.rcode.NXDOMAIN


async def test_a_known_name_without_that_record_is_an_empty_answer(world: World) -> None:
    answer = await dns.asyncquery.udp(
        dns.message.make_query("soa.tamin.demo", "AAAA"),
        address(world.neighbourhood, "3.53"),
        port=5353,
        timeout=5,
    )

    assert (answer.rcode(), answer.answer) == (dns.rcode.NOERROR, [])


async def test_names_are_told_over_tcp_too(world: World) -> None:
    answer = await dns.asyncquery.tcp(
        dns.message.make_query("api.tamin.demo", "A"),
        address(world.neighbourhood, "3.53"),
        port=5353,
        timeout=5,
    )

    assert answer.answer[0][0].to_text() == address(world.neighbourhood, "10.3")


async def test_garbage_does_not_kill_the_name_server(world: World) -> None:
    server = (address(world.neighbourhood, "3.53"), 5353)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for garbage in (b"", b"\x00", b"\x00\x01 garbage", b"\xff" * 600):
            sock.sendto(garbage, server)

    answer = await ask_name(world, "soa.tamin.demo", address(world.neighbourhood, "1.1"))

    assert answer.answer[0][0].to_text() == address(world.neighbourhood, "10.2")
