"""The control API every process of the demo world has beside its service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from monitor.demo.breaks import Break, BreakError, parse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping


def control_app(
    current: Callable[[], tuple[Break, ...]],
    replace: Callable[[tuple[Break, ...]], Awaitable[None]],
    counts: Mapping[str, int],
) -> web.Application:
    """Build the API: `GET /faults`, `POST /faults` (the whole list, JSON), `GET /counts`.

    `POST` answers once the faults hold, 400 with one sentence for a list that makes no sense, and
    415 for anything that is not JSON: a page in somebody's browser cannot send that unasked.
    """

    async def show(_request: web.Request) -> web.Response:
        return web.json_response([each.to_json() for each in current()])

    async def take(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return web.Response(status=415, text="expected application/json\n")
        try:
            breaks = parse(await request.json())
        except BreakError as error:
            return web.Response(status=400, text=f"{error}\n")
        except ValueError:
            return web.Response(status=400, text="expected JSON\n")
        await replace(breaks)
        return web.json_response([each.to_json() for each in breaks])

    async def count(_request: web.Request) -> web.Response:
        return web.json_response(dict(counts))

    app = web.Application()
    app.add_routes([web.get("/faults", show), web.post("/faults", take), web.get("/counts", count)])
    return app
