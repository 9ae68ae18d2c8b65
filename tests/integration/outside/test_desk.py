"""The desk: sources are read in turn, what they told holds as long as it may, failures are told."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from monitor.core.notices.sources import Fields, Format, Source
from monitor.core.notices.windows import Window
from monitor.model import Notice, NoticeKind
from monitor.outside.desk import MOST_CURRENT, MOST_HELD, NoticeDesk
from monitor.settings.values_notices import NoticeFeed
from tests.integration.outside.site import START, HandClock, Tally, serving

INCIDENT = {
    "id": "i",
    "status": "identified",
    "impact": "critical",
    "started_at": "2026-11-24T05:00Z",
}
STATUS = Source("insurer", NoticeKind.STATUS, Format.STATUSPAGE, 610.0, 3600.0, party="insurer")
EVERY_S = 300.0


@asynccontextmanager
async def a_desk(feeds=(), windows=(), known=()):
    clock, tally, learnt = HandClock(), Tally(), []
    desk = NoticeDesk(feeds, windows, clock, learnt=learnt.extend, figures=tally)
    await desk.start(known)
    desk.clock, desk.tally, desk.learnt = clock, tally, learnt
    try:
        yield desk
    finally:
        await desk.close()


class Site:
    """An upstream's status page that says what a test wants."""

    def __init__(self) -> None:
        self.incidents: list[dict] = []
        self.answer: dict | None = None
        self.asked = 0

    async def handle(self, _request):
        self.asked += 1
        body = json.dumps({"incidents": self.incidents}).encode()
        return web.Response(**(self.answer or {"body": body}))


@asynccontextmanager
async def a_watched_page():
    site = Site()
    async with (
        serving(site.handle) as base,
        a_desk([NoticeFeed(STATUS, EVERY_S, url=f"{base}/summary.json", timeout_s=5.0)]) as desk,
    ):
        yield site, desk


def says(desk):
    return [notice.says for notice in desk.current(desk.clock.utc())]


async def test_what_a_page_says_stands_is_kept_and_ends() -> None:
    async with a_watched_page() as (site, desk):
        site.incidents = [INCIDENT]
        await desk.poll("insurer")
        assert says(desk) == ["major_outage"]

        desk.clock.past_s += EVERY_S
        site.incidents = []
        await desk.poll("insurer")
        assert says(desk) == []

    begun, ended = desk.learnt
    assert (begun.id, begun.seen_at, begun.party) == (ended.id, START, "insurer")
    assert (ended.says, ended.seen_at) == ("resolved", START)
    assert ended.to_at == START + timedelta(seconds=EVERY_S)


async def test_what_a_source_told_expires_by_itself_when_it_fails() -> None:
    async with a_watched_page() as (site, desk):
        site.incidents = [INCIDENT]
        await desk.poll("insurer")
        site.answer = {"status": 503}
        with capture_logs() as logs:
            for _ in range(2):
                desk.clock.past_s += EVERY_S
                await desk.poll("insurer")
                assert says(desk) == ["major_outage"]
            desk.clock.past_s += 11
            assert says(desk) == []

    assert desk.tally.results == {"read": 1, "status": 2}
    assert [(log["event"], log["source"], log["why"]) for log in logs] == [
        ("notice_source_failed", "insurer", "status")
    ]


async def test_a_failing_source_is_asked_less_and_less_and_at_least_every_hour() -> None:
    async with a_watched_page() as (site, desk):
        site.answer = {"status": 500}
        asked_after = []
        for turn in range(60):
            before = site.asked
            await desk.poll("insurer")
            asked_after += [turn] if site.asked > before else []
            desk.clock.past_s += EVERY_S
        site.answer, site.incidents = None, [INCIDENT]
        with capture_logs() as logs:
            for _ in range(12):
                await desk.poll("insurer")
                desk.clock.past_s += EVERY_S
        assert says(desk) == ["major_outage"]

    waits = [later - earlier for earlier, later in pairwise(asked_after)]
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) <= 12
    assert [log["event"] for log in logs] == ["notice_source_back"]


async def test_who_is_busy_is_left_alone_as_long_as_he_says() -> None:
    async with a_watched_page() as (site, desk):
        site.answer = {"status": 429, "headers": {"Retry-After": "1500"}}
        for _ in range(5):
            await desk.poll("insurer")
            desk.clock.past_s += EVERY_S

    assert site.asked == 1


