"""The demo's Health Insurance: POST steps that answer HTTP 200 whatever they mean.

The chain is the real one's: the terminal's password gives a token, the token opens the doctor's
session, that one the insured person's, and that one lets items be checked.
"""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor.demo.breaks import What
from monitor.demo.issued import Issued
from monitor.demo.party import Party, Place, main

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.demo.party import Handler

PASSWORD = "GOVAH_DEMO_IHIO_PASSWORD"  # noqa: S105 - the name of the variable, not its value

BASE = "/erx-core/v3"
TOKEN = f"{BASE}/auth/token/fetch"
PARTNER = f"{BASE}/auth/session/cparty/open"
ENTITLEMENT = f"{BASE}/auth/session/citizen/open"
ORDER = f"{BASE}/subscription/check/order"
SAMAD = f"{BASE}/samad/electronic/generate"  # writes: only doctors may come here
SAVE = f"{BASE}/prescription/save"  # writes: only doctors may come here
FETCH = f"{BASE}/prescription/fetch/printcode"

HOUR_S = 3600
TOKEN_LIFE_S = 24 * HOUR_S
SESSION_LIFE_S = 600

OK = 1
INVALID_INPUT = 1211
TERMINAL_NOT_ALLOWED = 1943
BAD_TERMINAL = 1946
ELIGIBILITY_SERVICE_ERROR = -14507
NO_PRESCRIPTION_ACCESS = -12114
PARTNER_NOT_FOUND = -5401
CITIZEN_SESSION_EXPIRED = -23222


class Desk:
    """What each step of the chain wants, and gives."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._tokens = Issued(TOKEN_LIFE_S)
        self._doctors, self._citizens = Issued(SESSION_LIFE_S), Issued(SESSION_LIFE_S)

    async def login(self, request: web.Request) -> web.Response:
        """Terminal and password -> token."""
        given = await _fields(request)
        if given is None:
            return _answer(INVALID_INPUT)
        if not secrets.compare_digest(
            str(given.get("password", "")).encode(), self._password.encode()
        ):
            return _answer(BAD_TERMINAL)
        return _answer(OK, {"token": self._tokens.issue(), "ttl": TOKEN_LIFE_S // HOUR_S})

    def step(self, serve: Callable[[dict[str, Any]], web.Response]) -> Handler:
        """A step that wants the token and a JSON object."""

        async def handle(request: web.Request) -> web.Response:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme != "Bearer" or not self._tokens.holds(token):
                return web.json_response({"resCode": BAD_TERMINAL, "info": {}}, status=401)
            given = await _fields(request)
            return _answer(INVALID_INPUT) if given is None else serve(given)

        return handle

    def partner(self, given: dict[str, Any]) -> web.Response:
        """The doctor -> his session."""
        if not given.get("doctor"):
            return _answer(PARTNER_NOT_FOUND)
        return _answer(OK, {"sessionId": self._doctors.issue()})

    def citizen(self, given: dict[str, Any]) -> web.Response:
        """The doctor's session and a national number -> cover, and the insured's session."""
        if not self._doctors.holds(given.get("sessionId")):
            return _answer(PARTNER_NOT_FOUND)
        return self.cover(covered=True)

    def cover(self, *, covered: bool) -> web.Response:
        """The answer about cover."""
        opened = self._citizens.issue()
        return _answer(OK, {"citizenSessionId": opened, "isCovered": covered})

    def citizens_own(self, info: dict[str, object]) -> Callable[[dict[str, Any]], web.Response]:
        """A step that wants the insured's session."""

        def serve(given: dict[str, Any]) -> web.Response:
            if not self._citizens.holds(given.get("citizenSessionId")):
                return _answer(CITIZEN_SESSION_EXPIRED)
            return _answer(OK, info)

        return serve

    def forget(self) -> None:
        """Nobody is known any more."""
        for issued in (self._tokens, self._doctors, self._citizens):
            issued.forget()


def make(_place: Place) -> Party:
    """Build the party; the accepted password comes from the environment."""
    desk = Desk(os.environ[PASSWORD])
    return Party(
        "ihio",
        (
            web.post(TOKEN, desk.login),
            web.post(PARTNER, desk.step(desk.partner)),
            web.post(ENTITLEMENT, desk.step(desk.citizen)),
            web.post(ORDER, desk.step(desk.citizens_own({"checkCode": "demo"}))),
            web.post(FETCH, desk.step(desk.citizens_own({"printCode": "demo"}))),
            web.post(SAMAD, desk.step(desk.citizens_own({"samadCode": "demo"}))),
            web.post(SAVE, desk.step(desk.citizens_own({"trackingCode": "demo"}))),
        ),
        {
            What.ERROR_IN_200: lambda _request: _answer(ELIGIBILITY_SERVICE_ERROR),
            What.EXPIRED: lambda _request: _answer(TERMINAL_NOT_ALLOWED),
            What.LOCKED: lambda _request: _answer(NO_PRESCRIPTION_ACCESS),
            What.NOT_COVERED: lambda _request: desk.cover(covered=False),
        },
        {What.FORGOTTEN: desk.forget},
    )


async def _fields(request: web.Request) -> dict[str, Any] | None:
    try:
        given = await request.json()
    except ValueError:
        return None
    return given if isinstance(given, dict) else None


def _answer(code: int, info: dict[str, object] | None = None) -> web.Response:
    return web.Response(
        text=json.dumps({"resCode": code, "info": info or {}}), content_type="application/json"
    )


if __name__ == "__main__":
    main(make)
