"""The demo's platform: its own panel, and relays that really ask the insurers."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.demo import ihio, tamin
from monitor.demo.breaks import What
from monitor.demo.party import Party, Place, main
from monitor.demo.places import HOSTS, address, all_hosts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from monitor.demo.party import Handler

    LogIn = Callable[[aiohttp.ClientSession], Awaitable[str]]
    Ask = Callable[[aiohttp.ClientSession, str], Awaitable[bool]]

RELAY_TIMEOUT_S = 2.6  # under the monitor's 3 s: the relay tells its own failure
RELAY_TAMIN = "/relay/tamin/entitlement"
RELAY_IHIO = "/relay/ihio/entitlement"
ACCOUNT = "https://account.tamin.demo:8443"
SOA = "https://soa.tamin.demo:8443"
ERX = "https://erx.ihio.demo:8443"


def make(place: Place) -> Party:
    """Build the platform; the insurers' secrets come from the environment."""
    refresh_token, password = os.environ[tamin.TOKEN], os.environ[ihio.PASSWORD]

    async def log_in_tamin(session: aiohttp.ClientSession) -> str:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        async with session.post(f"{ACCOUNT}{tamin.LOGIN}", data=form) as answer:
            return str((await answer.json())["access_token"])

    async def ask_tamin(session: aiohttp.ClientSession, token: str) -> bool:
        headers = {"Authorization": f"Bearer {token}"}
        async with session.get(f"{SOA}{tamin.ENTITLEMENT}", headers=headers) as answer:
            _check_token(answer)
            return bool((await answer.json())["family"] == "SUCCESSFUL")

    async def log_in_ihio(session: aiohttp.ClientSession) -> str:
        given = {"terminalId": "demo", "password": password}
        async with session.post(f"{ERX}{ihio.TOKEN}", json=given) as answer:
            return str((await answer.json())["info"]["token"])

    async def ask_ihio(session: aiohttp.ClientSession, token: str) -> bool:
        async def step(path: str, given: dict[str, str]) -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {token}"}
            async with session.post(f"{ERX}{path}", json=given, headers=headers) as answer:
                _check_token(answer)
                return dict(await answer.json())

        partner = await step(ihio.PARTNER, {"doctor": "demo"})
        opened = {"sessionId": partner["info"]["sessionId"], "nationalNumber": "demo"}
        return bool((await step(ihio.ENTITLEMENT, opened))["resCode"] == ihio.OK)

    return Party(
        "boghrat",
        (
            web.get("/health", _health),
            *(web.get(f"/api/{name}", _fine) for name in ("records", "visits", "login")),
            web.get(RELAY_TAMIN, _relay(place, log_in_tamin, ask_tamin)),
            web.get(RELAY_IHIO, _relay(place, log_in_ihio, ask_ihio)),
        ),
        {What.RELAY_BUG: lambda _request: web.json_response({"ok": False}, status=500)},
    )


async def _health(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _fine(_request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


class _TokenRefusedError(Exception):
    """The insurer does not know our token any more."""


def _check_token(answer: aiohttp.ClientResponse) -> None:
    if answer.status == HTTPStatus.UNAUTHORIZED:
        raise _TokenRefusedError


def _relay(place: Place, log_in: LogIn, ask: Ask) -> Handler:
    """Ask with the token we have, and once more with a fresh one if it is refused."""
    trust = ssl.create_default_context(cafile=place.certificates / "ca.pem")
    kept: list[str] = []

    async def asked(session: aiohttp.ClientSession) -> bool:
        if kept:
            try:
                return await ask(session, kept[0])
            except _TokenRefusedError:
                kept.clear()
        token = await log_in(session)
        kept[:] = [token]
        return await ask(session, token)

    async def relay(_request: web.Request) -> web.Response:
        connector = aiohttp.TCPConnector(
            resolver=_OwnHostsFile(place.neighbourhood),
            local_addr=(address(place.neighbourhood, HOSTS["boghrat"][0].place), 0),
            ssl=trust,
            force_close=True,
        )
        timeout = aiohttp.ClientTimeout(total=RELAY_TIMEOUT_S)
        try:
            async with (
                asyncio.timeout(RELAY_TIMEOUT_S),
                aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
            ):
                fine = await asked(session)
        except (
            aiohttp.ClientError,
            _TokenRefusedError,
            TimeoutError,
            ValueError,
            LookupError,
            TypeError,
        ):
            fine = False
        return web.json_response({"ok": fine}, status=200 if fine else 502)

    return relay


class _OwnHostsFile(AbstractResolver):
    """The platform's own names: the demo's DNS may be broken without breaking the relay."""

    def __init__(self, neighbourhood: int) -> None:
        self._known = {host.name: address(neighbourhood, host.place) for host in all_hosts()}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=self._known[host],
                port=port,
                family=family,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""


if __name__ == "__main__":
    main(make)
