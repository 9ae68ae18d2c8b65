"""Where others push: alerts, marks of deploys and reports, the mains (docs/hooks.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor.core.notices import alertmanager, marks
from monitor.core.notices.pushed import PushedError, plain
from monitor.model import MainsReading, NoticeKind
from monitor.web.door import Door

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from monitor.core.notices.alertmanager import Alerts
    from monitor.model import Notice, PushResult, World
    from monitor.ports import Clock
    from monitor.settings.values_hooks import AlertsHook, Hooks, MainsHook, MarksHook

ALERTS_CAP_BYTES = 512 * 1024
MARK_CAP_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told what came."""

    notices: Callable[[tuple[Notice, ...]], Awaitable[None]]  # may raise StoreError
    mains: Callable[[MainsReading], None]
    counted: Callable[[str, PushResult], None]  # which door, and what became of the request
    alerts: Callable[[Alerts], None]


def routes(
    hooks: Hooks, *, world: World, clock: Clock, listeners: Listeners
) -> Iterable[web.RouteDef]:
    """The addresses at which things are pushed, for the page's own port.

    Args:
        hooks: Who may push what; a kind without hooks has no address.
        world: What is declared.
        clock: The time.
        listeners: Who is told.
    """
    desk = _Desk(world, clock, listeners)
    counted = listeners.counted
    found = []
    if hooks.alerts:
        alerts = Door(
            {each.id: each for each in hooks.alerts},
            cap_bytes=ALERTS_CAP_BYTES,
            clock=clock,
            take=desk.alerts,
            counted=partial(counted, "alertmanager"),
        )
        found.append(web.post("/hooks/alertmanager/{caller}", alerts.answer))
    if hooks.mains:
        mains = Door(
            {each.vantage: each for each in hooks.mains},
            cap_bytes=MARK_CAP_BYTES,
            clock=clock,
            take=desk.mains,
            counted=partial(counted, "mains"),
        )
        found.append(web.post("/hooks/mains/{caller}", mains.answer))
    for kind, name in ((NoticeKind.DEPLOY, "deploys"), (NoticeKind.REPORTS, "reports")):
        callers = {each.id: each for each in hooks.marks if each.kind is kind}
        if callers:
            door = Door(
                callers,
                cap_bytes=MARK_CAP_BYTES,
                clock=clock,
                take=desk.mark,
                counted=partial(counted, name),
            )
            found.append(web.post(f"/api/v1/{name}", door.answer))
    return found


class _Desk:
    """Turns bodies into notices and readings."""

    def __init__(self, world: World, clock: Clock, listeners: Listeners) -> None:
        self._world = world
        self._clock = clock
        self._listeners = listeners

    async def alerts(self, hook: AlertsHook, body: bytes) -> dict[str, Any]:
        """Take what an Alertmanager sent."""
        told = alertmanager.parse(
            body,
            source=hook.id,
            rules=hook.rules,
            now=self._clock.utc(),
            lasts=timedelta(seconds=hook.lasts_s),
        )
        if told.notices:
            await self._listeners.notices(told.notices)
        self._listeners.alerts(told)
        return {"taken": len(told.notices), "ignored": told.ignored, "odd": told.odd}

    async def mark(self, hook: MarksHook, body: bytes) -> dict[str, Any]:
        """Take a mark."""
        notice = marks.parse(
            body,
            source=hook.id,
            kind=hook.kind,
            world=self._world,
            may=hook.parties,
            now=self._clock.utc(),
        )
        await self._listeners.notices((notice,))
        return {
            "party": notice.party,
            "services": list(notice.services),
            "from": notice.from_at.isoformat(),
            "to": notice.to_at.isoformat(),
        }

    async def mains(self, hook: MainsHook, body: bytes) -> dict[str, Any]:
        """Take a reading of the mains."""
        told = plain(body)
        on_battery = told.get("on_battery")
        if told.keys() != {"on_battery"} or not isinstance(on_battery, bool):
            raise PushedError("on_battery: must be true or false, and stand alone")
        self._listeners.mains(MainsReading(hook.vantage, self._clock.utc(), on_battery))
        return {"vantage": hook.vantage, "on_battery": on_battery}
