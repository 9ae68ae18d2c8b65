"""The spool: what was once on disk reaches the core, and what was dropped is told with a count."""

from __future__ import annotations

import asyncio
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import from_json

from monitor.agent import spool as spool_module
from monitor.model import Void
from monitor.ports import StoreError
from monitor.store.lane import Lane
from monitor.wire.looks import look_from_json, observation_of
from tests.contract.store_values import StillClock, full_look
from tests.unit.agent.spools import BOOT, PLENTY, CountedIds, a_look, all_of, spool_in

OTHER_BOOT = "77777777-9a3c-4b5e-8a55-3f2b1c7d9e10"


@pytest.fixture
async def spool(tmp_path):
    made = spool_in(tmp_path)
    await made.open()
    yield made
    await made.close()


async def fill(spool, numbers, **how):
    for number in numbers:
        spool.put(a_look(number, **how))
    await spool.flush()


async def test_a_look_comes_out_as_it_went_in(spool):
    spool.put(full_look("a" * 16))
    await spool.flush()
    [row] = await spool.take(9, limit_bytes=PLENTY, newest=False)

    told = observation_of(look_from_json(row.look))

    assert told == replace(full_look("a" * 16), received_at=None, late=False)


async def test_the_oldest_or_the_newest_are_taken_and_both_come_in_order(spool):
    await fill(spool, range(10))

    oldest = await spool.take(3, limit_bytes=PLENTY, newest=False)
    newest = await spool.take(3, limit_bytes=PLENTY, newest=True)

    assert [int(row.id, 16) for row in oldest] == [0, 1, 2]
    assert [int(row.id, 16) for row in newest] == [7, 8, 9]


async def test_a_batch_keeps_its_limit_in_bytes_but_is_never_empty(spool):
    await fill(spool, range(10))
    size = len((await spool.take(1, limit_bytes=1, newest=False))[0].look)

    assert len(await spool.take(10, limit_bytes=3 * size, newest=False)) == 3


async def test_a_number_is_not_given_twice_even_when_all_looks_are_gone(tmp_path):
    first = spool_in(tmp_path)
    await first.open()
    await fill(first, range(3))
    rows = await first.take(9, limit_bytes=PLENTY, newest=False)
    await first.done(rows)
    await first.close()

    second = spool_in(tmp_path)
    await second.open()
    await fill(second, [7])
    [row] = await second.take(9, limit_bytes=PLENTY, newest=False)
    await second.close()

    assert row.n == rows[-1].n + 1


