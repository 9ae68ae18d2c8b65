"""A wall clock that steps, under a real monitor: the looks go on, and nobody else is blamed."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

import pytest

from tests.process.patience import until
from tests.soaking.neighbours import neighbours
from tests.soaking.rig import rig
from tests.soaking.week import MEMORY

pytestmark = [pytest.mark.process, pytest.mark.alone]

INTERVAL_S = 1.0
SLACK_S = 0.25  # of this machine's own scheduling, both sides together
WATCH_S = 5.0  # after each step
PATIENCE_S = 15.0
LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)


@pytest.fixture
def in_memory():
    """A file the library reads whenever the monitor asks for the time: never wait for a disk."""
    before = set(MEMORY.glob("*faketime_*"))
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as directory:
        yield Path(directory) / "offset"
    for left in set(MEMORY.glob("*faketime_*")) - before:  # by processes that were replaced
        left.unlink(missing_ok=True)


def environment(offset: Path) -> dict[str, str]:
    if LIBRARY is None:
        if os.environ.get("CI") == "true":
            pytest.fail("libfaketime is missing (Debian: libfaketime)")
        pytest.skip("libfaketime is not installed (Debian: libfaketime)")
    return {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


def step(offset: Path, to: str) -> None:
    """Atomically: a reader between truncation and writing would see no offset at all."""
    new = offset.with_suffix(".new")
    new.write_text(f"{to}\n", encoding="ascii")
    new.replace(offset)


@pytest.mark.parametrize("by", ["-1h", "+1h", "-1y", "+1y"])
async def test_looks_keep_their_cadence_when_the_wall_clock_steps_and_the_monitor_says_it_was_us(
    tmp_path, in_memory, by
):
    offset = in_memory
    step(offset, "+0")
    environ = environment(offset)
    now_s = asyncio.get_running_loop().time
    domains: set[str] = set()
    grounds: set[str] = set()
    parties: set[str | None] = set()
    async with neighbours() as looked_at, rig(tmp_path, looked_at, recipients=2) as small:
        await small.start_monitor(environ)

        async def calm():
            state = await small.state()
            return state is not None and state["sighted"] and not state["verdicts"]

        await until(calm, PATIENCE_S, "all is fine")
        began_s = now_s()
        await asyncio.sleep(2 * INTERVAL_S)  # looks before the step count too
        stepped_s = now_s()
        step(offset, by)
        while now_s() < stepped_s + WATCH_S:
            state = await small.state()
            assert state is not None
            domains |= {v["domain"] for v in state["verdicts"]}
            parties |= {v["party"] for v in state["verdicts"]}
            grounds |= {g["key"] for v in state["verdicts"] for g in v["grounds"]}
            await asyncio.sleep(0.1)
        ended_s = now_s()
        await until(calm, PATIENCE_S, "all is fine")
        told = small.accepted()

    gap_s = looked_at.longest_gap_s(since_s=began_s, until_s=ended_s)
    assert gap_s <= 1.5 * INTERVAL_S + SLACK_S, f"no look for {gap_s:.2f} s"
    assert domains == {"monitor"}
    assert "own_clock_step" in grounds
    assert parties == {None}
    assert told == 0
