"""Two insurers on loopback as a transaction meets them, and whoever holds our credentials."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from monitor.model import CodeClass
from probes.spec import CodeMap, Expect, HttpSpec, StepSpec, Take

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from monitor.ports import TokenError

BASE = "/erx-core/v3"
WRITES = ("/samad/", "/prescription/save$", r"/SendEpresc/")
READS = (rf"^{BASE}/auth/", rf"^{BASE}/subscription/check/order$", rf"^{BASE}/prescription/fetch/")
IHIO_CODES = CodeMap(
    "to_string(resCode)",
    {
        "1": CodeClass.OK,
        "-14507": CodeClass.UPSTREAM,
        "1946": CodeClass.OURS,
        "-12114": CodeClass.DOCTOR,
        "-5414": CodeClass.PATIENT,
        "-23222": CodeClass.SESSION,
    },
)


@dataclass
class Keeper:
    """Gives one token, or says why not; notes what was asked of it."""

    token_text: str = "t0ken/+="
    error: TokenError | None = None
    takes_s: float = 0.0
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    forgotten: list[tuple[str, str]] = field(default_factory=list)

    async def token(self, credential, vantage, look_id):
        self.asked.append((credential, vantage.id, look_id))
        await asyncio.sleep(self.takes_s)
        if self.error is not None:
            raise self.error
        return self.token_text

    def refused(self, credential, token):
        self.forgotten.append((credential, token))

    def admit(self, _check, *, extra=False):
        del extra
        return True


@dataclass
class Heard:
    """One request as an insurer got it."""

    path: str
    token: str | None
    request_id: str | None
    peer: tuple[str, int]
    body: Mapping[str, str]


class Ihio:
    """Health Insurance: every answer is HTTP 200, each step needs what the one before it gave."""

    def __init__(self, **codes: int) -> None:
        """`codes` replaces the answer of a step named by the last word of its path."""
        self.heard: list[Heard] = []
        self._codes = codes

    async def answer(self, request: web.Request) -> web.Response:
        given = await request.json()
        self.heard.append(
            Heard(
                request.path,
                request.headers.get("token"),
                request.headers.get("X-Request-ID"),
                request.transport.get_extra_info("peername"),
                given,
            )
        )
        name = request.path.removeprefix(BASE + "/")
        needs, info = {
            "auth/session/cparty/open": ({}, {"sessionId": "doctor-1"}),
            "auth/session/citizen/open": (
                {"doctor": "doctor-1"},
                {"sessionId": "citizen-1", "isCovered": True},
            ),
            "subscription/check/order": ({"citizen": "citizen-1"}, {"checkCode": 4711}),
            "prescription/fetch/printcode": ({"checkCode": "4711"}, {"printCode": "p"}),
        }[name]
        code = self._codes.get(name.split("/")[-2], 1)
        if code == 1 and any(given.get(key) != value for key, value in needs.items()):
            code = 1211
        return web.json_response({"resCode": code, "info": info if code == 1 else {}})


@contextlib.asynccontextmanager
async def app_at(answer: Callable, ssl=None, **more) -> AsyncIterator[int]:
    """Serve one handler for every path and method on 127.0.0.1; the port."""
    app = web.Application(**more)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=ssl)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def ihio_steps(port: int, ca_file: str | None = None) -> tuple[StepSpec, ...]:
    """The chain to its last step that only reads; SAMAD and save are left out."""
    scheme = "http" if ca_file is None else "https"

    def step(name: str, path: str, body: bytes, *take: Take) -> StepSpec:
        request = HttpSpec(
            f"{scheme}://127.0.0.1:{port}{BASE}/{path}",
            "POST",
            {"token": "{{ token }}", "Content-Type": "application/json"},
            body,
            Expect(codes=IHIO_CODES),
            ca_file,
        )
        return StepSpec(name, f"ihio-{name}", request, "json", take)

    return (
        step(
            "doctor",
            "auth/session/cparty/open",
            b'{"user":"{{ user }}"}',
            Take("doctor", json="info.sessionId"),
        ),
        step(
            "citizen",
            "auth/session/citizen/open",
            b'{"doctor":"{{ doctor }}","citizen":"{{ citizen_id }}"}',
            Take("citizen", json="info.sessionId"),
        ),
        step(
            "order",
            "subscription/check/order",
            b'{"citizen":"{{ citizen }}"}',
            Take("check_code", json="info.checkCode"),
        ),
        step("fetch", "prescription/fetch/printcode", b'{"checkCode":"{{ check_code }}"}'),
    )
