"""Who tells us something beside our own looks, joined to an application.

Sources of notices, what is pushed to us, the platform's own calls and the mains: what holds of it
reaches each tick, and notices are kept, for the report and for our next life.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from monitor.core.notices.windows import SOURCE as WINDOWS
from monitor.mains import Mains
from monitor.noticeboard import REFRESH_S, Noticeboard
from monitor.outside.desk import NoticeDesk
from monitor.ports import StoreError
from monitor.traffic import TrafficWatch
from monitor.web.hooks import Listeners
from monitor.web.hooks import routes as hook_routes
from monitor.web.outcomes import routes as outcome_routes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from monitor.app import App
    from monitor.model import Notice
    from monitor.settings import Settings

log = structlog.get_logger(__name__)

ASK_TRAFFIC_S = 10.0
KEEP_S = 5.0
MOST_UNKEPT = 5_000  # notices in memory while the store cannot take them
KNOWN_AHEAD = timedelta(days=366)  # announced before a restart, for so long after it


class Listening:
    """Everybody who tells us something."""

    def __init__(self, settings: Settings, app: App) -> None:
        """Know who may; nobody is heard before `start`."""
        self._settings = settings
        self._app = app
        self._store, self._clock = app.parts.store, app.parts.clock
        self._unkept: dict[str, Notice] = {}
        self._failing = False
        self._mains = Mains({hook.vantage: hook.lasts_s for hook in settings.hooks.mains})
        self._board = Noticeboard(self._store, self._clock)
        self._traffic = TrafficWatch(
            settings.world,
            self._store,
            self._clock,
            settings.traffic,
            polled=app.metrics.outcomes.polled,
        )
        self._desk = NoticeDesk(
            settings.notices.feeds,
            settings.notices.windows,
            self._clock,
            learnt=self._learnt,
            figures=app.metrics.notices,
            private_networks=settings.notices.private_networks,
        )

    async def start(self) -> None:
        """Take up what is known, and take a place at the ticks and on the timetable.

        Raises:
            StoreError: what is known cannot be read.
        """
        app, now = self._app, self._clock.utc()
        await self._traffic.start()
        known = await self._store.notices(now, now + KNOWN_AHEAD)
        declared = self._declared()
        await self._desk.start(notice for notice in known if notice.source in declared)
        await self._board.refresh()
        app.around.follow_notices(self._desk.current)
        app.around.follow_mains(self._mains.current)
        for turn in self._desk.turns():
            app.scheduler.every(turn.name, turn.every_s, turn.run)
        app.scheduler.every("notices-kept", KEEP_S, self.keep)
        app.scheduler.every("noticeboard", REFRESH_S, self._refresh)
        if self._settings.traffic.sources or self._settings.outcomes_key is not None:
            app.around.follow_traffic(self._traffic.readings)
            app.metrics.outcomes.follow(lambda: self._traffic.latest)
        if self._settings.traffic.sources:
            app.scheduler.every("traffic", ASK_TRAFFIC_S, self._traffic.poll)

    async def learn(self) -> None:
        """Learn what is usual of the platform's calls; once, beside everything else."""
        try:
            await self._traffic.learn()
        except StoreError as error:
            self._warn(error)

    async def close(self) -> None:
        """Keep what can be kept, and let connections go."""
        await self.keep()
        await self._desk.close()

    def notices(self) -> Sequence[Notice]:
        """What the page may show."""
        return self._board.notices

    def routes(self) -> list[web.RouteDef]:
        """The addresses at which we are told something, for the page's own port."""
        figures, world = self._app.metrics, self._settings.world
        listeners = Listeners(
            notices=self._pushed,
            mains=self._mains.told,
            counted=figures.hooks.came,
            alerts=figures.hooks.alerts,
        )
        found = [
            *hook_routes(self._settings.hooks, world=world, clock=self._clock, listeners=listeners)
        ]
        if self._settings.outcomes_key is not None:
            found += outcome_routes(
                key=self._settings.outcomes_key,
                world=world,
                store=self._store,
                clock=self._clock,
                counted=figures.outcomes.came,
                taken=self._traffic.taken,
            )
        return found

    async def keep(self) -> None:
        """Store the notices that were learnt; what the store refuses is tried again."""
        waiting = tuple(self._unkept.values())
        if not waiting:
            return
        try:
            await self._store.keep_notices(waiting)
        except StoreError as error:
            self._warn(error)
            return
        self._failing = False
        for notice in waiting:
            if self._unkept.get(notice.id) is notice:
                del self._unkept[notice.id]

    def _learnt(self, notices: Sequence[Notice]) -> None:
        self._unkept |= {notice.id: notice for notice in notices}
        while len(self._unkept) > MOST_UNKEPT:
            del self._unkept[next(iter(self._unkept))]

    async def _pushed(self, notices: tuple[Notice, ...]) -> None:
        """On disk before whoever pushed it is answered."""
        await self._store.keep_notices(notices)
        for notice in notices:
            self._desk.add(notice)
            self._unkept.pop(notice.id, None)

    async def _refresh(self) -> None:
        try:
            await self._board.refresh()
        except StoreError as error:
            self._warn(error)

    def _declared(self) -> frozenset[str]:
        """Whose notices still count: nobody tells us any more what a former source withdrew."""
        hooks = self._settings.hooks
        feeds = (feed.source.id for feed in self._settings.notices.feeds)
        alerts = (hook.id for hook in hooks.alerts)
        marks = (hook.id for hook in hooks.marks)
        return frozenset((WINDOWS, *feeds, *alerts, *marks))

    def _warn(self, error: StoreError) -> None:
        self._app.metrics.warned("store_failing")
        if not self._failing:  # once, until it works again
            self._failing = True
            log.error("store_failing", error=str(error))
