"""Calendars: what an operator keeps in Outlook or a script writes."""

from __future__ import annotations

import pytest

from monitor.core.notices.reading import read
from monitor.core.notices.sources import Aside, Format, NoticeError
from monitor.model import NoticeKind
from tests.unit.core.notices.declared import NOW, a_source, at, told

SOURCE = a_source(Format.ICS, NoticeKind.MAINTENANCE)


def calendar(*events: str) -> str:
    body = "".join(f"BEGIN:VEVENT\r\n{event.replace(chr(10), chr(13) + chr(10))}\r\nEND:VEVENT\r\n"
                   for event in events)  # fmt: skip
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n"


def stretches(notices):
    return sorted((n.from_at, n.to_at) for n in notices)


@pytest.mark.parametrize(
    "event",
    [
        "UID:1\nDTSTART:20261124T203000Z\nDTEND:20261125T003000Z",
        "UID:1\nDTSTART:20261125T000000\nDTEND:20261125T040000",
        "UID:1\nDTSTART;TZID=Asia/Tehran:20261125T000000\nDURATION:PT4H",
        'UID:1\nDTSTART;X-A="b;c:d";TZID="Iran Standard Time":20261125T000000\nDURATION:PT240M',
        "UID:1\nDTSTART:2026112\n 5T000000\nDURATION:PT4H\nBEGIN:VALARM\nDTSTART:1\nEND:VALARM",
    ],
)
def test_one_window_in_many_writings(event) -> None:
    [notice], aside = told(SOURCE, calendar(event))

    assert (notice.from_at, notice.to_at) == (at("2026-11-24T20:30"), at("2026-11-25T00:30"))
    assert (notice.kind, notice.says, notice.party) == (
        NoticeKind.MAINTENANCE, "planned", "insurer",
    )  # fmt: skip
    assert aside == ()


def test_a_letter_may_be_folded_in_its_midst() -> None:
    text = calendar("UID:1\nSUMMARY:بیمه\nDTSTART:20261125T000000Z\nDURATION:PT1H").encode()
    folded = text.replace(
        "بی".encode(), "ب".encode()[:1] + b"\r\n " + "ب".encode()[1:] + "ی".encode()
    )
    source = a_source(Format.ICS, NoticeKind.MAINTENANCE, components={"بیمه": "insurer"})

    [notice], _ = told(source, folded)

    assert notice.services == ("insurer",)


def test_a_whole_day_and_an_event_without_an_end() -> None:
    notices, _ = told(
        SOURCE,
        calendar("UID:1\nDTSTART;VALUE=DATE:20261125", "UID:2\nDTSTART:20261126T000000Z"),
    )

    assert stretches(notices) == [
        (at("2026-11-24T20:30"), at("2026-11-25T20:30")),
        (at("2026-11-26T00:00"), at("2026-11-26T01:00")),  # the source's `lasts`
    ]


def test_a_series_with_an_exception_and_a_moved_one() -> None:
    notices, aside = told(
        SOURCE,
        calendar(
            "UID:1\nDTSTART;TZID=Asia/Tehran:20260101T000000\nDURATION:PT4H\n"
            "RRULE:FREQ=WEEKLY;BYDAY=TH\nEXDATE;TZID=Asia/Tehran:20261203T000000",
            "UID:1\nRECURRENCE-ID;TZID=Asia/Tehran:20261126T000000\n"
            "DTSTART;TZID=Asia/Tehran:20261127T010000\nDURATION:PT1H",
        ),
    )

    assert stretches(notices) == [(at("2026-11-26T21:30"), at("2026-11-26T22:30"))]
    assert aside == ()


def test_only_what_names_a_component_of_ours_counts() -> None:
    source = a_source(Format.ICS, NoticeKind.MAINTENANCE, components={"نسخه الکترونيکي": "insurer"})

    notices, aside = told(
        source,
        calendar(
            "UID:1\nDTSTART:20261125T000000Z\nDURATION:PT1H\nSUMMARY:به‌روزرسانی نسخه الکترونیکی",
            "UID:2\nDTSTART:20261125T000000Z\nDURATION:PT1H\nSUMMARY:پرداخت",
        ),
    )

    assert [n.services for n in notices] == [("insurer",)]
    assert aside == (Aside.NOT_OURS,)


def test_a_cancelled_event_ends_what_was_planned() -> None:
    event = "UID:1\nDTSTART:20261125T000000Z\nDURATION:PT1H"
    known, _ = told(SOURCE, calendar(event))

    [notice], _ = told(SOURCE, calendar(f"{event}\nSTATUS:CANCELLED"), known)

    assert (notice.id, notice.says, notice.to_at) == (known[0].id, "cancelled", notice.from_at)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("UID:1", Aside.SHAPE),
        ("UID:1\nDTSTART:20261125T000000Z\nDTSTART:20261126T000000Z", Aside.SHAPE),
        ("UID:1\nDTSTART:tomorrow", Aside.TIME),
        ("UID:1\nDTSTART:20261331T000000Z", Aside.TIME),
        ("UID:1\nDTSTART:20261125T000000Z\nDURATION:-PT1H", Aside.TIME),
        ("UID:1\nDTSTART:20261125T000000Z\nDTEND:20261124T230000Z", Aside.BACKWARDS),
        ("UID:1\nDTSTART;TZID=Mars/Olympus:20261125T000000", Aside.ZONE),
        ("UID:1\nDTSTART:20261125T000000Z\nRRULE:FREQ=MONTHLY", Aside.RULE),
        ("UID:1\nDTSTART:20261125T000000Z\nRDATE:20261126T000000Z", Aside.RULE),
        ("UID:1\nDTSTART:20290101T000000Z\nDURATION:PT1H", Aside.FAR),
        ("UID:1\nDTSTART:20261125T000000Z\nDURATION:P9W", Aside.TOO_LONG),
    ],
)
def test_an_event_that_cannot_be_taken_leaves_the_others(event, why) -> None:
    good = "UID:2\nDTSTART:20261125T000000Z\nDURATION:PT1H"

    notices, aside = told(SOURCE, calendar(event, good))

    assert (len(notices), aside) == (1, (why,))


def test_a_thousand_endless_series_are_bounded() -> None:
    daily = "\nDTSTART:19710101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"

    notices, aside = told(SOURCE, calendar(*(f"UID:{n}{daily}" for n in range(1000))))

    assert len(notices) == 1000
    assert set(aside) == {Aside.TOO_MANY}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "syntax"),
        (b"<html></html>", "syntax"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "syntax"),
        (b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", "syntax"),
        (b"BEGIN:VCALENDAR\r\nSUMMARY:\xff\r\nEND:VCALENDAR\r\n", "encoding"),
    ],
)
def test_what_is_no_calendar_is_said_so(data, why) -> None:
    with pytest.raises(NoticeError, match=why):
        read(SOURCE, data, NOW)
