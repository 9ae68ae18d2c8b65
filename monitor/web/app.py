"""The addresses of the public face (DESIGN §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor.core.compose import page
from monitor.web.assets import Assets
from monitor.web.banner import banners
from monitor.web.headers import secure
from monitor.web.pages import Pages
from monitor.web.reports import Reports, ReportUnavailableError
from monitor.web.state import state
from monitor.web.templating import Templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aiohttp.typedefs import Handler

    from monitor.model import Notice, Picture, World
    from monitor.ports import Clock, Store
    from monitor.wording import Wording

_HTML = "text/html"


def _nobody_counts(_what: str) -> None:
    """Count nothing."""


def make_app(
    *,
    world: World,
    wording: Wording,
    clock: Clock,
    picture: Callable[[], Picture | None],
    store: Store,
    metrics: Callable[[], tuple[bytes, str]],
    health: Callable[[], Mapping[str, Any]],
    failed: Callable[[str], None] = _nobody_counts,
    public_url: str = "",
    hooks: Iterable[web.RouteDef] = (),
    notices: Callable[[], Sequence[Notice]] = tuple,
) -> web.Application:
    """Build the public face.

    Args:
        world: What is declared.
        wording: The words.
        clock: The time.
        picture: The newest picture, or None before the first tick.
        store: Asked for reports only; the page never waits for it.
        metrics: The exposition and its content type.
        health: Plain values with `live` and `ready`; shown as they are.
        failed: Told `page` or `report` whenever one could not be made.
        public_url: How the outside reaches us, for citations.
        hooks: Further addresses, at which others tell us something.
        notices: What others say: lately, now, and for the next day; the page never waits for it.

    Returns:
        An application without background work.
    """
    assets = Assets()
    templates = Templates(wording, assets)
    site = _Site(
        world=world,
        wording=wording,
        clock=clock,
        picture=picture,
        metrics=metrics,
        health=health,
        templates=templates,
        pages=Pages(
            world=world,
            wording=wording,
            clock=clock,
            picture=picture,
            templates=templates,
            failed=failed,
            notices=notices,
        ),
        reports=Reports(
            world=world,
            wording=wording,
            clock=clock,
            picture=picture,
            store=store,
            templates=templates,
            failed=failed,
            public_url=public_url,
        ),
    )
    app = web.Application(middlewares=[site.kind_errors], client_max_size=1024)
    app.on_response_prepare.append(secure)
    languages = "|".join(world.languages)
    app.add_routes(
        [
            web.get("/", site.home),
            web.get(rf"/{{language:{languages}}}", site.page),
            web.get(r"/i/{ref:\d{1,9}}", site.report),
            web.get(rf"/{{language:{languages}}}/i/{{ref:\d{{1,9}}}}", site.report),
            web.get("/static/{name}", assets.serve),
            web.get("/api/v1/state", site.state),
            web.get("/metrics", site.metrics),
            web.get("/healthz", site.healthz),
            web.get("/readyz", site.readyz),
            *hooks,
        ]
    )
    return app


class _Site:
    def __init__(
        self,
        *,
        world: World,
        wording: Wording,
        clock: Clock,
        picture: Callable[[], Picture | None],
        metrics: Callable[[], tuple[bytes, str]],
        health: Callable[[], Mapping[str, Any]],
        templates: Templates,
        pages: Pages,
        reports: Reports,
    ) -> None:
        self._world = world
        self._wording = wording
        self._clock = clock
        self._picture = picture
        self._metrics = metrics
        self._health = health
        self._templates = templates
        self._pages = pages
        self._reports = reports

    async def home(self, _request: web.Request) -> web.Response:
        """Lead to the page in its own language."""
        return web.Response(status=302, headers={"Location": f"/{self._world.languages[0]}"})

    async def page(self, request: web.Request) -> web.Response:
        """Answer the page."""
        status, html = self._pages.html(request.match_info["language"])
        return _html(html, status)

    async def report(self, request: web.Request) -> web.Response:
        """Answer an incident's report."""
        language = request.match_info.get("language", self._world.languages[0])
        try:
            html = await self._reports.html(int(request.match_info["ref"]), language)
        except ReportUnavailableError:
            return self._notice(language, "unavailable", 503)
        return _html(html) if html is not None else self._notice(language, "missing", 404)

    async def state(self, _request: web.Request) -> web.Response:
        """Answer the picture as JSON; 503 before there is one."""
        picture = self._picture()
        if picture is None:
            return web.json_response({"page": "blind"}, status=503)
        now = self._clock.now()
        model = page(self._world, picture, now=now.at, now_mono_s=now.mono_s)
        told = state(self._world, picture, model)
        return web.json_response(told | banners(self._world, self._wording, model))

    async def metrics(self, _request: web.Request) -> web.Response:
        """Answer the exposition."""
        body, content_type = self._metrics()
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def healthz(self, _request: web.Request) -> web.Response:
        """Say whether the process lives; 503 if not."""
        return self._healthy("live")

    async def readyz(self, _request: web.Request) -> web.Response:
        """Say whether there is something to show; 503 if not."""
        return self._healthy("ready")

    def _healthy(self, what: str) -> web.Response:
        told = dict(self._health())
        good = bool(told.get(what)) and (what == "live" or self._picture() is not None)
        return web.json_response(told | {what: good}, status=200 if good else 503)

    @web.middleware
    async def kind_errors(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer what is not there with a page that leads back."""
        try:
            return await handler(request)
        except web.HTTPNotFound:
            return self._notice(self._language_of(request), "missing", 404)

    def _language_of(self, request: web.Request) -> str:
        first = request.path.split("/")[1]
        return first if first in self._world.languages else self._world.languages[0]

    def _notice(self, language: str, what: str, status: int) -> web.Response:
        html = self._templates.render(
            "notice.html", language, title=f"page.{what}", text=f"page.{what}_text", home=True
        )
        return _html(html, status)


def _html(html: str, status: int = 200) -> web.Response:
    answer = web.Response(text=html, content_type=_HTML, status=status)
    answer.enable_compression()
    return answer
