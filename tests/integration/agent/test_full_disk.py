"""No space left under the spool: looks wait in memory, go to the core from there, and stay once."""

from __future__ import annotations

import os
import subprocess

import pytest

from monitor.agent import spool as spool_module
from tests.contract.store_values import StillClock
from tests.unit.agent.spools import PLENTY, a_look, all_of, spool_in


@pytest.fixture
def small_disk(tmp_path):
    """A directory with 1 MB of its own, and a function that makes it larger."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("no file system may be mounted here")
    yield (
        tmp_path,
        lambda: subprocess.run(["mount", "-o", "remount,size=64m", str(tmp_path)], check=True),
    )
    subprocess.run(["umount", str(tmp_path)], check=True)


async def test_a_full_disk_loses_nothing_that_fits_in_memory_and_heals_by_itself(small_disk):
    directory, grow = small_disk
    spool = spool_in(directory, clock=StillClock())
    await spool.open()
    made = 0
    while not spool.stuck:
        for _ in range(200):
            spool.put(a_look(made))
            made += 1
        await spool.flush()
    assert made < 20_000

    newest = await spool.take(50, limit_bytes=PLENTY, newest=True)
    assert int(newest[-1].id, 16) == made - 1
    await spool.done(newest)
    oldest = await spool.take(50, limit_bytes=PLENTY, newest=False)
    assert int(oldest[0].id, 16) == 0
    await spool.done(oldest)

    grow()
    assert await spool.flush()
    assert await all_of(spool) == list(range(50, made - 50))
    await spool.close()

    again = spool_in(directory)
    await again.open()
    assert await all_of(again) == list(range(50, made - 50))
    assert again.dropped == 0
    await again.close()


async def test_what_the_core_takes_makes_room_on_a_full_disk(small_disk):
    directory, _ = small_disk
    spool = spool_in(directory, clock=StillClock())
    await spool.open()
    made = 0
    while not spool.stuck:
        for _ in range(200):
            spool.put(a_look(made))
            made += 1
        await spool.flush()
    sent = 0
    while spool.waiting:
        rows = await spool.take(100, limit_bytes=PLENTY, newest=False)
        sent += len(rows)
        await spool.done(rows)
    spool.put(a_look(made))

    assert await spool.flush()
    assert not spool.stuck
    assert sent == made
    assert (directory / spool_module.SPOOL).exists()
    await spool.close()
