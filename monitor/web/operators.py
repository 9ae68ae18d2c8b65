"""The addresses of the operators' port: how each vantage stands. Read only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from monitor.web.assets import Assets
from monitor.web.headers import secure
from monitor.web.templating import Templates
from monitor.web.vantagefacts import Facts, as_json
from monitor.web.vantageview import vantages_view

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.model import AgentStanding, Picture, World
    from monitor.ports import Clock, Store
    from monitor.wording import Wording


def make_operators_app(
    *,
    world: World,
    wording: Wording,
    clock: Clock,
    picture: Callable[[], Picture | None],
    store: Store,
    standings: Callable[[], Mapping[str, AgentStanding]],
) -> web.Application:
    """Build the operators' face; it is for a network that only they can reach.

    Args:
        world: What is declared.
        wording: The words.
        clock: The time.
        picture: The newest picture, or None before the first tick.
        store: Asked for the newest looks at references and for figures.
        standings: How each agent stands, by vantage.

    Returns:
        An application without background work.
    """
    assets = Assets()
    face = _Operators(
        world,
        wording,
        Templates(wording, assets),
        Facts(world=world, clock=clock, store=store, picture=picture, standings=standings),
    )
    app = web.Application(client_max_size=1024)
    app.on_response_prepare.append(secure)
    languages = "|".join(world.languages)
    ids = r"{id:[A-Za-z0-9._-]+}"
    app.add_routes(
        [
            web.get("/", face.home),
            web.get(rf"/{{language:{languages}}}", face.home),
            web.get("/vantages", face.every),
            web.get(f"/vantages/{ids}", face.one),
            web.get(rf"/{{language:{languages}}}/vantages", face.every),
            web.get(rf"/{{language:{languages}}}/vantages/{ids}", face.one),
            web.get("/api/v1/vantages", face.machine),
            web.get("/static/{name}", assets.serve),
        ]
    )
    return app


class _Operators:
    def __init__(self, world: World, wording: Wording, templates: Templates, facts: Facts) -> None:
        self._world = world
        self._wording = wording
        self._templates = templates
        self._facts = facts

    async def home(self, request: web.Request) -> web.Response:
        """Lead to the vantages."""
        return web.Response(
            status=302, headers={"Location": f"/{self._language(request)}/vantages"}
        )

    async def every(self, request: web.Request) -> web.Response:
        """Answer all vantages."""
        return self._page(
            vantages_view(
                self._world,
                self._wording,
                await self._facts.gather(),
                self._language(request),
                single=False,
            ),
            request,
        )

    async def one(self, request: web.Request) -> web.Response:
        """Answer one vantage."""
        wanted = request.match_info["id"]
        found = tuple(each for each in await self._facts.gather() if each.id == wanted)
        if not found:
            return self._missing(request)
        language = self._language(request)
        view = vantages_view(self._world, self._wording, found, language, single=True)
        return self._page(view, request)

    async def machine(self, _request: web.Request) -> web.Response:
        """Answer all vantages as JSON."""
        facts = await self._facts.gather()
        return web.json_response({"vantages": [as_json(each) for each in facts]})

    def _page(self, view: object, request: web.Request) -> web.Response:
        html = self._templates.render("vantages.html", self._language(request), v=view)
        return web.Response(text=html, content_type="text/html")

    def _missing(self, request: web.Request) -> web.Response:
        html = self._templates.render(
            "notice.html",
            self._language(request),
            title="vantages.missing",
            text="vantages.missing_text",
            home=False,
        )
        return web.Response(text=html, content_type="text/html", status=404)

    def _language(self, request: web.Request) -> str:
        return request.match_info.get("language", self._world.languages[0])
