"""kill -9 at any moment: whole transactions only, and what was said to be on disk is there."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import pytest

from monitor.model import DeliveryState
from monitor.store.sqlite import SqliteStore
from tests.contract.store_values import NOW, StillClock, incident
from tests.integration.store.crasher import PEOPLE

KILLS = 10


def live_and_die(directory, rng):
    """Let a process work until a seeded moment; returns the references it told of, by word."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.integration.store.crasher", str(directory)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        lines = [process.stdout.readline() for _ in range(rng.randint(1, 25))]
        # Into the midst of the next transaction, wherever that is: busy, since sleeping is coarse.
        until = time.perf_counter() + rng.uniform(0, 0.004)
        while time.perf_counter() < until:
            pass
        process.kill()
        lines += process.stdout.read().splitlines(keepends=True)
    told = {}
    for line in lines:
        if line.endswith("\n"):
            word, ref = line.split()
            told.setdefault(word, []).append(int(ref))
    return told


async def look_after(store, told):
    """Check one life's words against the disk; returns how many deliveries it left in doubt."""
    doubtful = 0
    for ref in told["given"]:
        kept = await store.incident(ref)
        states = Counter(each.state for each in await store.deliveries_of(ref))
        assert sum(states.values()) == (PEOPLE if kept else 0)
        assert kept is None or kept.story == incident(ref).story
        assert len(states) <= 1
        if ref in told.get("committed", []):
            assert kept is not None
        if ref in told.get("claimed", []):
            assert set(states) <= {DeliveryState.UNKNOWN, DeliveryState.ACCEPTED}
        if ref in told.get("settled", []):
            assert set(states) == {DeliveryState.ACCEPTED}
        doubtful += states[DeliveryState.UNKNOWN]
        looks = await store.observations(
            targets=["tamin.front"], since=NOW, until=NOW.replace(year=2030), limit=10**6
        )
        recorded = sum(each.vantage == f"v{ref}" for each in looks)
        assert recorded in ((PEOPLE,) if ref in told.get("recorded", []) else (0, PEOPLE))
    return doubtful


@pytest.mark.process
async def test_killed_at_seeded_moments_nothing_is_lost_or_half_there(tmp_path):
    rng = random.Random(1403)
    given = []

    for _ in range(KILLS):
        told = live_and_die(tmp_path, rng)
        store = SqliteStore(tmp_path, clock=StillClock())
        await store.open()
        doubtful = await look_after(store, told)
        unknown = await store.unknown_deliveries(10**6)
        assert len(unknown) == doubtful
        assert all(each.attempted_at == NOW and each.attempt == 1 for each in unknown)
        await settle_rest(store, unknown)
        await store.close()
        given += told["given"]

    assert len(given) == len(set(given))


async def settle_rest(store, unknown):
    """Leave nothing due or in doubt for the next life."""
    claimed = await store.claim(10**6, now=NOW)
    await store.settle(
        [replace(each, state=DeliveryState.ACCEPTED) for each in (*unknown, *claimed)]
    )
