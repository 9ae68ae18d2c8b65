"""The demo's references: hosts at home and abroad that share nothing with the parties."""

from __future__ import annotations

from aiohttp import web

from monitor.demo.party import Party, Place, main


def make(_place: Place) -> Party:
    """Build the references: `/` says "here"."""

    async def here(_request: web.Request) -> web.Response:
        return web.Response(text="here\n")

    return Party("references", (web.get("/", here),))


if __name__ == "__main__":
    main(make)
