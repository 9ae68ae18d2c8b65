"""The demo's platform: its own panel, and relays that really ask the insurers."""

from __future__ import annotations

import os
import socket
import ssl
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.demo import ihio, tamin
from monitor.demo.breaks import What
from monitor.demo.party import Party, Place, main
from monitor.demo.places import HOSTS, address, all_hosts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

RELAY_TIMEOUT_S = 2.6  # under the monitor's 3 s: the relay tells its own failure
RELAY_TAMIN = "/relay/tamin/entitlement"
RELAY_IHIO = "/relay/ihio/entitlement"


def make(place: Place) -> Party:
    """Build the platform; the insurers' secrets come from the environment."""
    token, password = os.environ[tamin.TOKEN], os.environ[ihio.PASSWORD]

    async def ask_tamin(session: aiohttp.ClientSession) -> bool:
        async with session.get(
            f"https://soa.tamin.demo:8443{tamin.ENTITLEMENT}",
            headers={"Authorization": f"Bearer {token}"},
        ) as answer:
            return bool((await answer.json()).get("family") == "SUCCESSFUL")

    async def ask_ihio(session: aiohttp.ClientSession) -> bool:
        async with session.post(
            f"https://erx.ihio.demo:8443{ihio.ENTITLEMENT}",
            json={"terminalId": "demo", "password": password},
        ) as answer:
            return bool((await answer.json()).get("resCode") == ihio.OK)

    return Party(
        "boghrat",
        (
            web.get("/health", _health),
            *(web.get(f"/api/{name}", _fine) for name in ("records", "visits", "login")),
            web.get(RELAY_TAMIN, _relay(place, ask_tamin)),
            web.get(RELAY_IHIO, _relay(place, ask_ihio)),
        ),
        {What.RELAY_BUG: lambda _request: web.json_response({"ok": False}, status=500)},
    )


async def _health(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _fine(_request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


def _relay(
    place: Place, ask: Callable[[aiohttp.ClientSession], Awaitable[bool]]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    trust = ssl.create_default_context(cafile=place.certificates / "ca.pem")

    async def relay(_request: web.Request) -> web.Response:
        connector = aiohttp.TCPConnector(
            resolver=_OwnHostsFile(place.neighbourhood),
            local_addr=(address(place.neighbourhood, HOSTS["boghrat"][0].place), 0),
            ssl=trust,
            force_close=True,
        )
        timeout = aiohttp.ClientTimeout(total=RELAY_TIMEOUT_S)
        try:
            async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
                fine = await ask(session)
        except (aiohttp.ClientError, TimeoutError, ValueError, AttributeError):
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
