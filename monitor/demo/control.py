"""The page with the buttons: a fault each, and one that heals everything; no script needed."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import jinja2
from aiohttp import web

from monitor import resources
from monitor.demo.errors import DemoError
from monitor.demo.faults import FAULTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from monitor.demo.party import Handler
    from monitor.demo.world import World

STATE_TIMEOUT_S = 1.0  # a stalled monitor must not stall its buttons
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@asynccontextmanager
async def serving(world: World, host: str, port: int) -> AsyncIterator[None]:
    """Serve the control page of `world` at host:port while the context lasts.

    Raises:
        DemoError: the port is taken.
    """
    runner = web.AppRunner(make_app(world), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            raise DemoError(
                f"{host}:{port} is taken: stop the program there or name another port"
            ) from None
        yield
    finally:
        await runner.cleanup()


def make_app(world: World) -> web.Application:
    """Build the control page: `GET /`, `POST /apply` (form: fault), `POST /heal`."""
    folder = resources.templates() / "demo"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, undefined=jinja2.StrictUndefined
    )
    template = environment.get_template("control.html")

    async def show(_request: web.Request) -> web.Response:
        text = template.render(
            faults=FAULTS.values(),
            applied={fault.name for fault in world.applied},
            state=await world.state(timeout_s=STATE_TIMEOUT_S),
            page=world.page,
            phone=world.phone,
        )
        return web.Response(text=text, content_type="text/html", headers=HEADERS)

    async def style(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(folder / "control.css", headers=HEADERS)

    async def apply(request: web.Request) -> web.Response:
        fault = FAULTS.get(str((await request.post()).get("fault", "")))
        if fault is None:
            raise web.HTTPBadRequest(text="no such fault\n")
        await world.apply(fault)
        raise web.HTTPSeeOther("/")

    async def heal(_request: web.Request) -> web.Response:
        await world.heal()
        raise web.HTTPSeeOther("/")

    app = web.Application(middlewares=[_only_from_here])
    app.add_routes(
        [
            web.get("/", show),
            web.get("/control.css", style),
            web.post("/apply", apply),
            web.post("/heal", heal),
        ]
    )
    return app


@web.middleware
async def _only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse buttons pressed by a page of somebody else in the same browser."""
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        raise web.HTTPForbidden(text="this button was pressed from another page\n")
    return await handler(request)
