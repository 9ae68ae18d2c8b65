"""Long work goes in short transactions, and comes to the same end."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.model import Grain, IncidentState, Phase, Sighting
from monitor.store import prune, rollup
from monitor.store.retention import Retention
from monitor.store.sqlite import SqliteStore
from tests.contract.store_values import NOW, StillClock, incident, look

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
EVER = {"since": NOW - 999 * DAY, "until": NOW + 999 * DAY}


@pytest.fixture
async def store(tmp_path):
    made = SqliteStore(
        tmp_path, clock=StillClock(), retention=Retention(looks_days=2, minutes_days=2)
    )
    await made.open()
    yield made
    await made.close()


async def test_more_minutes_than_one_transaction_takes_are_rolled_up_in_one_call(
    store, monkeypatch
):
    monkeypatch.setattr(rollup, "_MINUTES_AT_ONCE", 7)
    await store.record([look(f"{n}", NOW + n * MINUTE) for n in range(20)])

    await store.roll_up(NOW + DAY)

    assert len(await store.figures(Grain.MINUTE, **EVER)) == 20
    assert [each.looks for each in await store.figures(Grain.DAY, **EVER)] == [20]


async def test_more_than_one_transaction_takes_is_pruned_in_one_call(store, monkeypatch):
    monkeypatch.setattr(prune, "_ROWS_AT_ONCE", 3)
    monkeypatch.setattr(prune, "_STRETCHES_AT_ONCE", 2)
    targets = [f"target.{n}" for n in range(4)]
    incidents = [
        incident(1001 + n, IncidentState.RESOLVED, onset_at=begin, resolved_at=begin + MINUTE)
        for n, begin in enumerate([NOW - 20 * DAY, NOW - 10 * DAY])
    ]
    await store.commit(incidents)
    old = [
        look(f"{target}-{n}", NOW - n * DAY / 2, target=target)
        for target in targets
        for n in range(60)
    ]
    await store.record(old)
    await store.roll_up(NOW)

    await store.prune(NOW)

    kept = await store.observations(targets=targets, limit=10**6, **EVER)
    spared = {each.onset_at for each in incidents}
    assert {each.started_at for each in kept if each.started_at < NOW - 3 * DAY} == spared
    minutes = await store.figures(Grain.MINUTE, **EVER)
    assert min(each.begin_at for each in minutes) > NOW - 3 * DAY
    assert len(await store.figures(Grain.HOUR, **EVER)) == len(old)


async def test_one_batch_of_pruning_deletes_no_more_than_it_may(store, monkeypatch):
    monkeypatch.setattr(prune, "_ROWS_AT_ONCE", 3)
    await store.record([look(f"{n}", target=f"target.{n % 2}") for n in range(10)])
    stretches = [(f"target.{n}", 0, 2**62) for n in range(2)]

    rest = await store._delete_looks(stretches)

    left = await store.observations(targets=["target.0", "target.1"], limit=99, **EVER)
    assert len(left) == 7
    assert rest == stretches


async def test_what_was_pruned_stays_uncounted_when_the_wall_clock_steps_back(store):
    old = NOW - 5 * DAY
    await store.record([look("a", old), look("b", old)])
    await store.roll_up(NOW)
    await store.prune(NOW)

    await store.prune(NOW - 4 * DAY)
    await store.record([look("c", old)])
    await store.roll_up(NOW)

    assert [each.looks for each in await store.figures(Grain.DAY, **EVER)] == [2]


async def test_a_transaction_has_the_writer_from_its_beginning(store, tmp_path):
    def somebody_else_writes(_connection):
        other = sqlite3.connect(tmp_path / "govah.sqlite3", timeout=0, isolation_level=None)
        with closing(other), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        return True

    assert await store._write(somebody_else_writes)


async def test_text_that_is_no_unicode_does_not_lose_the_batch(store):
    half = Sighting(Phase.EXPECT, code="\ud800", detail="کد \udfff")

    await store.record([look("a"), look("b", sighting=half)])

    _, stored = await store.observations(targets=["tamin.front"], limit=9, **EVER)
    assert (stored.sighting.code, stored.sighting.detail) == (r"\ud800", r"کد \udfff")
