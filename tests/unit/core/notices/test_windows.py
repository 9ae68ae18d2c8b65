"""Maintenance that the configuration itself names."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.core.notices.recurrence import parse_rule
from monitor.core.notices.windows import Window, planned
from monitor.model import NoticeKind
from tests.unit.core.notices.declared import NOW, at

TEHRAN = ZoneInfo("Asia/Tehran")


def test_a_weekly_window_is_told_two_weeks_ahead_under_ids_that_stay() -> None:
    weekly = Window(
        "insurer",
        datetime(2026, 1, 1, tzinfo=TEHRAN),
        4 * 3600.0,
        ("rx",),
        parse_rule("FREQ=WEEKLY;BYDAY=TH"),
    )

    found = [*planned([weekly], NOW)]
    later = [*planned([weekly], NOW + timedelta(hours=6))]

    assert [n.from_at for n in found] == [at("2026-11-25T20:30"), at("2026-12-02T20:30")]
    assert {n.to_at - n.from_at for n in found} == {timedelta(hours=4)}
    assert {(n.kind, n.says, n.party, n.services) for n in found} == {
        (NoticeKind.MAINTENANCE, "planned", "insurer", ("rx",))
    }
    assert [n.id for n in later] == [n.id for n in found]


def test_a_single_window_is_told_while_it_is_near() -> None:
    once = Window("insurer", datetime(2026, 11, 26, tzinfo=TEHRAN), 3600.0)

    assert [len([*planned([once], at(day))]) for day in
            ("2026-10-01", "2026-11-20", "2026-11-27", "2026-12-09")] == [0, 1, 1, 0]  # fmt: skip
