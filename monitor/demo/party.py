"""A process of the demo world: hosts that answer, and a control API that makes them misbehave."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from monitor.demo.breaks import Break, What, refused, request_break
from monitor.demo.control_api import control_app
from monitor.demo.door import Door
from monitor.demo.places import CONTROL_PORT, HOSTS, address, control_address

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Answer = Callable[[web.Request], web.Response]

SHUTDOWN_S = 0.2


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process finds itself."""

    neighbourhood: int
    certificates: Path


@dataclass(frozen=True, slots=True)
class Party:
    """What a process serves.

    `own_answers` are the errors that only this party words: how it says `error_in_200` or
    `expired`, in the form its real counterpart uses. `at_once` is what happens to it when a break
    begins.
    """

    process: str
    routes: tuple[web.RouteDef, ...]
    own_answers: Mapping[What, Answer] = field(default_factory=dict)
    at_once: Mapping[What, Callable[[], None]] = field(default_factory=dict)


def main(make: Callable[[Place], Party]) -> None:
    """Run one process of the demo world until SIGTERM; arguments come from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--neighbourhood", type=int, required=True)
    parser.add_argument("--certificates", type=Path, required=True)
    given = parser.parse_args()
    place = Place(given.neighbourhood, given.certificates)
    asyncio.run(_run(place, make(place)))


async def until_terminated() -> None:
    """Wait for SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


async def _run(place: Place, party: Party) -> None:
    serving = _Serving(place, party)
    app = web.Application(middlewares=[serving.misbehave])
    app.add_routes(party.routes)
    runner = web.AppRunner(
        app, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_S
    )
    await runner.setup()
    if runner.server is None:
        raise RuntimeError("the runner was set up and has no server")
    serving.build_doors(runner.server)
    control = web.AppRunner(
        control_app(lambda: serving.breaks, serving.set_breaks, serving.counts),
        access_log=None,
        shutdown_timeout=SHUTDOWN_S,
    )
    try:
        await serving.follow()
        await control.setup()
        own = control_address(party.process, place.neighbourhood)
        await web.TCPSite(control, own, CONTROL_PORT).start()
        await until_terminated()
    finally:
        await control.cleanup()
        await serving.close()
        await runner.cleanup()


class _Serving:
    """The doors of a party with the breaks that hold now."""

    def __init__(self, place: Place, party: Party) -> None:
        self._place = place
        self._party = party
        self._names = {
            address(place.neighbourhood, host.place): host.name for host in HOSTS[party.process]
        }
        self._doors: tuple[Door, ...] = ()
        self.breaks: tuple[Break, ...] = ()
        self.counts: Counter[str] = Counter()

    def build_doors(self, protocol: Callable[[], asyncio.BaseProtocol]) -> None:
        self._doors = tuple(
            Door(
                host,
                address(self._place.neighbourhood, host.place),
                certificates=self._place.certificates,
                protocol=protocol,
                breaks=lambda: self.breaks,
            )
            for host in HOSTS[self._party.process]
        )

    async def set_breaks(self, breaks: tuple[Break, ...]) -> None:
        before = {each.what for each in self.breaks}
        self.breaks = breaks
        for what in {each.what for each in breaks} - before:
            if what in self._party.at_once:
                self._party.at_once[what]()
        await self.follow()

    async def follow(self) -> None:
        for door in self._doors:
            if refused(self.breaks, door.host.name):
                await door.shut()
            else:
                door.open()

    async def close(self) -> None:
        for door in self._doors:
            await door.close()

    @web.middleware
    async def misbehave(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.counts[request.path] += 1
        own = "" if request.transport is None else request.transport.get_extra_info("sockname")[0]
        found = request_break(
            self.breaks,
            host=self._names.get(own),
            source=request.remote or "",
            path=request.path,
        )
        if found is None:
            return await handler(request)
        match found.what:
            case What.HANG:
                await asyncio.Event().wait()
            case What.SLOW:
                await asyncio.sleep(found.delay_s)
            case What.STATUS:
                return web.Response(status=found.code, text="gateway\n")
            case What.QUOTA:
                return web.Response(status=429, headers={"Retry-After": "3600"}, text="quota\n")
            case _ if found.what in self._party.own_answers:
                return self._party.own_answers[found.what](request)
            case _:
                pass
        return await handler(request)
