"""Upstreams' own words about themselves: Statuspage, gematik, RSS and Atom."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.notices.reading import read
from monitor.core.notices.sources import OVER, SAYS, Aside, Format, NoticeError
from monitor.model import NoticeKind
from tests.unit.core.notices.declared import NOW, a_source, at, told

PAGE = a_source(Format.STATUSPAGE)
MAPPED = a_source(Format.STATUSPAGE, components={"c1": "insurer", "Pay": "pay"})
TI = a_source(
    Format.GEMATIK, components={"erezept": "insurer", "WANDA": "other", "CI-1": "insurer"}
)
FEED = a_source(Format.ATOM)
SAMPLES = Path(__file__).parents[5] / "shared" / "foreign" / "status"

INCIDENT = {
    "id": "i1",
    "status": "investigating",
    "impact": "major",
    "started_at": "2026-11-24T05:30:00.000Z",
    "components": [{"id": "c1", "name": "Rx"}],
}


def page(**parts) -> str:
    return json.dumps({"page": {"id": "p"}, **parts})


def test_an_incident_stands_until_it_is_resolved() -> None:
    [open_], _ = told(MAPPED, page(incidents=[INCIDENT]))
    closed = INCIDENT | {"status": "resolved", "resolved_at": "2026-11-24T06:01:00Z"}

    [ended], _ = told(MAPPED, page(incidents=[closed]), [open_], at("2026-11-24T06:04"))

    assert (open_.kind, open_.says, open_.services) == (
        NoticeKind.STATUS, "partial_outage", ("insurer",),
    )  # fmt: skip
    assert (open_.from_at, open_.to_at) == (at("2026-11-24T05:30"), NOW + timedelta(seconds=600))
    assert (ended.id, ended.says, ended.to_at) == (open_.id, "resolved", at("2026-11-24T06:01"))


def test_one_that_is_no_longer_listed_has_ended() -> None:
    known, _ = told(PAGE, page(incidents=[INCIDENT]))

    [ended], _ = told(PAGE, page(incidents=[]), known, at("2026-11-24T06:04"))

    assert (ended.says, ended.to_at) == ("resolved", at("2026-11-24T06:04"))


def test_an_incident_of_the_past_that_we_never_knew_is_nothing() -> None:
    old = INCIDENT | {"status": "resolved", "started_at": "2026-11-01T00:00:00Z",
                      "resolved_at": "2026-11-01T01:00:00Z"}  # fmt: skip

    assert told(PAGE, page(incidents=[old])) == ((), ())


def test_planned_maintenance_ends_when_it_was_announced_to() -> None:
    plan = {"id": "m1", "status": "scheduled", "scheduled_for": "2026-11-25T20:30:00Z",
            "scheduled_until": "2026-11-26T00:30:00Z", "components": []}  # fmt: skip
    [notice], _ = told(PAGE, page(scheduled_maintenances=[plan]))
    other = plan | {"id": "m2"}

    withdrawn, _ = told(PAGE, page(scheduled_maintenances=[other]), [notice])
    gap, _ = told(PAGE, page(scheduled_maintenances=[]), [notice])
    begun, _ = told(PAGE, page(scheduled_maintenances=[other]), [notice], at("2026-11-25T21:00"))

    assert (notice.kind, notice.says) == (NoticeKind.MAINTENANCE, "planned")
    assert (notice.from_at, notice.to_at) == (at("2026-11-25T20:30"), at("2026-11-26T00:30"))
    assert {n.says for n in withdrawn if n.id == notice.id} == {"cancelled"}
    assert gap == (), "an empty list may as well be a gap"
    assert notice.id not in {n.id for n in begun}, "lists of what is planned forget what has begun"


def test_a_component_speaks_where_no_incident_speaks_for_it() -> None:
    parts = [
        {"id": "c1", "name": "Rx", "status": "major_outage"},
        {"id": "c2", "name": "Pay", "status": "under_maintenance"},
        {"id": "c3", "name": "Other", "status": "major_outage"},
        {"id": "c4", "name": "Pay", "status": "operational"},
        {"id": "g", "name": "Pay", "status": "major_outage", "group": True},
    ]

    alone, aside = told(MAPPED, page(components=parts))
    with_incident, _ = told(MAPPED, page(components=parts, incidents=[INCIDENT]))

    assert [(n.kind, n.says, n.services) for n in alone] == [
        (NoticeKind.STATUS, "major_outage", ("insurer",)),
        (NoticeKind.MAINTENANCE, "maintenance", ("pay",)),
    ]
    assert aside == (Aside.NOT_OURS,)
    assert [n.says for n in with_incident] == ["partial_outage", "maintenance"]


def test_the_indicator_speaks_where_nothing_else_does() -> None:
    [notice], _ = told(PAGE, page(status={"indicator": "critical"}))

    assert notice.says == "major_outage"
    assert told(PAGE, page(status={"indicator": "none"})) == ((), ())


def test_incidents_of_other_shapes_leave_the_good_one() -> None:
    odd = [{}, {"id": "x"}, INCIDENT | {"id": "y", "started_at": "long ago"},
           INCIDENT | {"id": "z", "impact": []}, INCIDENT]  # fmt: skip

    notices, aside = told(PAGE, page(incidents=[INCIDENT, *odd]))

    assert len(notices) == 1
    assert sorted(aside) == sorted([Aside.SHAPE, Aside.SHAPE, Aside.TIME, Aside.WORD, Aside.TWICE])


@pytest.mark.parametrize("text", ["{}", "[]", "5", page(incidents={}), page(incidents=[5])])
@pytest.mark.parametrize("source", [PAGE, TI], ids=lambda source: source.format.value)
def test_json_of_another_shape_is_said_so(source, text) -> None:
    if (source.format, text) == (Format.GEMATIK, "[]"):
        assert told(source, text) == ((), ()), "no unit is listed"
        return
    with pytest.raises(NoticeError, match="shape"):
        read(source, text.encode(), NOW)


def test_the_state_of_the_telematics_infrastructure() -> None:
    app = {"outage": "partial", "hasMaintenance": True}
    quiet = {"outage": "none", "hasMaintenance": False}
    text = json.dumps({"appStatus": {"erezept": app, "epa": app, "odg": quiet}, "cause": []})

    notices, aside = told(TI, text)

    assert [(n.kind, n.says, n.services) for n in notices] == [
        (NoticeKind.STATUS, "partial_outage", ("insurer",)),
        (NoticeKind.MAINTENANCE, "maintenance", ("insurer",)),
    ]
    assert aside == (Aside.NOT_OURS,)


def test_its_first_version_and_its_incidents() -> None:
    units = [{"ci": "CI-1", "availability": 0}, {"ci": "CI-2", "availability": 1},
             {"ci": "CI-1", "availability": True}]  # fmt: skip
    incident = {"id": 4, "app": ["WANDA"], "status": 4, "createdAt": "2026-11-24T05:00:00Z",
                "closedAt": None, "steps": [{"status": 4}]}  # fmt: skip

    units_told, aside = told(TI, json.dumps(units))
    [running], _ = told(TI, json.dumps({"success": True, "data": [incident]}))
    [closed], _ = told(TI, json.dumps(incident | {"closedAt": "2026-11-24T05:50:00Z"}), [running])

    assert [(n.says, n.services) for n in units_told] == [("major_outage", ("insurer",))]
    assert aside == (Aside.WORD,)
    assert (running.says, running.services) == ("partial_outage", ("other",))
    assert (closed.id, closed.says, closed.to_at) == (
        running.id, "resolved", at("2026-11-24T05:50"),
    )  # fmt: skip


def atom(*entries: str) -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id>{"".join(entries)}</feed>'


def entry(name: str, when: str, text: str) -> str:
    return (
        f"<entry><id>{name}</id><published>{when}</published><updated>{when}</updated>"
        f"<title>Rx</title><content type='html'>{text}</content></entry>"
    )


def strong(*words: str) -> str:
    return "".join(f"&lt;strong&gt;{word}&lt;/strong&gt; - text. " for word in words)


def test_a_feeds_newest_word_is_the_state() -> None:
    [open_], _ = told(FEED, atom(entry("1", "2026-11-24T05:30:00Z", strong("Investigating"))))
    moved = entry("1", "2026-11-24T05:50:00Z", strong("Monitoring", "Investigating"))
    [again], _ = told(FEED, atom(moved), [open_])
    closed = entry("1", "2026-11-24T05:58:00Z", strong("Resolved", "Investigating"))
    [ended], _ = told(FEED, atom(closed), [again])

    assert (open_.says, open_.to_at) == ("unknown", at("2026-11-24T06:30"))
    assert (again.from_at, again.to_at) == (open_.from_at, at("2026-11-24T06:50"))
    assert (ended.id, ended.says, ended.to_at) == (open_.id, "resolved", at("2026-11-24T05:58"))


def test_what_a_feed_forgets_still_ends_when_it_would_have() -> None:
    known, _ = told(FEED, atom(entry("1", "2026-11-24T05:30:00Z", strong("Investigating"))))

    assert told(FEED, atom(), known) == ((), ())


def test_releases_in_rss_are_deploys_of_ours() -> None:
    source = a_source(Format.RSS, NoticeKind.DEPLOY, party="clinic", lasts_s=600.0)
    rss = (
        "<rss version='2.0'><channel><item><guid>v1</guid><title>v1</title>"
        "<pubDate>Tue, 24 Nov 2026 05:58:00 GMT</pubDate></item>"
        "<item><title>no id</title></item></channel></rss>"
    )

    [notice], aside = told(source, rss)

    assert (notice.kind, notice.to_at) == (NoticeKind.DEPLOY, at("2026-11-24T06:08"))
    assert aside == (Aside.SHAPE,)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "syntax"),
        (b"<feed>", "syntax"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><feed>&b;</feed>', "syntax"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><feed/>', "syntax"),
        (b'<?xml version="1.0" encoding="klingon"?><feed/>', "(syntax|encoding)"),
        (b"<html></html>", "shape"),
        (b"<feed>\xff</feed>", "syntax"),
    ],
)
def test_hostile_xml_is_refused(data, why) -> None:
    with pytest.raises(NoticeError, match=why):
        read(FEED, data, NOW)


def test_a_huge_feed_is_read_in_part_and_a_deep_one_is_read() -> None:
    many = atom(*(entry(str(n), "2026-11-24T05:30:00Z", "") for n in range(1500)))

    notices, aside = told(FEED, many)

    assert (len(notices), aside) == (1000, (Aside.TOO_MANY,))
    assert told(FEED, "<feed>" + "<a>" * 100_000 + "</a>" * 100_000 + "</feed>") == ((), ())


@pytest.mark.parametrize(
    ("form", "name", "now", "standing"),
    [
        (Format.STATUSPAGE, "statuspage/01-taho-inc-partly-claudy--summary.json",
         "2026-04-25T21:00", ["degraded", "planned"]),
        (Format.ATOM, "statuspage/02-MaxwellBrohm-llm-catalog-archive--claude-history.atom",
         "2026-08-31T22:00", []),
        (Format.GEMATIK, "gematik/01-gematik-api-tilage--lagebild-v2.json",
         "2025-06-16T04:00", ["partial_outage"]),
        (Format.GEMATIK, "gematik/02-gematik-api-tilage--tistatus-incident.json",
         "2025-06-16T04:00", []),
        (Format.GEMATIK, "gematik/03-gematik-api-tilage--tistatus-outage.json",
         "2025-06-16T04:00", []),
    ],
)  # fmt: skip
def test_real_samples_are_read(form, name, now, standing) -> None:
    if not (SAMPLES / name).exists():
        pytest.skip("the real samples are not here")

    notices, aside = told(a_source(form), (SAMPLES / name).read_bytes(), now=at(now))

    assert sorted(n.says for n in notices if n.says not in OVER) == standing
    assert {n.says for n in notices} <= SAYS
    assert aside == ()


def test_a_real_key_figure_is_no_state() -> None:
    path = SAMPLES / "gematik" / "04-gematik-api-tilage--keyfigure.json"
    if not path.exists():
        pytest.skip("the real samples are not here")

    with pytest.raises(NoticeError, match="shape"):
        read(TI, path.read_bytes(), NOW)
