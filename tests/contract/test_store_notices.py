"""What every store promises about notices: the last word of each, and since when we know of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.model import IncidentState, Notice, NoticeKind
from tests.contract.store_values import NOW, incident

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WORD = Notice(
    id="tamin-status:81f2",
    source="tamin-status",
    kind=NoticeKind.STATUS,
    from_at=NOW - HOUR,
    to_at=NOW + HOUR,
    seen_at=NOW - HOUR / 2,
    party="tamin",
    services=("tamin", "tamin-panel"),
    says="major_outage",
)
CUT = Notice(
    id="cuts:9",
    source="cuts",
    kind=NoticeKind.POWER_CUT,
    from_at=NOW - 2 * HOUR,
    to_at=NOW,
    seen_at=NOW - DAY,
    region="tehran",
)


async def all_of(store):
    return await store.notices(NOW - 9999 * DAY, NOW + 999 * DAY)


async def test_notices_come_back_exactly_and_outlive_the_process(life):
    store = await life()

    await store.keep_notices([WORD, CUT])
    await store.keep_notices([])

    store = await life()
    assert await all_of(store) == (CUT, WORD)


async def test_the_last_word_stands_and_the_first_sight_of_it_stays(life):
    store = await life()
    await store.keep_notices([WORD])

    later = replace(WORD, says="resolved", to_at=NOW, seen_at=NOW + HOUR, services=())
    await store.keep_notices([later])

    store = await life()
    assert await all_of(store) == (replace(later, seen_at=WORD.seen_at),)


async def test_an_earlier_sight_told_late_becomes_the_first(store):
    await store.keep_notices([WORD])
    await store.keep_notices([replace(WORD, seen_at=NOW - DAY)])

    assert [each.seen_at for each in await all_of(store)] == [NOW - DAY]


async def test_the_same_notice_twice_at_once_is_one_with_its_last_word(store):
    await store.keep_notices([WORD, replace(WORD, says="degraded")])

    assert [each.says for each in await all_of(store)] == ["degraded"]


async def test_a_notice_is_found_by_every_stretch_it_touches(store):
    await store.keep_notices([CUT])  # from two hours ago until now

    async def found(since, until):
        return bool(await store.notices(since, until))

    assert await found(NOW - 3 * HOUR, NOW - HOUR)
    assert await found(NOW - HOUR, NOW - HOUR / 2)
    assert await found(NOW, NOW + HOUR)
    assert not await found(NOW - 3 * HOUR, NOW - 2 * HOUR)
    assert not await found(NOW + timedelta(microseconds=1), NOW + HOUR)


async def test_old_notices_go_but_those_beside_an_incident_stay_with_its_looks(store):
    old = NOW - 500 * DAY
    beside = replace(WORD, id="beside", from_at=old - HOUR, to_at=old + HOUR)
    far = replace(WORD, id="far", from_at=old - 9 * DAY, to_at=old - 8 * DAY)
    long = replace(WORD, id="long", from_at=old - 9 * DAY, to_at=NOW)
    over = incident(
        1, onset_at=old, state=IncidentState.RESOLVED, recovered_at=old, resolved_at=old
    )
    await store.commit([over])
    await store.keep_notices([beside, far, long, WORD])

    await store.prune(NOW)

    assert {each.id for each in await all_of(store)} == {"beside", "long", WORD.id}
