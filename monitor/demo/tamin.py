"""The demo's Social Security: three hosts, a token that runs out, an envelope around every answer.

The chain is the real one's: a doctor's refresh token gives an access token, and each operation
wants that one.
"""

from __future__ import annotations

import os
import secrets

from aiohttp import web

from monitor.demo.breaks import What
from monitor.demo.issued import Issued
from monitor.demo.party import Party, Place, main

TOKEN = "GOVAH_DEMO_TAMIN_TOKEN"  # noqa: S105 - the name of the variable, not its value
LIFETIME = "GOVAH_DEMO_TAMIN_LIFETIME_S"  # of an access token, in seconds; 3600 where unset

LOGIN = "/auth/server/token"
ENTITLEMENT = "/interface/epresc/patient/v2/deserve-info/demo/demo/demo"
PRESCRIPTION_TYPE = "/interface/epresc/prescription-type"
FETCH = "/api/v1/prescriptions/demo"
REGISTER = "/interface/epresc/SendEpresc/v7"  # writes: only doctors may come here

LOCKED = "حساب کاربری قفل شده است"


def make(_place: Place) -> Party:
    """Build the party; the accepted refresh token comes from the environment."""
    refresh_token = os.environ[TOKEN]
    tokens = Issued(float(os.environ.get(LIFETIME, "3600")))

    async def login(request: web.Request) -> web.Response:
        form = await request.post()
        given = str(form.get("refresh_token", ""))
        if form.get("grant_type") != "refresh_token" or not _same(given, refresh_token):
            return _oauth_error()
        return web.json_response(
            {
                "access_token": tokens.issue(),
                "token_type": "bearer",
                "expires_in": int(tokens.lifetime_s),
            }
        )

    async def entitlement(request: web.Request) -> web.Response:
        return answering(request, {"hasHealthDeserve": True})

    async def prescription_type(request: web.Request) -> web.Response:
        known = [{"prescTypeId": 1}, {"prescTypeId": 2}, {"prescTypeId": 3}]
        return answering(request, known)

    async def fetch(request: web.Request) -> web.Response:
        return answering(request, {"items": []})

    async def register(request: web.Request) -> web.Response:
        return answering(request, {"trackingCode": "demo"})

    def answering(request: web.Request, data: object) -> web.Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not tokens.holds(token):
            return _refusal()
        return _envelope(200, "SUCCESSFUL", "OK", data)

    return Party(
        "tamin",
        (
            web.post(LOGIN, login),
            web.get(ENTITLEMENT, entitlement),
            web.get(PRESCRIPTION_TYPE, prescription_type),
            web.get(FETCH, fetch),
            web.post(REGISTER, register),
        ),
        {
            What.ERROR_IN_200: lambda _request: _envelope(
                500, "SERVER_ERROR", "Internal Server Error"
            ),
            What.EXPIRED: lambda request: _oauth_error() if _is_login(request) else _refusal(),
            What.LOCKED: lambda request: (
                _oauth_error() if _is_login(request) else _envelope(423, "CLIENT_ERROR", LOCKED)
            ),
            What.NOT_COVERED: lambda _request: _envelope(
                200, "SUCCESSFUL", "OK", {"hasHealthDeserve": False}
            ),
        },
        {What.FORGOTTEN: tokens.forget},
    )


def _same(given: str, wanted: str) -> bool:
    return secrets.compare_digest(given.encode(), wanted.encode())


def _is_login(request: web.Request) -> bool:
    return request.path == LOGIN


def _envelope(status: int, family: str, reason: str, data: object = None) -> web.Response:
    return web.json_response(
        {"status": status, "family": family, "reason": reason, "data": data},
        status=401 if status == 401 else 200,  # noqa: PLR2004 - HTTP's own number
    )


def _oauth_error() -> web.Response:
    return web.json_response({"error": "invalid_grant"}, status=401)


def _refusal() -> web.Response:
    return _envelope(401, "CLIENT_ERROR", "Unauthorized")


if __name__ == "__main__":
    main(make)
