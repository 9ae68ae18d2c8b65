"""The application: parts, real or fakes at their ports, joined; `monitor.serving` makes them."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from apscheduler.triggers.cron import CronTrigger

from monitor.around import Around
from monitor.core.attribution.judge import Judge
from monitor.looking import Looker
from monitor.metrics import Metrics
from monitor.notify.outbox import Outbox
from monitor.pipeline import Pipeline
from monitor.ports import StoreError
from monitor.schedule import Calendar, MonotonicScheduler
from monitor.telling import is_asked
from monitor.wishes import Wishes
from monitor.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.core.attribution.engine import Engine
    from monitor.model import Check, Picture, Vantage
    from monitor.ports import Clock, Ids, Probe, Publisher, SelfWatch, Sender, Store, Tokens
    from monitor.settings import Settings

log = structlog.get_logger(__name__)

ROLL_UP_S = 60.0
LOOK_BACK_S = 30.0
SURE_OF_TIME_S = 3600.0  # a wall clock that moved more since the start deletes nothing
PRUNE_HOUR = 3  # in the page's time zone; the quietest hour


@dataclass(frozen=True, slots=True)
class Parts:
    """What an application is made of; each member is a port."""

    clock: Clock
    ids: Ids
    watch: SelfWatch
    store: Store
    sender: Sender | None
    probes: Mapping[str, Probe]
    publisher: Publisher
    tokens: Tokens | None = None


class Board:
    """Holds the newest picture for whoever shows it (port `Publisher`)."""

    def __init__(self) -> None:
        self.picture: Picture | None = None

    def publish(self, picture: Picture) -> None:
        """Take the newest picture."""
        self.picture = picture


class App:
    """Everything that runs, joined."""

    def __init__(
        self,
        settings: Settings,
        parts: Parts,
        *,
        outbox_idle_s: float = 1.0,
        engine: Engine[Any] | None = None,
    ) -> None:
        world, clock = settings.world, parts.clock
        self.settings = settings
        self.parts = parts
        self._offset_s = self._wall_offset()
        self.metrics = Metrics(world, clock, parts.watch)
        self.wording = Wording.load(world)
        self.outbox = (
            Outbox(
                parts.store,
                parts.sender,
                {recipient.id: recipient for recipient in settings.recipients},
                clock,
                idle_s=outbox_idle_s,
                on_change=self.metrics.delivered,
            )
            if parts.sender is not None
            else None
        )
        self.around = Around(warned=self.metrics.warned)
        self.pipeline = Pipeline(
            world=world,
            engine=engine or Judge(world),
            store=parts.store,
            publisher=parts.publisher,
            clock=clock,
            watch=parts.watch,
            meter=self.metrics,
            recipients=settings.recipients if parts.sender is not None else (),
            channel=parts.sender.channel if parts.sender is not None else "none",
            text=self.wording.message,
            planned=self.outbox.wake if self.outbox is not None else lambda: None,
            under_way=lambda: self.looker.under_way(),  # noqa: PLW0108 - it comes later
            around=self.around.at,
            wished=lambda pairs: self.wishes.wish(pairs),  # noqa: PLW0108 - it comes later
        )
        self.looker = Looker(
            probes=parts.probes,
            clock=clock,
            ids=parts.ids,
            watch=parts.watch,
            seen=self.pipeline.seen,
            checks=world.checks,
            rules=world.rules,
            admit=parts.tokens.admit if parts.tokens is not None else lambda _check: True,
        )
        self.wishes = Wishes(
            world,
            clock,
            take=self.looker.take,
            under_way=self.looker.under_way,
            admit=(
                partial(parts.tokens.admit, extra=True)
                if parts.tokens is not None
                else lambda _check: True
            ),
            counted=self.metrics.wished,
        )
        self.scheduler = MonotonicScheduler(clock)
        self.calendar = Calendar(clock)

    async def run(self) -> None:
        """Look, judge, tell, until cancelled. The store must be open."""
        await self._account_for_absence()
        await self.pipeline.start()
        world = self.settings.world
        for check, vantage in self._own_looks():
            self.scheduler.every(
                f"{check.id}@{vantage.id}",
                check.every_s,
                partial(self.looker.look, check, vantage),
                missed=partial(self.looker.missed, check, vantage),
            )
        self.scheduler.every("tick", world.rules.tick_s, self.pipeline.tick)
        self.scheduler.every("look-back", LOOK_BACK_S, self._look_back)
        self.scheduler.every("roll-up", ROLL_UP_S, self._roll_up)
        self.calendar.at(
            "prune",
            CronTrigger(hour=PRUNE_HOUR, minute=40, timezone=world.time_zone),
            self._prune,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(self.wishes.run(), name="wishes")
            group.create_task(self.scheduler.run(), name="scheduler")
            group.create_task(self.calendar.run(), name="calendar")
            if self.outbox is not None:
                group.create_task(self.outbox.run(), name="outbox")

    async def _account_for_absence(self) -> None:
        """Looks that fell into the time we did not run are records, not a hole."""
        last = await self.parts.store.last_look_at()
        if last is None:
            return
        absent_s = (self.parts.clock.utc() - last).total_seconds()
        for check, vantage in self._own_looks():
            turns = int(absent_s // check.every_s) - 1
            if turns > 0:
                self.looker.missed(check, vantage, turns)

    def _own_looks(self) -> Iterator[tuple[Check, Vantage]]:
        """What is looked at from here: agents and transactions tell the rest."""
        world = self.settings.world
        for check in filter(is_asked, world.checks.values()):
            for vantage in (world.vantages[v] for v in check.vantages):
                if not vantage.agent:
                    yield check, vantage

    async def _look_back(self) -> None:
        with _tolerated("look_back_failed"):
            await self.pipeline.look_back()

    async def _roll_up(self) -> None:
        with _tolerated("roll_up_failed"):
            await self.parts.store.roll_up(self.parts.clock.utc())

    async def _prune(self) -> None:
        if abs(self._wall_offset() - self._offset_s) > SURE_OF_TIME_S:
            self.metrics.warned("clock_unsure")
            log.error("prune_put_off", error="the wall clock stepped; nothing is deleted by it")
            return
        with _tolerated("prune_failed"):
            await self.parts.store.prune(self.parts.clock.utc())

    def _wall_offset(self) -> float:
        return self.parts.clock.utc().timestamp() - self.parts.clock.monotonic()

    def health(self) -> dict[str, object]:
        """Whether we live (ticks go on) and are ready (a picture exists, the store works)."""
        return self.pipeline.health()


@contextlib.contextmanager
def _tolerated(event: str) -> Iterator[None]:
    """What fails here is tried again by the timetable; the looks go on meanwhile."""
    try:
        yield
    except StoreError as error:
        log.error(event, error=str(error))  # noqa: TRY400 - one sentence says it; no trace needed
