"""What looks hold while they wait: a silent target must not fill our memory."""

from __future__ import annotations

import asyncio
import tracemalloc

from monitor.model import Failure
from probes.registry import make_probes
from tests.integration.probes.world import (
    LOOK_ID,
    check,
    hang_after_hello,
    http,
    serving,
    vantage,
)

LOOKS = 40
HELD_BYTES = 128 * 1024  # by one look at most; asyncio's own buffer for TLS has twice that


async def test_looks_that_hang_in_tls_hold_little_memory(trust):
    async with serving(hang_after_hello) as port:
        spec = http(port, scheme="https", ca_file=trust.ca_file)
        probe, place = make_probes()["http"], vantage()
        await probe.look(check(spec, 0.1), place, LOOK_ID)  # what is made once is made
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            looks = (probe.look(check(spec, 1.0), place, LOOK_ID) for _ in range(LOOKS))
            seen = await asyncio.gather(*looks)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert {each.failure for each in seen} == {Failure.TLS_TIMEOUT}
    assert peak - before < LOOKS * HELD_BYTES
