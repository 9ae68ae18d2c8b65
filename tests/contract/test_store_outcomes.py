"""What every store promises about outcomes: each batch once, whole, until it is too old."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from monitor.model import Outcome, OutcomeClass
from tests.contract.store_values import NOW

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
THEN = NOW.replace(second=0, microsecond=0)
FULL = Outcome("tamin", "register", OutcomeClass.BUSINESS, THEN, 7, "-14507", "tehran", "mci", NOW)
PLAIN = Outcome("ihio", "fetch", OutcomeClass.OK, THEN - MINUTE, 1_000_000, received_at=NOW)


async def all_of(store):
    return await store.outcomes(NOW - 999 * DAY, NOW + 999 * DAY)


async def test_outcomes_come_back_exactly_and_outlive_the_process(life):
    store = await life()

    assert await store.record_outcomes("0" * 16, [FULL, PLAIN], NOW) is True

    store = await life()
    assert await all_of(store) == (PLAIN, FULL)


async def test_a_batch_that_comes_again_changes_nothing_also_in_another_life(life):
    store = await life()
    await store.record_outcomes("0" * 16, [FULL], NOW)

    again = await store.record_outcomes("0" * 16, [FULL, PLAIN], NOW + DAY)
    store = await life()
    once_more = await store.record_outcomes("0" * 16, [PLAIN], NOW + DAY)

    assert (again, once_more) == (False, False)
    assert await all_of(store) == (FULL,)


async def test_the_same_batch_from_many_at_once_is_stored_once(store):
    new = await asyncio.gather(
        *(store.record_outcomes("a" * 16, [FULL, PLAIN], NOW) for _ in range(20))
    )

    assert sorted(new) == [False] * 19 + [True]
    assert len(await all_of(store)) == 2


async def test_when_it_was_received_is_what_the_store_was_told(store):
    await store.record_outcomes("0" * 16, [replace(FULL, received_at=None)], NOW + DAY)

    assert await all_of(store) == (replace(FULL, received_at=NOW + DAY),)


async def test_a_stretch_holds_its_begin_and_not_its_end(store):
    three = [replace(PLAIN, minute_at=THEN + n * MINUTE) for n in (2, 0, 1)]
    await store.record_outcomes("0" * 16, three, NOW)

    found = await store.outcomes(THEN, THEN + 2 * MINUTE)

    assert [each.minute_at for each in found] == [THEN, THEN + MINUTE]


async def test_outcomes_go_with_the_looks_and_a_batch_is_known_as_long_as_it_may_come_again(store):
    old, young = NOW - 500 * DAY, NOW - 3 * DAY
    await store.record_outcomes("0" * 16, [replace(FULL, minute_at=old)] * 6000, old)
    kept = replace(FULL, minute_at=young, received_at=young)
    await store.record_outcomes("1" * 16, [kept], young)

    await store.prune(NOW)

    assert await all_of(store) == (kept,)
    assert await store.record_outcomes("1" * 16, [FULL], NOW) is False
    assert await store.record_outcomes("0" * 16, [FULL], NOW) is True


async def test_sums_are_of_quarters_and_leave_out_who_and_where(store):
    quarter = THEN.replace(minute=THEN.minute // 15 * 15)
    mine = [
        replace(FULL, minute_at=quarter, count=3),
        replace(FULL, minute_at=quarter + 14 * MINUTE, region=None, count=4),
        replace(FULL, minute_at=quarter + 15 * MINUTE, count=5),
        replace(FULL, minute_at=quarter, code=None, count=6),
        replace(FULL, minute_at=quarter, operation="fetch", count=7),
    ]
    await store.record_outcomes("0" * 16, mine[:3], NOW)
    await store.record_outcomes("1" * 16, mine[3:], NOW)

    sums = await store.outcome_sums(quarter, quarter + 16 * MINUTE)
    part = await store.outcome_sums(quarter + MINUTE, quarter + 15 * MINUTE)

    plain = replace(FULL, minute_at=quarter, region=None, network=None, received_at=None)
    assert sums == (
        replace(plain, operation="fetch", count=7),
        replace(plain, code=None, count=6),
        replace(plain, count=7),
        replace(plain, minute_at=quarter + 15 * MINUTE, count=5),
    )
    assert part == (replace(plain, count=4),)
