"""Twilio's Messages resource as its pages describe it, on a ledger of our own.

Shapes and error codes: twilio.com/docs/messaging/api/message-resource, /docs/api/errors; the
numbers that always fail are those of /docs/iam/test-credentials.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import encode_basic_auth, web

from monitor.core.segments import count
from monitor.demo.provider_faults import Dice, Faults, Mode

if TYPE_CHECKING:
    from monitor.demo.provider_ledger import Ledger, Taken

PREFIX = "/2010-04-01/Accounts/{account}/Messages"
BODY_LIMIT = 1600
VALIDITY_LIMIT_S = 36_000
PAGE_SIZE_LIMIT = 1000
HANG_S = 3600.0
E164 = re.compile(r"\+[1-9]\d{6,14}")
ALWAYS_REFUSED = {
    "+15005550001": (21211, "Invalid 'To' Phone Number"),
    "+15005550002": (21612, "This 'To' number cannot be reached"),
    "+15005550003": (21408, "Permission to send to this region has not been enabled"),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (21614, "'To' number is not a valid mobile number"),
}


def refusal(status: int, code: int, message: str, **headers: str) -> web.Response:
    """An error as Twilio writes it."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message, "more_info": more, "status": status}
    return web.json_response(body, status=status, headers=headers)


class Messages:
    """The resource, its faults included."""

    def __init__(self, ledger: Ledger, token: str) -> None:
        self.dice = Dice(Faults())
        self._ledger = ledger
        self._token = token

    def routes(self) -> list[web.RouteDef]:
        """What Twilio has, and `_ledger` and `_faults`, which it has not."""
        return [
            web.post(f"{PREFIX}.json", self.create),
            web.get(f"{PREFIX}.json", self.list),
            web.get(PREFIX + "/{sid}.json", self.fetch),
            web.get("/_ledger", self.show_ledger),
            web.post("/_faults", self.set_faults),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Take a message."""
        if not self._known(request):
            return refusal(401, 20003, "Authenticate")
        form = await request.post()
        to, body = str(form.get("To", "")), str(form.get("Body", ""))
        sender = str(form.get("From", ""))
        if refused := _refused(to, sender, body, str(form.get("ValidityPeriod", VALIDITY_LIMIT_S))):
            return refused
        mode = self.dice.mode()
        match mode:
            case Mode.HANG:
                await asyncio.sleep(HANG_S)
            case Mode.BUSY:
                return refusal(429, 20429, "Too Many Requests", **{"Retry-After": "1"})
            case Mode.ERROR_BEFORE:
                return refusal(500, 20500, "Internal Server Error")
            case _:
                pass
        taken = self._ledger.take(sender=sender, to=to, body=body)
        return await self._answer(request, mode, taken)

    async def _answer(self, request: web.Request, mode: Mode, taken: Taken) -> web.StreamResponse:
        """What the caller hears of a message that was taken."""
        match mode:
            case Mode.ERROR_AFTER:
                return refusal(500, 20500, "Internal Server Error")
            case Mode.GARBLED:
                return web.Response(status=201, text="<html>created</html>")
            case Mode.DROP_AFTER if request.transport is not None:
                request.transport.abort()
            case Mode.SLOW:
                await asyncio.sleep(self.dice.faults.slow_s)
            case _:
                pass
        return web.json_response(_shown(taken, request.match_info["account"]), status=201)

    async def list(self, request: web.Request) -> web.Response:
        """Newest first, a page at a time."""
        if not self._known(request):
            return refusal(401, 20003, "Authenticate")
        faults = self.dice.faults
        if faults.list_fails:
            return refusal(503, 20503, "Service Unavailable")
        to = request.query.get("To")
        size = min(max(int(request.query.get("PageSize", "50")), 1), PAGE_SIZE_LIMIT)
        page = int(request.query.get("Page", "0"))
        shown_until = datetime.now(UTC) - timedelta(seconds=faults.list_lag_s)
        listed = [
            each
            for each in reversed(self._ledger.all())
            if to in (None, each.to) and each.taken_at <= shown_until
        ]
        start = page * size
        here = listed[start : start + size]
        more = start + size < len(listed)

        def uri(number: int) -> str:
            query = {"PageSize": size, "Page": number, **({"To": to} if to else {})}
            return f"{request.path}?{urlencode(query)}"

        return web.json_response({
            "end": start + len(here) - 1,
            "first_page_uri": uri(0),
            "messages": [_shown(each, request.match_info["account"]) for each in here],
            "next_page_uri": uri(page + 1) if more else None,
            "page": page,
            "page_size": size,
            "previous_page_uri": uri(page - 1) if page else None,
            "start": start,
            "uri": uri(page),
        })  # fmt: skip

    async def fetch(self, request: web.Request) -> web.Response:
        """One message by its id."""
        if not self._known(request):
            return refusal(401, 20003, "Authenticate")
        taken = self._ledger.by_sid(request.match_info["sid"])
        if taken is None:
            return refusal(404, 20404, "The requested resource was not found")
        return web.json_response(_shown(taken, request.match_info["account"]))

    async def show_ledger(self, _: web.Request) -> web.Response:
        """Everything taken, for tests to count."""
        lines = [
            {"sid": each.sid, "to": each.to, "body": each.body, "at": each.at, "key": each.key}
            for each in self._ledger.all()
        ]
        return web.json_response(lines)

    async def set_faults(self, request: web.Request) -> web.Response:
        """Begin to go wrong, or stop."""
        try:
            self.dice = Dice(Faults.read(dict(await request.json())))
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"mode": self.dice.faults.mode})

    def _known(self, request: web.Request) -> bool:
        expected = encode_basic_auth(request.match_info["account"], self._token)
        shown = request.headers.get("Authorization", "")
        return hmac.compare_digest(shown.encode(errors="replace"), expected.encode())


def _refused(to: str, sender: str, body: str, validity: str) -> web.Response | None:
    """Twilio's answer to a message it does not take; None: it does."""
    if not to:
        return refusal(400, 21604, "A 'To' phone number is required.")
    if to in ALWAYS_REFUSED:
        return refusal(400, *ALWAYS_REFUSED[to])
    if not E164.fullmatch(to):
        return refusal(400, 21211, "Invalid 'To' Phone Number")
    if not sender:
        return refusal(400, 21603, "A 'From' phone number is required.")
    if not body:
        return refusal(400, 21602, "Message body is required.")
    if len(body) > BODY_LIMIT:
        return refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    if not validity.isdigit() or not 1 <= int(validity) <= VALIDITY_LIMIT_S:
        return refusal(400, 20001, "ValidityPeriod must be between 1 and 36000")
    return None


def _shown(taken: Taken, account: str) -> dict[str, Any]:
    """A message as the API shows it."""
    path = f"/2010-04-01/Accounts/{account}/Messages/{taken.sid}"
    at = format_datetime(taken.taken_at)
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": taken.body,
        "date_created": at,
        "date_sent": None,
        "date_updated": at,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": taken.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(count(taken.body).segments),
        "price": None,
        "price_unit": "USD",
        "sid": taken.sid,
        "status": "queued",
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": taken.to,
        "uri": f"{path}.json",
    }
