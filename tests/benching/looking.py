"""CPU that one look costs us, beside a plain GET."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import aiohttp

from monitor.model import Check, Vantage
from probes.registry import make_probes
from probes.spec import Expect, HttpSpec, JsonExpectation
from tests.benching.measure import Figure, compare
from tests.support.command import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

LOOKS = 100
LIMIT_S = 60.0
HERE = Vantage("here", {}, "IR", "tehran", "loopback")
EXPECT = Expect(json=(JsonExpectation("family", one_of=("SUCCESSFUL",)),))


def measure(directory: Path) -> list[Figure]:
    """HTTP and HTTPS, each on a fresh connection, one after the other."""
    ca_file = directory / "ca.pem"
    origin = subprocess.Popen(
        [sys.executable, "-m", "tests.benching.origin", str(ca_file)],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with origin, asyncio.Runner() as runner:
        try:
            assert origin.stdout is not None
            plain, secure = origin.stdout.readline().split()
            return [
                _compare(runner, "CPU of a look over HTTP", plain, None),
                _compare(runner, "CPU of a look over HTTPS", secure, ca_file),
            ]
        finally:
            origin.terminate()


def _compare(runner: asyncio.Runner, name: str, url: str, ca_file: Path | None) -> Figure:
    spec = HttpSpec(url, expect=EXPECT, ca_file=str(ca_file) if ca_file else None)
    check = Check("bench", "bench", ("here",), spec, every_s=60.0, timeout_s=5.0)
    probe = make_probes()["http"]
    trusted = ssl.create_default_context(cafile=str(ca_file)) if ca_file else True

    async def look() -> None:
        seen = await probe.look(check, HERE, "0123456789abcdef")
        assert seen.failure is None, seen

    async def looks() -> float:
        return await _cpu_ms(look)

    async def gets() -> float:
        connector = aiohttp.TCPConnector(force_close=True, ssl=trusted)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def get() -> None:
                async with session.get(url) as answer:
                    assert (await answer.json())["family"] == "SUCCESSFUL"

            return await _cpu_ms(get)

    return compare(
        name,
        "ms",
        lambda: runner.run(looks()),
        "aiohttp GET and JSON, fresh connection",
        lambda: runner.run(gets()),
    )


async def _cpu_ms(once: Callable[[], Awaitable[None]]) -> float:
    async with asyncio.timeout(LIMIT_S):
        begin_s = time.process_time()
        for _ in range(LOOKS):
            await once()
        return (time.process_time() - begin_s) * 1000.0 / LOOKS
