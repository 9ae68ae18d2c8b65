"""They say, we see: on the page, in the report, and nobody's word closes an incident."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from monitor.model import IncidentState, Notice, NoticeKind
from monitor.noticeboard import MOST, Noticeboard
from monitor.ports import StoreError
from monitor.reporting import write_report
from monitor.store.memory import MemoryStore
from monitor.store.sqlite import SqliteStore
from tests.contract import store_values
from tests.integration.web.face import HandClock, ShelfStore, an_hour_of_looks, face
from tests.support.demo import demo_settings
from tests.unit.wording.small_world import NOW, ONSET, incident, picture

MINUTE = timedelta(minutes=1)
OUTAGE = picture(incident())


def notice(id_="s:1", kind=NoticeKind.STATUS, **changes):
    values = {
        "source": "tamin-status",
        "from_at": ONSET,
        "to_at": NOW + 30 * MINUTE,
        "seen_at": ONSET,
        "party": "tamin",
        "says": "major_outage",
    }
    return Notice(id=id_, kind=kind, **values | changes)


def plain(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


FIXED = notice(says="resolved", to_at=NOW - 5 * MINUTE)


async def test_they_say_all_is_fixed_and_we_still_see_it_down_so_both_are_shown():
    async with face(OUTAGE, notices=[FIXED]) as it:
        _, html = await it.get("/en")
        said = plain(html)

        assert (
            "They say: the trouble at Social Security is over (their status page, 10:38) "
            "· We see: down"
        ) in said
        assert "We see: Since 10:25: Social Security is not responding" in said
        _, told = await it.get("/api/v1/state")
        assert [i["state"] for i in json.loads(told)["incidents"]] == [IncidentState.CONFIRMED]


async def test_they_say_it_is_down_and_we_see_it_fine_so_both_are_shown():
    async with face(picture(), notices=[notice()]) as it:
        _, html = await it.get("/fa")

        assert (
            "آنها می‌گویند: تأمین اجتماعی قطع است (صفحه وضعیت خودشان، ۱۰:۲۵) · ما می‌بینیم: عادی"
        ) in plain(html)
        assert "همه سامانه‌ها پاسخ می‌دهند" in plain(html)


async def test_an_alert_about_somebody_is_silent_while_we_see_nothing():
    alert = notice(kind=NoticeKind.ALERT)
    async with face(picture(), notices=[alert]) as it:
        assert "They say" not in (await it.get("/en"))[1]
        it.show(OUTAGE)
        assert "They say: alert: Social Security is down" in plain((await it.get("/en"))[1])


async def test_what_is_planned_for_the_next_day_is_announced_in_a_quiet_line():
    begin = NOW + 60 * MINUTE
    plans = [
        notice(
            kind=NoticeKind.MAINTENANCE, from_at=begin, to_at=begin + 90 * MINUTE, says="planned"
        )
    ]
    async with face(picture(), notices=plans) as it:
        _, html = await it.get("/en")
        assert "announced maintenance of Social Security, from 11:43 to 13:13" in html
        it.clock.passed_s += 3600
        assert "Announced for the coming day" not in (await it.get("/en"))[1]


async def test_without_notices_nothing_is_said_of_them():
    async with face(OUTAGE) as it:
        _, html = await it.get("/en")

        assert "They say" not in html
        assert "Announced" not in html


async def test_the_report_shows_what_was_said_of_the_incidents_time():
    shelf = ShelfStore(
        incident(),
        observations=an_hour_of_looks(),
        notices=[
            FIXED,
            notice("s:2", party="ihio"),
            notice("d", NoticeKind.DEPLOY, party="boghrat"),
        ],
    )
    async with face(OUTAGE, store=shelf) as it:
        said = plain((await it.get("/en/i/1247"))[1])

        assert "They say: the trouble at Social Security is over (their status page, 10:38)" in said
        assert "They say: Boghrat went to a new version (word of Boghrat, 10:25)" in said
        assert "We see: Since 10:25: Social Security is not responding" in said
        assert "Health Insurance is down" not in said


async def test_a_report_without_notices_says_so():
    shelf = ShelfStore(incident(), observations=an_hour_of_looks())
    async with face(OUTAGE, store=shelf) as it:
        assert (
            "Nobody has announced anything about this incident." in (await it.get("/en/i/1247"))[1]
        )


@pytest.mark.parametrize("form", ["json", "html"])
async def test_the_report_as_a_file_holds_them_too(tmp_path, form):
    world = demo_settings().world
    store = SqliteStore(tmp_path, clock=store_values.StillClock())
    await store.open()
    about = incident()
    await store.commit([about])
    await store.keep_notices([notice(), notice("s:9", party="ihio")])
    await store.close()
    assert {"tamin", "ihio"} <= set(world.parties)

    text = await write_report(about.ref, tmp_path, demo_settings().source, form, "en")

    if form == "json":
        assert [each["says"] for each in json.loads(text)["notices"]] == ["major_outage"]
    else:
        assert "their status page" in text


async def test_the_board_holds_yesterday_to_tomorrow_and_outlives_a_failing_store():
    clock = HandClock()
    store = MemoryStore(clock=clock)
    board = Noticeboard(store, clock)
    far = timedelta(days=3)
    await store.keep_notices(
        [
            notice("old", from_at=NOW - 2 * far, to_at=NOW - far),
            notice("far", from_at=NOW + far, to_at=NOW + 2 * far),
            *(notice(f"{n:04}", from_at=ONSET + timedelta(seconds=n)) for n in range(MOST + 1)),
        ]
    )

    await board.refresh()

    assert [each.id for each in board.notices] == [f"{n:04}" for n in range(1, MOST + 1)]

    async def gone(_since, _until):
        raise StoreError("the disk is gone")

    store.notices = gone
    with pytest.raises(StoreError):
        await board.refresh()
    assert len(board.notices) == MOST
