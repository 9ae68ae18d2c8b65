"""The demo's Social Security: three hosts, a token, an envelope around every answer."""

from __future__ import annotations

import os
import secrets

from aiohttp import web

from monitor.demo.breaks import What
from monitor.demo.party import Party, Place, main

TOKEN = "GOVAH_DEMO_TAMIN_TOKEN"  # noqa: S105 - the name of the variable, not its value

ENTITLEMENT = "/interface/epresc/patient/v2/deserve-info/demo/demo/demo"
PRESCRIPTION_TYPE = "/interface/epresc/prescription-type"
FETCH = "/api/v1/prescriptions/demo"
REGISTER = "/interface/epresc/SendEpresc/v7"  # writes: only doctors may come here


def make(_place: Place) -> Party:
    """Build the party; the accepted token comes from the environment."""
    token = os.environ[TOKEN]

    async def issue(request: web.Request) -> web.Response:
        form = await request.post()
        given = str(form.get("refresh_token", ""))
        if form.get("grant_type") != "refresh_token" or not _same(given, token):
            return _oauth_error(request)
        return web.json_response(
            {"access_token": secrets.token_urlsafe(24), "token_type": "bearer", "expires_in": 3600}
        )

    def answering(data: object) -> web.Response:
        return _envelope(200, "SUCCESSFUL", "OK", data)

    async def entitlement(request: web.Request) -> web.Response:
        return answering({"hasHealthDeserve": True}) if allowed(request) else _refusal(request)

    async def prescription_type(request: web.Request) -> web.Response:
        known = [{"prescTypeId": 1}, {"prescTypeId": 2}, {"prescTypeId": 3}]
        return answering(known) if allowed(request) else _refusal(request)

    async def fetch(request: web.Request) -> web.Response:
        return answering({"items": []}) if allowed(request) else _refusal(request)

    async def register(request: web.Request) -> web.Response:
        return answering({"trackingCode": "demo"}) if allowed(request) else _refusal(request)

    def allowed(request: web.Request) -> bool:
        return _same(request.headers.get("Authorization", ""), f"Bearer {token}")

    return Party(
        "tamin",
        (
            web.post("/auth/server/token", issue),
            web.get(ENTITLEMENT, entitlement),
            web.get(PRESCRIPTION_TYPE, prescription_type),
            web.get(FETCH, fetch),
            web.post(REGISTER, register),
        ),
        {What.ERROR_IN_200: _error_in_200, What.EXPIRED: _expired},
    )


def _same(given: str, wanted: str) -> bool:
    return secrets.compare_digest(given.encode(), wanted.encode())


def _envelope(status: int, family: str, reason: str, data: object = None) -> web.Response:
    return web.json_response(
        {"status": status, "family": family, "reason": reason, "data": data},
        status=401 if status == 401 else 200,  # noqa: PLR2004 - HTTP's own number
    )


def _oauth_error(_request: web.Request) -> web.Response:
    return web.json_response({"error": "invalid_grant"}, status=401)


def _refusal(_request: web.Request) -> web.Response:
    return _envelope(401, "CLIENT_ERROR", "Unauthorized")


def _error_in_200(_request: web.Request) -> web.Response:
    return _envelope(500, "SERVER_ERROR", "Internal Server Error")


def _expired(request: web.Request) -> web.Response:
    return _oauth_error(request) if request.path.startswith("/auth/") else _refusal(request)


if __name__ == "__main__":
    main(make)
