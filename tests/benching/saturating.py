"""Looks that one core can take per second, beside GETs of libcurl.

Per second of processor time, not of the clock: what else runs on the machine has no say.
"""

from __future__ import annotations

import asyncio
import time
from io import BytesIO
from typing import TYPE_CHECKING

import pycurl

from monitor.model import Check, Vantage
from probes.registry import make_probes
from probes.spec import Expect, HttpSpec, JsonExpectation
from tests.benching.measure import Figure, compare
from tests.benching.served import serving

if TYPE_CHECKING:
    from pathlib import Path

LOOKS = 600
AT_ONCE = 20
LIMIT_S = 60.0
HERE = Vantage("here", {}, "IR", "tehran", "loopback")
EXPECT = Expect(json=(JsonExpectation("family", one_of=("SUCCESSFUL",)),))


def measure(directory: Path) -> list[Figure]:
    """HTTP and HTTPS, a fresh connection each."""
    with serving(directory) as origin, asyncio.Runner() as runner:

        def taken(word: str, url: str) -> Figure:
            return compare(
                f"looks over {word} per second of a core, {AT_ONCE} at once",
                "1/s",
                lambda: runner.run(_looks(url, origin.ca_file)),
                "pycurl GETs, fresh connection, one after the other",
                lambda: _gets(url, origin.ca_file),
            )

        return [taken("HTTP", origin.plain), taken("HTTPS", origin.secure)]


async def _looks(url: str, ca_file: Path) -> float:
    spec = HttpSpec(url, expect=EXPECT, ca_file=str(ca_file) if url.startswith("https") else None)
    check = Check("bench", "bench", ("here",), spec, every_s=60.0, timeout_s=30.0)
    probe = make_probes()["http"]
    waiting = iter(range(LOOKS))

    async def worker() -> None:
        for number in waiting:
            seen = await probe.look(check, HERE, f"{number:016x}")
            assert seen.failure is None, seen

    async with asyncio.timeout(LIMIT_S):
        begin_s = time.process_time()
        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
        return LOOKS / (time.process_time() - begin_s)


def _gets(url: str, ca_file: Path) -> float:
    curl = pycurl.Curl()
    try:
        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.CAINFO, str(ca_file))
        curl.setopt(pycurl.FORBID_REUSE, 1)
        curl.setopt(pycurl.SSL_SESSIONID_CACHE, 0)
        curl.setopt(pycurl.PROXY, "")
        begin_s = time.process_time()
        for _ in range(LOOKS):
            body = BytesIO()
            curl.setopt(pycurl.WRITEDATA, body)
            curl.perform()
            assert b"SUCCESSFUL" in body.getvalue()
        return LOOKS / (time.process_time() - begin_s)
    finally:
        curl.close()
