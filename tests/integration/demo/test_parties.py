"""What the demo's parties answer besides the looks of a monitor."""

from __future__ import annotations

import socket
import ssl
from collections import Counter
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


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


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


async def test_a_refresh_token_gives_an_access_token_with_an_end(world: World) -> None:
    given = {"grant_type": "refresh_token", "refresh_token": world.secrets[tamin.TOKEN]}
    before = (await world.counts("tamin"))[tamin.LOGIN]
    status, body = await ask(world, "POST", "account.tamin.demo", "10.1", tamin.LOGIN, data=given)
    known, _ = await ask(
        world, "GET", "soa.tamin.demo", "10.2", tamin.FETCH, headers=bearer(body["access_token"])
    )
    unknown, _ = await ask(
        world, "GET", "soa.tamin.demo", "10.2", tamin.FETCH, headers=bearer(given["refresh_token"])
    )

    assert (status, body["expires_in"]) == (200, 3600)
    assert (known, unknown) == (200, 401)
    assert (await world.counts("tamin"))[tamin.LOGIN] == before + 1


async def test_writing_is_counted_even_where_it_is_refused(world: World) -> None:
    before = Counter(await world.counts("tamin")) + Counter(await world.counts("ihio"))
    await ask(world, "POST", "soa.tamin.demo", "10.2", tamin.REGISTER)
    for path in (ihio.SAMAD, ihio.SAVE):
        await ask(world, "POST", "erx.ihio.demo", "11.1", path, json={})
    after = Counter(await world.counts("tamin")) + Counter(await world.counts("ihio"))

    assert {
        path: after[path] - before[path] for path in (tamin.REGISTER, ihio.SAMAD, ihio.SAVE)
    } == {
        tamin.REGISTER: 1,
        ihio.SAMAD: 1,
        ihio.SAVE: 1,
    }


async def ask_ihio(world: World, path: str, token: str, **given: object) -> Any:
    return await ask(
        world, "POST", "erx.ihio.demo", "11.1", path, headers=bearer(token), json=given
    )


async def terminal_token(world: World) -> str:
    password = world.secrets[ihio.PASSWORD]
    _, body = await ask_ihio(world, ihio.TOKEN, "", terminalId="demo", password=password)
    return str(body["info"]["token"])


async def test_each_step_of_the_health_insurance_wants_what_came_before(world: World) -> None:
    token = await terminal_token(world)
    _, partner = await ask_ihio(world, ihio.PARTNER, token, doctor="demo")
    session = partner["info"]["sessionId"]
    _, citizen = await ask_ihio(world, ihio.ENTITLEMENT, token, sessionId=session)
    opened = citizen["info"]["citizenSessionId"]
    right = [
        (await ask_ihio(world, path, token, citizenSessionId=opened))[1]
        for path in (ihio.ORDER, ihio.FETCH)
    ]
    wrong = [
        (await ask_ihio(world, ihio.PARTNER, token))[1]["resCode"],
        (await ask_ihio(world, ihio.ENTITLEMENT, token, sessionId=opened))[1]["resCode"],
        (await ask_ihio(world, ihio.ORDER, token, citizenSessionId=session))[1]["resCode"],
        (await ask_ihio(world, ihio.FETCH, token))[1]["resCode"],
    ]

    assert citizen["info"]["isCovered"] is True
    assert [each["info"] for each in right] == [{"checkCode": "demo"}, {"printCode": "demo"}]
    assert wrong == [
        ihio.PARTNER_NOT_FOUND,
        ihio.PARTNER_NOT_FOUND,
        ihio.CITIZEN_SESSION_EXPIRED,
        ihio.CITIZEN_SESSION_EXPIRED,
    ]


@pytest.mark.parametrize(
    "path", [ihio.PARTNER, ihio.ENTITLEMENT, ihio.ORDER, ihio.FETCH, ihio.SAMAD, ihio.SAVE]
)
async def test_without_its_token_the_health_insurance_says_401(world: World, path: str) -> None:
    status, _ = await ask_ihio(world, path, "none", doctor="demo")

    assert status == 401


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
    status, body = await ask(world, "POST", "erx.ihio.demo", "11.1", ihio.TOKEN, **sent)

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
