"""Looks at the demo world as a monitor would: names first, then a fresh connection, told apart."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import dns.asyncquery
import dns.exception
import dns.message
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.demo import ihio, tamin
from monitor.demo.places import NAMES_HOST, address

if TYPE_CHECKING:
    from monitor.demo.world import World

PATIENCE_S = 3.0
NAME_PATIENCE_S = 2.0
SLOW_S = 2.0


@dataclass(frozen=True)
class Look:
    url: str
    method: str = "GET"
    tls_only: bool = False


LOOKS = {
    "panel": Look("https://panel.boghrat.demo:8443/health"),
    "panel-records": Look("https://panel.boghrat.demo:8443/api/records"),
    "panel-visits": Look("https://panel.boghrat.demo:8443/api/visits"),
    "panel-login": Look("https://panel.boghrat.demo:8443/api/login"),
    "tamin-front": Look("https://soa.tamin.demo:8443", tls_only=True),
    "tamin-token": Look("https://account.tamin.demo:8443/auth/server/token", "POST"),
    "tamin-entitlement": Look(f"https://soa.tamin.demo:8443{tamin.ENTITLEMENT}"),
    "tamin-register": Look(f"https://soa.tamin.demo:8443{tamin.PRESCRIPTION_TYPE}"),
    "tamin-fetch": Look(f"https://api.tamin.demo:8443{tamin.FETCH}"),
    "ihio-token": Look(f"https://erx.ihio.demo:8443{ihio.TOKEN}", "POST"),
    "ihio-entitlement": Look(f"https://erx.ihio.demo:8443{ihio.ENTITLEMENT}", "POST"),
    "ihio-register": Look(f"https://erx.ihio.demo:8443{ihio.ORDER}", "POST"),
    "ihio-fetch": Look(f"https://erx.ihio.demo:8443{ihio.FETCH}", "POST"),
    "relay-tamin": Look("https://panel.boghrat.demo:8443/relay/tamin/entitlement"),
    "relay-ihio": Look("https://panel.boghrat.demo:8443/relay/ihio/entitlement"),
    "home-a": Look("http://a.home.demo:8080/"),
    "home-b": Look("http://b.home.demo:8080/"),
    "abroad-a": Look("http://a.abroad.demo:8080/"),
    "abroad-b": Look("http://b.abroad.demo:8080/"),
}


async def look(world: World, name: str, place: str) -> str:
    """Look once from `place`: "fine" or a word for what was seen instead."""
    wanted = LOOKS[name]
    source = address(world.neighbourhood, place)
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        async with asyncio.timeout(PATIENCE_S):
            seen = await _seen(world, wanted, source)
    except dns.exception.Timeout:
        return "no name"
    except TimeoutError:
        return "hangs"
    except (aiohttp.ClientConnectorCertificateError, ssl.SSLCertVerificationError):
        return "certificate"
    except (aiohttp.ClientConnectorError, ConnectionRefusedError):
        return "refused"
    return "slow" if seen == "fine" and loop.time() - started >= SLOW_S else seen


async def look_around(world: World, place: str) -> dict[str, str]:
    """Look at everything from `place`, at once: what is not fine, by name."""
    seen = await asyncio.gather(*(look(world, name, place) for name in LOOKS))
    return {name: word for name, word in zip(LOOKS, seen, strict=True) if word != "fine"}


async def ask_name(world: World, name: str, source: str) -> dns.message.Message:
    return await dns.asyncquery.udp(
        dns.message.make_query(name, "A"),
        address(world.neighbourhood, NAMES_HOST.place),
        port=NAMES_HOST.port,
        source=source,
        timeout=NAME_PATIENCE_S,
    )


async def _seen(world: World, wanted: Look, source: str) -> str:
    trust = ssl.create_default_context(cafile=world.data / "ca.pem")
    if wanted.tls_only:
        host, port = wanted.url.removeprefix("https://").split(":")
        found = await _Names(world, source).resolve(host)
        _reader, writer = await asyncio.open_connection(
            found[0]["host"], int(port), ssl=trust, server_hostname=host, local_addr=(source, 0)
        )
        writer.close()
        await writer.wait_closed()
        return "fine"
    connector = aiohttp.TCPConnector(
        resolver=_Names(world, source), local_addr=(source, 0), ssl=trust, force_close=True
    )
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.request(wanted.method, wanted.url, **_credentials(world, wanted)) as answer,
    ):
        if answer.status != 200:
            return str(answer.status)
        if wanted.url.startswith("http:"):
            return "fine" if await answer.text() == "here\n" else "wrong text"
        return _meaning(await answer.json())


def _credentials(world: World, wanted: Look) -> dict[str, Any]:
    token, password = world.secrets[tamin.TOKEN], world.secrets[ihio.PASSWORD]
    if "/auth/server/token" in wanted.url:
        return {"data": {"grant_type": "refresh_token", "refresh_token": token}}
    if ".tamin." in wanted.url:
        return {"headers": {"Authorization": f"Bearer {token}"}}
    if ".ihio." in wanted.url:
        return {"json": {"terminalId": "demo", "password": password}}
    return {}


def _meaning(body: dict[str, Any]) -> str:
    """Read the answer as each party words it."""
    if "resCode" in body:
        return "fine" if body["resCode"] == 1 else f"code {body['resCode']}"
    if "family" in body:
        fine = body["family"] == "SUCCESSFUL" and body["status"] == 200
        return "fine" if fine else f"code {body['status']}"
    return "fine" if {"access_token", "ok", "status"} & set(body) else "wrong body"


class _Names(AbstractResolver):
    """Asks the world's own DNS server from `source`."""

    def __init__(self, world: World, source: str) -> None:
        self._world, self._source = world, source

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = (await ask_name(self._world, host, self._source)).answer[0][0].to_text()
        return [
            ResolveResult(hostname=host, host=found, port=port, family=family, proto=0, flags=0)
        ]

    async def close(self) -> None:
        pass
