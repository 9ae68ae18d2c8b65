"""Something to look at, in a process of its own: `python -m tests.benching.origin CA_FILE`."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from pathlib import Path

import trustme
from aiohttp import web

BODY = {"family": "SUCCESSFUL", "status": 200, "data": {"records": ["x" * 40] * 20}}
BODY_TEXT = json.dumps(BODY)


class Origin:
    """Gives the same small answer to everything, and counts."""

    def __init__(self) -> None:
        self.requests = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.requests += 1
        text = str(self.requests) if request.path == "/answered" else BODY_TEXT
        return web.Response(text=text, content_type="application/json")


async def serve(ca_file: Path) -> None:
    """Serve HTTP and HTTPS on loopback until standard input ends; prints both URLs."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    app = web.Application()
    app.router.add_get("/{anything:.*}", Origin().answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        plain, secure = (port for _, port in runner.addresses)
        sys.stdout.write(f"http://127.0.0.1:{plain}/ https://127.0.0.1:{secure}/\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
