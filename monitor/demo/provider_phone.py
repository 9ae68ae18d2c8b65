"""The doctor's phone: an inbox that knows its keys, and a page to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiohttp import web

from monitor.core.segments import count
from monitor.resources import templates

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from monitor.demo.provider_ledger import Ledger

ZONE = ZoneInfo("Asia/Tehran")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"


class Phone:
    """Shows the ledger as a phone would; one tab per number."""

    def __init__(self, ledger: Ledger) -> None:
        # Here and not above: the provider of a crash test starts often, and rarely shows its page.
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

        self._ledger = ledger
        self._folder = templates() / "demo"
        self._pages = Environment(
            loader=FileSystemLoader(self._folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._pages.filters["fa"] = lambda value: str(value).translate(PERSIAN)

    def routes(self) -> list[web.RouteDef]:
        """The page and its style."""
        return [web.get("/", self.page), web.get("/phone.css", self.style)]

    async def page(self, request: web.Request) -> web.Response:
        """The messages of one number, oldest first; without one, of the number written to last."""
        taken = self._ledger.all()
        numbers = list(dict.fromkeys(each.to for each in taken))
        number = request.query.get("number") or (taken[-1].to if taken else None)
        messages = [
            {
                "body": each.body,
                "time": each.taken_at.astimezone(ZONE).strftime("%H:%M"),
                "segments": count(each.body).segments,
            }
            for each in taken
            if each.to == number
        ]
        page = self._pages.get_template("phone.html").render(
            numbers=sorted(numbers), number=number, messages=messages
        )
        return web.Response(text=page, content_type="text/html")

    async def style(self, _: web.Request) -> web.Response:
        """The style sheet."""
        sheet = (self._folder / "phone.css").read_text(encoding="utf-8")
        return web.Response(text=sheet, content_type="text/css")


class Inbox:
    """Where `PhoneSender` puts messages: `POST /inbox`, `GET /inbox/{key}`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def routes(self) -> list[web.RouteDef]:
        """Put and ask."""
        return [web.post("/inbox", self.put), web.get("/inbox/{key}", self.ask)]

    async def put(self, request: web.Request) -> web.Response:
        """Take a message; the same key gets the same id."""
        try:
            wanted = await request.json()
            key, to, body = (str(wanted[each]) for each in ("key", "to", "body"))
        except (ValueError, LookupError, TypeError):
            return web.json_response({"error": "expected key, to and body"}, status=400)
        taken = self._ledger.take(sender="inbox", to=to, body=body, key=key)
        return web.json_response({"id": taken.sid})

    async def ask(self, request: web.Request) -> web.Response:
        """The id of a key, or that there is none."""
        key = request.match_info["key"]
        taken = self._ledger.by_key(key)
        if taken is None:
            return web.json_response({"absent": key}, status=404)
        return web.json_response({"id": taken.sid})


@web.middleware
async def guarded(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Nothing but our own style sheet may be loaded."""
    response = await handler(request)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