@pytest.mark.parametrize(
    ("body", "result"),
    [
        (b"<html>login</html>", "syntax"),
        (b"[]", "shape"),
        (b"\xff\xfe", "encoding"),
        (b"[" * 500_000, "syntax"),
        (b"x" * 2_000_000, "too_large"),
    ],
)
async def test_a_malformed_page_is_named_and_changes_nothing(body, result) -> None:
    async with a_watched_page() as (site, desk):
        site.incidents = [INCIDENT]
        await desk.poll("insurer")
        site.answer = {"body": body}
        desk.clock.past_s += EVERY_S
        await desk.poll("insurer")

        assert says(desk) == ["major_outage"]
        assert desk.tally.results[result] == 1


async def test_a_bug_of_ours_in_reading_is_contained_and_quotes_nobody(monkeypatch) -> None:
    def bug(*_):
        raise RuntimeError("their text")

    monkeypatch.setattr("monitor.outside.desk.read", bug)
    async with a_watched_page() as (_, desk):
        with capture_logs() as logs:
            await desk.poll("insurer")

    assert desk.tally.results == {"error": 1}
    assert "their text" not in repr(logs)


async def test_a_list_of_power_cuts_in_a_file_is_read_when_it_changes(tmp_path) -> None:
    path = tmp_path / "cuts.csv"
    fields = Fields(day="تاریخ", hours="ساعت")
    cuts = Source(
        "cuts", NoticeKind.POWER_CUT, Format.CSV, 610.0, 3600.0, "Asia/Tehran", region="tehran",
        fields=fields,
    )  # fmt: skip
    async with a_desk([NoticeFeed(cuts, EVERY_S, file=path)]) as desk:
        await desk.poll("cuts")
        path.write_text("تاریخ,ساعت\n1405/09/03,از ۹ تا ۱۱\nx,y\n", encoding="utf-8")
        desk.clock.past_s += EVERY_S
        await desk.poll("cuts")
        [notice] = desk.current(desk.clock.utc())
        desk.clock.past_s += EVERY_S
        await desk.poll("cuts")
        path.unlink()
        desk.clock.past_s += 3600
        await desk.poll("cuts")
        assert [n.says for n in desk.current(desk.clock.utc())] == ["planned"]
        assert desk.current(notice.to_at) == (), "an announced end is an end"

    assert (notice.region, notice.party) == ("tehran", None)
    assert desk.tally.results == {"missing": 2, "read": 1, "unchanged": 1}
    assert desk.tally.aside == {"time": 1}
    assert len(desk.learnt) == 1


async def test_windows_of_the_configuration_are_planned_and_withdrawn() -> None:
    tehran = ZoneInfo("Asia/Tehran")
    window = Window("insurer", datetime(2026, 11, 24, 9, tzinfo=tehran), 3600.0)
    later = Window("insurer", datetime(2026, 11, 26, 9, tzinfo=tehran), 3600.0)
    async with a_desk(windows=[window, later]) as desk:
        assert says(desk) == ["planned"]
        planned = list(desk.learnt)
        desk.clock.past_s += 1800
        assert says(desk) == []

    async with a_desk(windows=[window], known=planned) as desk:
        withdrawn = {n.from_at: n.says for n in desk.learnt}

    assert len(planned) == 2
    assert withdrawn == {planned[1].from_at: "cancelled"}


def a_notice(name: str, source: str = "alerts", **more) -> Notice:
    plain = Notice(
        id=f"{source}:{name}",
        source=source,
        kind=NoticeKind.ALERT,
        from_at=START,
        to_at=START + timedelta(hours=1),
        seen_at=START,
    )
    return replace(plain, **more)


async def test_what_is_pushed_stands_beside_what_is_read_and_is_bounded() -> None:
    async with a_desk() as desk:
        for number in range(MOST_HELD + 200):
            desk.add(a_notice(str(number)))
        desk.add(a_notice("late", "other", from_at=START + timedelta(minutes=1)))
        desk.add(a_notice("over", "other", says="resolved"))
        desk.add(a_notice("gone", "other", to_at=START))
        desk.clock.past_s += 61
        current = desk.current(desk.clock.utc())

    assert len(current) == MOST_CURRENT
    assert current[0].id == "other:late"
    assert not {"other:over", "other:gone"} & {n.id for n in current}
    assert sum(n.source == "alerts" for n in desk.learnt) == MOST_HELD + 200


async def test_the_timetable_names_each_source() -> None:
    async with a_watched_page() as (site, desk):
        turns = {turn.name: turn for turn in desk.turns()}
        await turns["notices:insurer"].run()

    assert [(name, turn.every_s) for name, turn in turns.items()] == [
        ("notices:insurer", EVERY_S),
        ("notices", 3600.0),
    ]
    assert site.asked == 1


async def test_what_was_known_before_a_restart_still_stands() -> None:
    async with a_desk(
        known=[a_notice("1"), a_notice("2", to_at=START - timedelta(days=9))]
    ) as desk:
        assert [n.id for n in desk.current(START)] == ["alerts:1"]
