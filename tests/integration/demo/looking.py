"""Looks at the demo world as a monitor would: names first, then a fresh connection, told apart."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

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


ERX = "https://erx.ihio.demo:8443"


@dataclass(frozen=True)
class Look:
    url: str
    method: str = "GET"
    tls_only: bool = False
    before: tuple[str, ...] = ()  # what is asked first, on the way to `url`


@dataclass(frozen=True)
class Tokens:
    tamin: str
    ihio: str


_TOKENS: WeakKeyDictionary[World, Tokens] = WeakKeyDictionary()


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
    "ihio-token": Look(ERX + ihio.TOKEN, "POST"),
    "ihio-entitlement": Look(ERX + ihio.ENTITLEMENT, "POST", before=(ERX + ihio.PARTNER,)),
    "ihio-register": Look(
        ERX + ihio.ORDER, "POST", before=(ERX + ihio.PARTNER, ERX + ihio.ENTITLEMENT)
    ),
    "ihio-fetch": Look(
        ERX + ihio.FETCH, "POST", before=(ERX + ihio.PARTNER, ERX + ihio.ENTITLEMENT)
    ),
    "relay-tamin": Look("https://panel.boghrat.demo:8443/relay/tamin/entitlement"),
    "relay-ihio": Look("https://panel.boghrat.demo:8443/relay/ihio/entitlement"),
    "home-a": Look("http://a.home.demo:8080/"),
    "home-b": Look("http://b.home.demo:8080/"),
    "abroad-a": Look("http://a.abroad.demo:8080/"),
    "abroad-b": Look("http://b.abroad.demo:8080/"),
}


async def sign_in(world: World) -> None:
    """Get tokens as the monitor would, and let the relays get theirs; the world must be well."""
    source = address(world.neighbourhood, "1.1")
    async with _session(world, source) as session:
        found = []
        for name in ("tamin-token", "ihio-token"):
            async with session.post(LOOKS[name].url, **_secrets(world, LOOKS[name].url)) as answer:
                found.append(await answer.json())
        for name in ("relay-tamin", "relay-ihio"):
            async with session.get(LOOKS[name].url) as answer:
                assert answer.status == 200
    _TOKENS[world] = Tokens(found[0]["access_token"], found[1]["info"]["token"])


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
    carried: dict[str, Any] = {"doctor": "demo", "nationalNumber": "demo"}
    async with _session(world, source) as session:
        for url in (*wanted.before, wanted.url):
            sent = _secrets(world, url) or _carried(world, url, carried)
            async with session.request(wanted.method, url, **sent) as answer:
                if answer.status != 200:
                    return str(answer.status)
                if url.startswith("http:"):
                    return "fine" if await answer.text() == "here\n" else "wrong text"
                body = await answer.json()
            if (said := _meaning(body)) != "fine":
                return said
            if isinstance(body.get("info"), dict):
                carried |= body["info"]
    return "fine"


def _session(world: World, source: str) -> aiohttp.ClientSession:
    trust = ssl.create_default_context(cafile=world.data / "ca.pem")
    connector = aiohttp.TCPConnector(
        resolver=_Names(world, source), local_addr=(source, 0), ssl=trust, force_close=True
    )
    return aiohttp.ClientSession(connector=connector)


def _secrets(world: World, url: str) -> dict[str, Any]:
    """What a login sends; nothing for what is no login."""
    if url.endswith(tamin.LOGIN):
        token = world.secrets[tamin.TOKEN]
        return {"data": {"grant_type": "refresh_token", "refresh_token": token}}
    if url.endswith(ihio.TOKEN):
        return {"json": {"terminalId": "demo", "password": world.secrets[ihio.PASSWORD]}}
    return {}


def _carried(world: World, url: str, carried: dict[str, Any]) -> dict[str, Any]:
    if ".tamin." in url:
        return {"headers": {"Authorization": f"Bearer {_TOKENS[world].tamin}"}}
    if ".ihio." in url:
        return {"headers": {"Authorization": f"Bearer {_TOKENS[world].ihio}"}, "json": carried}
    return {}


def _meaning(body: dict[str, Any]) -> str:
    """Read the answer as each party words it."""
    if "resCode" in body:
        if body["resCode"] != 1:
            return f"code {body['resCode']}"
        return "not covered" if body["info"].get("isCovered") is False else "fine"
    if "family" in body:
        if body["data"] == {"hasHealthDeserve": False}:
            return "not covered"
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
