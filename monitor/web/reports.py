"""Makes incident reports; the only part of the public face that asks the store."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from monitor.core.report import report, report_span
from monitor.ports import StoreError
from monitor.web.reportview import report_view

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.core.report import ReportModel
    from monitor.model import Incident, Picture, World
    from monitor.ports import Clock, Store
    from monitor.web.templating import Templates
    from monitor.wording import Wording

_log = structlog.get_logger(__name__)
MOST_LOOKS = 30_000
_PATIENCE_S = 10.0
_OPEN_FOR_S, _CLOSED_FOR_S = 5.0, 60.0
_MOST_KEPT = 64


class ReportUnavailableError(Exception):
    """The report exists, perhaps, but cannot be made now."""


class Reports:
    """Reports of public incidents, one at a time, kept for a few seconds."""

    def __init__(
        self,
        *,
        world: World,
        wording: Wording,
        clock: Clock,
        picture: Callable[[], Picture | None],
        store: Store,
        templates: Templates,
        failed: Callable[[str], None],
        public_url: str,
    ) -> None:
        self._world = world
        self._wording = wording
        self._clock = clock
        self._picture = picture
        self._store = store
        self._templates = templates
        self._failed = failed
        self._public_url = public_url
        self._kept: dict[tuple[int, str], tuple[float, str]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def html(self, ref: int, language: str) -> str | None:
        """Return the report of a public incident; None: there is no such incident.

        Raises:
            ReportUnavailableError: the store does not answer, or the report cannot be made.
        """
        async with self._one_at_a_time:
            until_s, html = self._kept.get((ref, language), (0.0, ""))
            if self._clock.monotonic() < until_s:
                return html
            try:
                return await self._make(ref, language)
            except (StoreError, TimeoutError) as error:
                self._failed("report")
                raise ReportUnavailableError from error
            except Exception as error:
                _log.error("report_not_made", ref=ref, error=type(error).__name__)
                self._failed("report")
                raise ReportUnavailableError from error

    async def _make(self, ref: int, language: str) -> str | None:
        async with asyncio.timeout(_PATIENCE_S):
            incident = self._open(ref) or await self._store.incident(ref)
            if incident is None or not incident.public:
                return None
            now = self._clock.utc()
            since, until = report_span(incident, now)
            looks = await self._store.observations(
                targets=tuple(self._world.targets), since=since, until=until, limit=MOST_LOOKS
            )
            deliveries = await self._store.deliveries_of(ref)
            notices = await self._store.notices(since, until)
            complete = len(looks) < MOST_LOOKS
            html = await asyncio.to_thread(
                lambda: self._render(
                    language,
                    report(
                        self._world,
                        incident,
                        looks,
                        deliveries,
                        now,
                        complete=complete,
                        notices=notices,
                    ),
                )
            )
        self._keep((ref, language), html, _CLOSED_FOR_S if incident.state.closed else _OPEN_FOR_S)
        return html

    def _render(self, language: str, model: ReportModel) -> str:
        view = report_view(self._world, self._wording, model, language, public_url=self._public_url)
        return self._templates.render("incident.html", language, v=view)

    def _open(self, ref: int) -> Incident | None:
        picture = self._picture()
        incidents = picture.incidents if picture is not None else ()
        return next((i for i in incidents if i.ref == ref), None)

    def _keep(self, key: tuple[int, str], html: str, for_s: float) -> None:
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (self._clock.monotonic() + for_s, html)