async def test_beyond_the_limit_the_oldest_go_and_the_gap_is_a_record_once_there_is_room(tmp_path):
    clock = StillClock()
    spool = spool_in(tmp_path, limit_bytes=5_000, clock=clock)
    await spool.open()
    for number in range(100):
        await fill(spool, [number], check=("front", "login")[number % 2])
    kept = await all_of(spool)
    await spool.take(0, limit_bytes=PLENTY, newest=False)

    assert kept == list(range(100 - len(kept), 100))
    assert spool.dropped == 100 - len(kept) > 50
    assert spool.waiting == len(kept)

    await spool.done(await spool.take(len(kept) // 2, limit_bytes=PLENTY, newest=False))
    await spool.flush()
    looks = [from_json(row.look) for row in await spool.take(99, limit_bytes=PLENTY, newest=False)]
    gaps = {look["check"]: look for look in looks if look.get("void") == Void.SPOOL_FULL}
    await spool.close()

    assert set(gaps) == {"front", "login"}
    counts = [int(gap["sighting"]["detail"].split()[0]) for gap in gaps.values()]
    assert sum(counts) == spool.dropped
    front = observation_of(look_from_json(json.dumps(gaps["front"])))
    assert front.started_mono_s == a_look(0).started_mono_s
    last_dropped = max(n for n in range(100 - len(kept)) if n % 2 == 0)
    assert front.duration_s == last_dropped


async def test_looks_under_way_to_the_core_are_not_dropped_meanwhile(tmp_path):
    spool = spool_in(tmp_path, limit_bytes=5_000)
    await spool.open()
    await fill(spool, range(5))
    under_way = await spool.take(5, limit_bytes=PLENTY, newest=False)
    for number in range(5, 60):
        await fill(spool, [number])
    waiting = await all_of(spool)
    await spool.close()

    assert {int(row.id, 16) for row in under_way} <= set(waiting)
    assert spool.dropped == 60 - len(waiting) > 30


async def test_a_damaged_file_is_set_aside_and_looking_goes_on(tmp_path):
    (tmp_path / spool_module.SPOOL).write_bytes(b"this was a database once" * 1000)
    spool = spool_in(tmp_path)
    await spool.open()
    await fill(spool, [1])

    assert await all_of(spool) == [1]
    assert (tmp_path / f"{spool_module.SPOOL}.damaged").exists()
    await spool.close()


async def test_a_spool_of_a_newer_program_is_not_touched(tmp_path):
    spool = spool_in(tmp_path)
    await spool.open()
    await spool._lane.run(lambda connection: connection.exec_driver_sql("PRAGMA user_version = 99"))
    await spool.close()

    with pytest.raises(StoreError, match="newer govah"):
        await spool_in(tmp_path).open()


@pytest.mark.parametrize(
    ("boot", "mono_s", "wall_s", "absent_s"),
    [(BOOT, 1060.0, 9000.0, 60.0), (OTHER_BOOT, 5.0, 90.0, 90.0), (OTHER_BOOT, 5.0, -90.0, 0.0)],
)
async def test_how_long_it_was_away_is_told_by_the_clock_that_can_know(
    tmp_path, boot, mono_s, wall_s, absent_s
):
    before = spool_in(tmp_path)
    await before.open()
    assert before.absent_s() is None
    await fill(before, [0])
    await before.close()

    clock = StillClock(mono_s)
    await clock.sleep(wall_s)
    clock.mono_s = mono_s
    after = spool_in(tmp_path, clock=clock, boot=boot)
    await after.open()

    assert after.absent_s() == pytest.approx(absent_s)
    assert (await after.state()).oldest_age_s == pytest.approx(absent_s)
    await after.close()


class Disk:
    """Refuses to take anything while `full`."""

    def __init__(self, monkeypatch) -> None:
        self.full = False
        run = Lane.run

        async def guarded(lane, work):
            if self.full:
                raise StoreError("cannot grow: the disk is full")
            return await run(lane, work)

        monkeypatch.setattr(Lane, "run", guarded)


async def test_on_a_full_disk_the_newest_wait_in_memory_and_are_counted(spool, monkeypatch):
    monkeypatch.setattr(spool_module, "RING", 10)
    disk = Disk(monkeypatch)
    await fill(spool, [0])
    disk.full = True
    await fill(spool, range(1, 31))

    assert spool.stuck
    assert spool.dropped == 20
    sent = await spool.take(3, limit_bytes=PLENTY, newest=True)
    assert [int(row.id, 16) for row in sent] == [28, 29, 30]
    await spool.done(sent)

    disk.full = False
    await spool.flush()
    assert not spool.stuck
    await spool.flush()
    assert await all_of(spool) == [0, *range(21, 28)]
    rows = await spool.take(99, limit_bytes=PLENTY, newest=True)
    [gap] = [look for look in (from_json(row.look) for row in rows) if "void" in look]
    assert gap["sighting"]["detail"] == "20 looks"


async def test_what_the_core_has_is_not_sent_again_although_the_disk_will_not_forget_it(
    spool, monkeypatch
):
    disk = Disk(monkeypatch)
    await fill(spool, range(4))
    sent = await spool.take(2, limit_bytes=PLENTY, newest=False)
    disk.full = True
    await spool.done(sent)
    assert spool.waiting == 2
    disk.full = False
    await spool.flush()

    assert await all_of(spool) == [2, 3]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(1, 5)),
        st.tuples(st.sampled_from(["flush", "crash", "done", "close"]), st.just(0)),
        st.tuples(st.sampled_from(["oldest", "newest"]), st.integers(1, 6)),
    ),
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_every_look_once_on_disk_is_sent_exactly_once_whatever_happens(steps):
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(_story(Path(directory), steps))


async def _story(directory: Path, steps) -> None:
    ids = CountedIds()
    spool = spool_in(directory, ids=ids)
    await spool.open()
    number, durable, in_memory, taken, acked = 0, set(), set(), (), []
    for word, size in steps:
        match word:
            case "put":
                for _ in range(size):
                    spool.put(a_look(number))
                    in_memory.add(number)
                    number += 1
            case "flush" | "close":
                await spool.flush()
                durable |= in_memory
                in_memory = set()
            case "oldest" | "newest":
                taken = await spool.take(size, limit_bytes=PLENTY, newest=word == "newest")
            case "done":
                await spool.done(taken)
                acked += [int(row.id, 16) for row in taken]
                durable |= in_memory
                in_memory, taken = set(), ()
            case "crash":
                pass
        if word in ("crash", "close"):
            await spool._lane.close()
            spool, taken, in_memory = spool_in(directory, ids=ids), (), set()
            await spool.open()
        assert spool.waiting == len(durable) + len(in_memory) - len(acked)
    await spool._lane.run(lambda connection: connection.exec_driver_sql("PRAGMA quick_check"))
    left = [n for n in await all_of(spool) if n not in in_memory]
    await spool.close()
    assert len(acked) == len(set(acked))
    assert sorted(acked + left) == sorted(durable)
    assert spool.dropped == 0
