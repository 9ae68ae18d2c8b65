"""The demo's Health Insurance: seven POST steps that answer HTTP 200 whatever they mean."""

from __future__ import annotations

import json
import os
import secrets

from aiohttp import web

from monitor.demo.breaks import What
from monitor.demo.party import Party, Place, main

PASSWORD = "GOVAH_DEMO_IHIO_PASSWORD"  # noqa: S105 - the name of the variable, not its value

BASE = "/erx-core/v3"
TOKEN = f"{BASE}/auth/token/fetch"
ENTITLEMENT = f"{BASE}/auth/session/citizen/open"
ORDER = f"{BASE}/subscription/check/order"
SAMAD = f"{BASE}/samad/electronic/generate"  # writes: only doctors may come here
SAVE = f"{BASE}/prescription/save"  # writes: only doctors may come here
FETCH = f"{BASE}/prescription/fetch/printcode"

STEPS: dict[str, dict[str, object]] = {
    TOKEN: {"ttl": 24},
    f"{BASE}/auth/session/cparty/open": {"sessionId": "demo"},
    ENTITLEMENT: {"isCovered": True},
    SAMAD: {"samadCode": "demo"},
    ORDER: {"checkCode": "demo"},
    SAVE: {"trackingCode": "demo"},
    FETCH: {"printCode": "demo"},
}

OK = 1
INVALID_INPUT = 1211
TERMINAL_NOT_ALLOWED = 1943
BAD_TERMINAL = 1946
ELIGIBILITY_SERVICE_ERROR = -14507


def make(_place: Place) -> Party:
    """Build the party; the accepted password comes from the environment."""
    password = os.environ[PASSWORD]

    async def step(request: web.Request) -> web.Response:
        try:
            given = await request.json()
        except ValueError:
            return _answer(INVALID_INPUT)
        if not isinstance(given, dict):
            return _answer(INVALID_INPUT)
        if not secrets.compare_digest(str(given.get("password", "")).encode(), password.encode()):
            return _answer(BAD_TERMINAL)
        return _answer(OK, STEPS[request.path])

    return Party(
        "ihio",
        tuple(web.post(path, step) for path in STEPS),
        {
            What.ERROR_IN_200: lambda _request: _answer(ELIGIBILITY_SERVICE_ERROR),
            What.EXPIRED: lambda _request: _answer(TERMINAL_NOT_ALLOWED),
        },
    )


def _answer(code: int, info: dict[str, object] | None = None) -> web.Response:
    return web.Response(
        text=json.dumps({"resCode": code, "info": info or {}}), content_type="application/json"
    )


if __name__ == "__main__":
    main(make)
