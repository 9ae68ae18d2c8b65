"""A wall clock that steps, under a real monitor: the looks go on, and nobody else is blamed."""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import dataclass, field
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
POLL_S = 0.1
PATIENCE_S = 40.0
ATTEMPTS = 3  # a machine that is busy with something else proves nothing
LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)


@pytest.fixture
def in_memory():
    """A file the library reads again and again in the monitor: never wait for a disk."""
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
        # Else waiting for a lock with a deadline returns at once, and threads spin for it.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        "FAKETIME_CACHE_DURATION": "1",  # seconds; asked at every call, it costs a fifth of a core
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


def step(offset: Path, to: str) -> None:
    """Atomically: a reader between truncation and writing would see no offset at all."""
    new = offset.with_suffix(".new")
    new.write_text(f"{to}\n", encoding="ascii")
    new.replace(offset)


@dataclass
class Seen:
    """What happened around one step."""

    gap_s: float = 0.0  # the longest between two looks of one check from one vantage
    late_s: float = 0.0  # the longest this test itself was late
    told: int = 0
    domains: set[str] = field(default_factory=set)
    grounds: set[str] = field(default_factory=set)
    parties: set[str | None] = field(default_factory=set)

    @property
    def proves_nothing(self) -> bool:
        """The machine was too busy to measure, by its own clock or by the monitor's word."""
        return self.late_s > SLACK_S or "own_loop_lag" in self.grounds

    def note(self, state) -> None:
        for verdict in state["verdicts"]:
            self.domains.add(verdict["domain"])
            self.parties.add(verdict["party"])
            self.grounds |= {ground["key"] for ground in verdict["grounds"]}


async def watch_a_step(directory: Path, offset: Path, by: str) -> Seen:
    step(offset, "+0")
    seen = Seen()
    now_s = asyncio.get_running_loop().time
    async with neighbours() as looked_at, rig(directory, looked_at, recipients=2) as small:
        await small.start_monitor(environment(offset))

        async def calm():
            state = await small.state()
            return state is not None and state["sighted"] and not state["verdicts"]

        async def watch(for_s: float):
            until_s = now_s() + for_s
            while now_s() < until_s:
                state = await small.state()
                assert state is not None
                seen.note(state)
                asleep_s = now_s()
                await asyncio.sleep(POLL_S)
                seen.late_s = max(seen.late_s, now_s() - asleep_s - POLL_S)

        await until(calm, PATIENCE_S, "all is fine after the start")
        began_s = now_s()
        await watch(2 * INTERVAL_S)
        step(offset, by)
        await watch(WATCH_S)
        ended_s = now_s()
        await until(calm, PATIENCE_S, "all is fine after the step")
        seen.told = small.accepted()
    seen.gap_s = looked_at.longest_gap_s(since_s=began_s, until_s=ended_s)
    return seen


@pytest.mark.parametrize("by", ["-1h", "+1h", "-1y", "+1y"])
async def test_looks_keep_their_cadence_when_the_wall_clock_steps_and_the_monitor_says_it_was_us(
    tmp_path, in_memory, by
):
    for attempt in range(ATTEMPTS):
        directory = tmp_path / str(attempt)
        directory.mkdir()
        seen = await watch_a_step(directory, in_memory, by)
        if not seen.proves_nothing:
            break

    assert seen.gap_s <= 1.5 * INTERVAL_S + SLACK_S
    assert seen.domains == {"monitor"}
    assert "own_clock_step" in seen.grounds
    assert seen.parties == {None}
    assert seen.told == 0
