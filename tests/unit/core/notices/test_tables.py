"""Lists of power cuts as CSV, and any JSON: entries told by columns or JMESPaths."""

from __future__ import annotations

import json

import pytest

from monitor.core.notices.reading import read
from monitor.core.notices.sources import Aside, Fields, Format, NoticeError
from monitor.model import NoticeKind
from tests.unit.core.notices.declared import NOW, a_source, at, told

CUTS = a_source(
    Format.CSV,
    NoticeKind.POWER_CUT,
    party=None,
    regions={"تهران": "tehran", "مشهد": "mashhad"},
    fields=Fields(day="تاریخ", hours="ساعت", region="نشانی"),
)
LIST = (
    "ردیف,تاریخ,ساعت,نشانی\n"
    '1,۱۴۰۵/۰۹/۰۳,از ساعت ۱۰ تا ۱۲,"تهران، خیابان آزادی"\n'
    "2,1405/09/04,از ۲۳ الی ۱,مشهد\n"
)


@pytest.mark.parametrize(
    "data",
    [
        LIST.encode(),
        LIST.encode("utf-8-sig"),
        LIST.encode("utf-16"),
        LIST.replace(",", ";").encode(),
        LIST.replace("\n", "\r\n").replace("ی", "ي").encode(),
    ],
)
def test_a_companys_list_in_jalali_days_and_persian_digits(data) -> None:
    notices, aside = told(CUTS, data)

    assert [(n.region, n.from_at, n.to_at) for n in notices] == [
        ("tehran", at("2026-11-24T06:30"), at("2026-11-24T08:30")),
        ("mashhad", at("2026-11-25T19:30"), at("2026-11-25T21:30")),
    ]
    assert {(n.kind, n.says, n.party) for n in notices} == {(NoticeKind.POWER_CUT, "planned", None)}
    assert aside == ()


def test_an_entry_that_cannot_be_taken_leaves_the_others() -> None:
    rows = ["3,1405/09/04,فردا,تهران", "4,1405/13/04,10 تا 12,تهران", "5,1405/09/04,10 تا 12,قم",
            "6,1405/09/04", "7,1405/09/04,10 تا 12 تا 13,تهران"]  # fmt: skip

    notices, aside = told(CUTS, LIST + "\n".join(rows) + "\n\n")

    assert len(notices) == 2
    assert aside == (Aside.TIME, Aside.TIME, Aside.NOT_OURS, Aside.TIME, Aside.TIME)


def test_the_same_cut_twice_counts_once() -> None:
    notices, aside = told(CUTS, LIST + LIST.splitlines()[1])

    assert (len(notices), aside) == (2, (Aside.TWICE,))


def test_nothing_of_theirs_is_kept() -> None:
    notices, _ = told(CUTS, LIST)

    assert "آزادی" not in repr(notices)
    assert all(n.id.startswith("they:") and n.id.isascii() for n in notices)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("تاریخ,ساعت\n".encode(), "shape"),
        (b"", "shape"),
        (LIST.encode("cp1256", "replace"), "encoding"),
        (LIST.encode() + b'1,"2', "syntax"),
    ],
)
def test_what_is_no_such_table_is_said_so(data, why) -> None:
    with pytest.raises(NoticeError, match=why):
        read(CUTS, data, NOW)


def test_a_list_in_json_is_asked_by_paths() -> None:
    source = a_source(
        Format.JSON,
        NoticeKind.POWER_CUT,
        party=None,
        region="tehran",
        entries="data.cuts",
        fields=Fields(
            day="outage_date", begin="outage_start_time", end="outage_stop_time", id="outage_number"
        ),
    )
    cuts = [{"outage_date": "1405/09/03", "outage_start_time": "10:00",
             "outage_stop_time": "12:00", "outage_number": 7, "address": "…"}]  # fmt: skip

    [notice], aside = told(source, json.dumps({"data": {"cuts": cuts}}))

    assert (notice.from_at, notice.to_at) == (at("2026-11-24T06:30"), at("2026-11-24T08:30"))
    assert (notice.region, aside) == ("tehran", ())


STATE = a_source(
    Format.JSON,
    components={"rx": "insurer"},
    states={"قطع": "major_outage", "false": "major_outage", "وصل": "operational"},
    fields=Fields(component="name", state="state", begin="since"),
)


def test_a_state_holds_for_two_turns_beyond_the_last_reading_and_then_ends() -> None:
    down, up = '[{"name": "rx", "state": "قطع"}]', '[{"name": "rx", "state": "وصل"}]'
    first, _ = told(STATE, down)
    later = at("2026-11-24T06:05")

    again, _ = told(STATE, down, first, later)
    ended, _ = told(STATE, up, again, later)
    once_more, _ = told(STATE, down, ended, at("2026-11-24T06:30"))

    assert (first[0].from_at, first[0].to_at) == (NOW, at("2026-11-24T06:10"))
    assert (again[0].id, again[0].from_at, again[0].to_at) == (
        first[0].id, NOW, at("2026-11-24T06:15"),
    )  # fmt: skip
    assert (ended[0].id, ended[0].to_at) == (first[0].id, later)
    assert ended[0].says in {"operational", "resolved"}
    assert once_more[0].id != first[0].id, "another stretch, not the old one prolonged"


def test_words_without_a_meaning_are_set_aside() -> None:
    notices, aside = told(
        STATE,
        '[{"name": "rx", "state": "hm"}, {"name": "rx"}, {"name": "x", "state": "قطع"}, 5, null,'
        ' {"name": ["a", "rx"], "state": false}]',
    )

    assert [n.says for n in notices] == ["major_outage"]
    assert sorted(aside) == sorted(
        [Aside.WORD, Aside.WORD, Aside.NOT_OURS, Aside.NOT_OURS, Aside.NOT_OURS]
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"[" * 200_000, "syntax"),
        (b'{"a": ' * 200_000, "syntax"),
        (b"[1" + b"0" * 5000 + b"]", "syntax"),
        (b"[NaN]", "syntax"),
        (b"{}", "shape"),
        (b"\xff\xfe\x00", "encoding"),
    ],
)
def test_what_is_no_such_json_is_said_so(data, why) -> None:
    with pytest.raises(NoticeError, match=why):
        read(STATE, data, NOW)


def test_a_path_that_stumbles_over_what_it_finds_finds_nothing() -> None:
    source = a_source(Format.JSON, fields=Fields(state="length(state)", begin="since"))

    notices, aside = told(source, '[{"state": 5}]')

    assert (notices, aside) == ((), (Aside.WORD,))
