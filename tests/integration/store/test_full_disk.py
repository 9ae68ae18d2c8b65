"""No space left: an error, nothing half done, and everything again once there is room."""

from __future__ import annotations

import os
import subprocess

import pytest

from monitor.ports import StoreError
from monitor.store.sqlite import SqliteStore
from tests.contract.store_values import NOW, StillClock, delivery, full_look, incident

EVER = {"targets": ["tamin.front"], "since": NOW, "until": NOW.replace(year=2030), "limit": 10**6}


@pytest.fixture
def small_disk(tmp_path):
    """A directory with 1 MB, and a function that makes it larger.

    A file system of its own where we may mount one; else SQLite's own limit on the file's size,
    which fails at the same place with the same error.
    """
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0

    async def limit(store):
        if not mounted:
            await store._write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 120"))

    async def grow(store):
        if mounted:
            again = ["mount", "-o", "remount,size=16m", str(tmp_path)]
            subprocess.run(again, check=True)
        else:
            await store._write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 100000"))

    yield tmp_path, limit, grow
    if mounted:
        subprocess.run(["umount", str(tmp_path)], check=True)


async def test_a_full_disk_loses_nothing_that_was_stored_and_heals_by_itself(small_disk):
    directory, limit, grow = small_disk
    store = SqliteStore(directory, clock=StillClock())
    await store.open()
    await limit(store)
    stored = 0

    async def fill():
        nonlocal stored
        while stored < 100_000:
            await store.record([full_look(f"{stored + n:016x}") for n in range(100)])
            stored += 100

    with pytest.raises(StoreError, match=r"the disk is full|its free space"):
        await fill()
    with pytest.raises(StoreError):
        await store.commit([incident()], [delivery(f"{n}", body="م" * 500) for n in range(1000)])
    assert len(await store.observations(**EVER)) == stored > 0
    assert await store.incident(1001) is None
    assert await store.deliveries_of(1001) == ()

    await grow(store)
    await store.commit([incident()], [delivery("a")])
    await store.record([full_look("f" * 16)])
    await store.close()

    again = SqliteStore(directory, clock=StillClock())
    await again.open()
    assert len(await again.observations(**EVER)) == stored + 1
    assert [each.key for each in await again.claim(9, now=NOW)] == ["a"]
    await again.close()
