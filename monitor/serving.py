"""The composition root of `govah run`: makes the real parts, opens the doors, closes everything.

The only file that knows every part. Straight, on purpose; what is opened is closed in the reverse
order by one stack.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from secrets import SystemRandom
from typing import TYPE_CHECKING

import aiohttp
import structlog
from aiohttp import web

from monitor.app import App, Board, Parts
from monitor.clock import SystemClock, SystemIds
from monitor.console import Console, listen
from monitor.console.certificate import tls_context
from monitor.console.command import certificate_of
from monitor.console.letters import Letters
from monitor.credentials import Keeper
from monitor.credentials.login import log_in
from monitor.heartbeats import Heartbeats
from monitor.listening import Listening
from monitor.logs import learn
from monitor.model import Sight
from monitor.notify.phone import PhoneSender
from monitor.notify.twilio import TwilioSender
from monitor.selfwatch import LoopWatch
from monitor.settings import PhoneSender as PhoneSettings
from monitor.settings import TwilioSender as TwilioSettings
from monitor.settings.cut import cut
from monitor.store.sqlite import SqliteStore
from monitor.web import make_app
from monitor.web.heartbeat import routes as heartbeat_routes
from monitor.web.operators import make_operators_app
from probes.registry import make_probes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.model import AgentStanding
    from monitor.ports import AgentStore, Sender
    from monitor.settings import Settings
    from monitor.settings.values import AgentsSettings

log = structlog.get_logger(__name__)

REMIND_S = 3600.0  # between warnings of credentials that end
WATCH_AGENTS_S = 5.0
SHUTDOWN_S = 1.0


async def serve(settings: Settings, *, ready: asyncio.Event | None = None) -> None:
    """Run the real thing until cancelled.

    Args:
        settings: A checked configuration.
        ready: Set once the page answers.

    Raises:
        StoreError: The data directory cannot be used.
        CertificateError: The console's certificate cannot be used.
        OSError: An address cannot be listened on.
    """
    clock, world = SystemClock(), settings.world
    async with AsyncExitStack() as stack:
        store = SqliteStore(
            settings.data_directory,
            clock=clock,
            retention=settings.retention,
            time_zone=world.time_zone,
        )
        await store.open()
        stack.push_async_callback(store.close)
        watch = LoopWatch(clock)
        board = Board()
        heartbeats = Heartbeats(clock, world.heartbeats.values())
        keeper = Keeper(
            world,
            clock,
            log_in,
            chance=SystemRandom().random,
            warned=lambda note: app.metrics.warned(note),  # noqa: PLW0108 - `app` comes later
            learn=learn,
        )
        stack.push_async_callback(keeper.close)
        parts = Parts(
            clock=clock,
            ids=SystemIds(),
            watch=watch,
            store=store,
            sender=await _sender(settings, stack),
            probes=make_probes(keeper, heartbeats),
            publisher=board,
            tokens=keeper,
        )
        app = App(settings, parts)
        app.metrics.follow_credentials(keeper.figures)
        app.scheduler.every("credentials", REMIND_S, keeper.remind)
        await keeper.remind()
        listening = Listening(settings, app)
        stack.push_async_callback(listening.close)
        await listening.start()
        standings: Callable[[], Mapping[str, AgentStanding]] = dict
        if settings.agents is not None:
            console = await _console(settings, settings.agents, app, store, keeper, board, stack)
            standings = console.standings
        site = make_app(
            world=world,
            wording=app.wording,
            clock=clock,
            picture=lambda: board.picture,
            store=store,
            metrics=app.metrics.render,
            health=app.health,
            failed=lambda what: app.metrics.warned(f"{what}_failed"),
            public_url=settings.page.public_url,
            hooks=[*heartbeat_routes(heartbeats), *listening.routes()],
            notices=listening.notices,
        )
        await _listen(stack, site, settings.page.host, settings.page.port)
        if settings.operators is not None:
            desk = make_operators_app(
                world=world,
                wording=app.wording,
                clock=clock,
                picture=lambda: board.picture,
                store=store,
                standings=standings,
            )
            await _listen(stack, desk, settings.operators.host, settings.operators.port)
        if ready is not None:
            ready.set()
        async with asyncio.TaskGroup() as group:
            group.create_task(watch.run(), name="self-watch")
            group.create_task(heartbeats.run(), name="heartbeats")
            group.create_task(listening.learn(), name="learn")
            group.create_task(app.run(), name="app")


async def _listen(stack: AsyncExitStack, site: web.Application, host: str, port: int) -> None:
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, host, port).start()
    log.info("listening", host=host, port=port)


async def _console(
    settings: Settings,
    agents: AgentsSettings,
    app: App,
    store: AgentStore,
    keeper: Keeper,
    board: Board,
    stack: AsyncExitStack,
) -> Console:
    """Open the door for agents."""
    clock = app.parts.clock

    def contradicts(vantage: str) -> bool:
        picture = board.picture
        return picture is not None and picture.judgement.vantages.get(vantage) is Sight.DOUBTED

    console = Console(
        world=settings.world,
        store=store,
        letters=Letters(settings.data_directory),
        clock=clock,
        ids=app.parts.ids,
        deliver=app.pipeline.deliver,
        cut=partial(cut, settings),
        keeper=keeper,
        contradicts=contradicts,
        warned=app.metrics.warned,
    )
    await console.start()
    certificate, key = certificate_of(settings, agents, clock)
    tls = tls_context(certificate, key)
    host, port = agents.listen.host, agents.listen.port
    await stack.enter_async_context(listen(console.app, host=host, port=port, tls=tls))
    log.info("listening_for_agents", host=host, port=port)
    app.metrics.follow_agents(console.standings, console.refusals)
    app.scheduler.every("agents", WATCH_AGENTS_S, console.watch)
    return console


async def _sender(settings: Settings, stack: AsyncExitStack) -> Sender | None:
    """The sender that the configuration chose, or None where nobody is to be told."""
    chosen = settings.sender
    if chosen is None:
        return None
    session = await stack.enter_async_context(
        aiohttp.ClientSession(trust_env=False, cookie_jar=aiohttp.DummyCookieJar())
    )
    sender: Sender
    match chosen:
        case TwilioSettings():
            sender = TwilioSender(
                base_url=chosen.base_url,
                account_sid=chosen.account_sid,
                auth_token=chosen.auth_token,
                sender=chosen.sender,
                timeout_s=chosen.timeout_s,
                lookup_grace_s=chosen.lookup_grace_s,
                session=session,
            )
        case PhoneSettings():
            sender = PhoneSender(url=chosen.url, timeout_s=chosen.timeout_s, session=session)
    stack.push_async_callback(sender.close)
    return sender
