"""Joins the agent's parts: looking and keeping never wait for the core, nor for each other."""

from __future__ import annotations

import asyncio
import contextlib
import random  # noqa: TID251 - one instance, seeded by the source of ids
import ssl
from typing import TYPE_CHECKING

import aiohttp
import structlog
from aiohttp import web

from monitor.agent.core import Core, CoreError, trust
from monitor.agent.enrolling import enrolled
from monitor.agent.figures import Figures
from monitor.agent.identity import AgentError, own_key
from monitor.agent.part import Part, Place
from monitor.agent.sequence import Sequence
from monitor.agent.spool import Spool
from monitor.agent.station import Station
from monitor.agent.sync import Sync
from monitor.agent.tokens import CoreTokens
from monitor.clock import BootClock, SystemIds, boot_id
from monitor.selfwatch import LoopWatch
from monitor.store.lock import DirectoryLock
from probes.registry import make_probes

if TYPE_CHECKING:
    from monitor.agent.identity import Enrolment
    from monitor.model import Observation, World
    from monitor.ports import Clock
    from monitor.settings.agent import AgentFile
    from monitor.wire.invitation import Invitation

log = structlog.get_logger(__name__)

PULL_S, FIRST_PULL_S = 30.0, 2.0
SEQUENCE = "sequence"


async def serve_agent(file: AgentFile, invitation: Invitation | None) -> None:
    """Be the vantage until cancelled.

    Args:
        file: The agent's own configuration.
        invitation: To enrol with; None where that was done before.

    Raises:
        AgentError: not enrolled, or the key or the core's authority cannot be read.
        StoreError: the data directory cannot be used, or another agent holds it.
        OSError: the address for the metrics cannot be listened on.
    """
    directory = file.data_directory
    clock, ids, boot = BootClock(), SystemIds(), boot_id()
    lock = DirectoryLock(directory)
    lock.take()
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(lock.release)
        key, sequence = own_key(directory), Sequence(directory / SEQUENCE)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(trust_env=False, cookie_jar=aiohttp.DummyCookieJar())
        )

        def core_as(vantage: str, fingerprint: str) -> Core:
            return Core(
                session=session,
                url=file.core_url,
                tls=_trust(file, fingerprint),
                vantage=vantage,
                key=key,
                sequence=sequence,
            )

        known = await enrolled(directory, invitation, core_as)
        core = core_as(known.vantage, known.fingerprint)
        spool = Spool(
            directory, limit_bytes=file.spool_limit_bytes, clock=clock, ids=ids, boot=boot
        )
        await spool.open()
        stack.push_async_callback(spool.close)
        figures, watch = Figures(spool, clock), LoopWatch(clock)
        tokens = CoreTokens(core, clock)
        stack.push_async_callback(tokens.close)

        def seen(observation: Observation) -> None:
            spool.put(observation)
            figures.seen(observation)

        station = Station(
            vantage=known.vantage,
            probes=make_probes(tokens),
            clock=clock,
            ids=ids,
            watch=watch,
            seen=seen,
            admit=tokens.admit,
        )
        sync = Sync(
            core=core,
            spool=spool,
            clock=clock,
            ids=ids,
            watch=watch,
            chance=random.Random(ids.look()),  # noqa: S311 - spreads retries; no secret
            boot=boot,
            told=figures,
        )
        await _open_door(stack, file, figures)
        log.info("agent_started", vantage=known.vantage, waiting=spool.waiting)
        part = Part(directory, _place(file, known))
        async with asyncio.TaskGroup() as group:
            group.create_task(watch.run(), name="self-watch")
            group.create_task(spool.run(), name="spool")
            group.create_task(sync.run(), name="sync")
            group.create_task(station.run(), name="station")
            await _Following(part, core, clock, tokens, station).run(spool.absent_s())


class _Following:
    """Lives by the newest part of the configuration that is good."""

    def __init__(
        self, part: Part, core: Core, clock: Clock, tokens: CoreTokens, station: Station
    ) -> None:
        self._part = part
        self._core = core
        self._clock = clock
        self._tokens = tokens
        self._station = station

    async def run(self, absent_s: float | None) -> None:
        """Follow until cancelled; first what is on disk, so that the core need not answer."""
        world = self._part.kept()
        if world is not None:
            self._follow(world)
            if absent_s is not None:
                self._station.absent(absent_s)
        while True:
            try:
                newer = await self._part.pull(self._core)
            except CoreError as error:
                newer = None
                if world is None:
                    log.warning("configuration_awaited", why=str(error))
            if newer is not None:
                world = newer
                self._follow(world)
            await self._clock.sleep(FIRST_PULL_S if world is None else PULL_S)

    def _follow(self, world: World) -> None:
        self._tokens.follow(world)
        self._station.follow(world)


def _place(file: AgentFile, known: Enrolment) -> Place:
    return Place(
        vantage=known.vantage,
        source_address=file.source_address,
        interface=file.interface,
        resolvers=file.resolvers,
    )


def _trust(file: AgentFile, fingerprint: str) -> ssl.SSLContext | aiohttp.Fingerprint:
    try:
        return trust(fingerprint, file.ca_file)
    except (OSError, ssl.SSLError) as error:
        why = f"{file.ca_file} cannot be used: put the authority's certificate there, as PEM"
        raise AgentError(why) from error


async def _open_door(stack: contextlib.AsyncExitStack, file: AgentFile, figures: Figures) -> None:
    if file.metrics is None:
        return
    runner = web.AppRunner(figures.app(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, file.metrics.host, file.metrics.port).start()
    log.info("listening", host=file.metrics.host, port=file.metrics.port)
