"""The report's facts: nothing left out, nothing counted twice."""

from dataclasses import replace
from datetime import timedelta

from monitor.core.lookmap import Kind
from monitor.core.report import report, report_span, timeline
from monitor.model import (
    Delivery,
    DeliveryState,
    Entry,
    EntryKind,
    Failure,
    MessageKind,
    Observation,
    Phase,
    Sighting,
    Void,
)
from tests.unit.wording.small_world import HOME, NOW, ONSET, incident, resolved, verdict, world

WORLD = world()


def look(target, minute, vantage=HOME[0], *, failure=None, slow=False, void=None):
    phase = Phase.DONE if failure is None else Phase.WAIT
    return Observation(
        id=f"{target}{vantage}{minute}",
        check=target,
        vantage=vantage,
        target=target,
        started_at=ONSET + timedelta(minutes=minute),
        started_mono_s=0.0,
        duration_s=0.1,
        sighting=Sighting(phase, failure),
        slow=slow,
        void=void,
    )


def composed(observations=(), deliveries=(), about=None, now=NOW):
    return report(WORLD, about or incident(), observations, deliveries, now)


def test_a_withdrawn_claim_says_when_it_was_withdrawn():
    lines = timeline(incident())
    assert [(line.entry.kind, line.withdrawn_at) for line in lines] == [
        (EntryKind.ONSET, None),
        (EntryKind.CONFIRMED, ONSET + timedelta(minutes=4)),
        (EntryKind.REVISED, None),
        (EntryKind.STILL, None),
    ]


def test_a_revision_that_claims_the_same_withdraws_nothing():
    same = incident(
        story=tuple(Entry(ONSET, k, verdict()) for k in (EntryKind.CONFIRMED, EntryKind.REVISED))
    )
    assert [line.withdrawn_at for line in timeline(same)] == [None, None]


def test_the_span_has_a_margin_on_both_sides_but_never_reaches_into_the_future():
    since, until = report_span(incident(), NOW)
    assert (since, until) == (ONSET - timedelta(minutes=4.5), NOW)
    since, until = report_span(resolved(), NOW + timedelta(days=1))
    assert until == ONSET + timedelta(minutes=45 + 11.25)


def test_an_open_incident_lasts_until_now_and_a_closed_one_until_it_recovered():
    assert composed().duration_s == 18 * 60
    closed = composed(about=resolved(), now=NOW + timedelta(days=1))
    assert closed.duration_s == 45 * 60


def test_grounds_are_parted_into_for_and_against():
    model = composed()
    assert [g.key for g in model.grounds_against] == ["dissenting", "inside_unknown"]
    assert len(model.grounds_for) == 4


def test_every_look_is_in_the_picture_and_only_those_of_the_incident_are_counted():
    looks = [
        look("tamin.entitlement", -1),
        look("tamin.entitlement", 1, failure=Failure.HTTP_5XX),
        look("tamin.entitlement", 2),
        look("tamin.entitlement", 3, void=Void.LOOP_LAG),
        look("tamin.entitlement", 3, HOME[1], slow=True),
        look("panel.relay.tamin", 1, failure=Failure.HTTP_5XX),
        look("ref.home.a", 1),
        look("panel.front", 1),
        look("gone.target", 1),
    ]
    picture = composed(looks).looks
    assert [(g.kind, g.id) for g in picture.groups] == [
        (Kind.SERVICE, "panel"),
        (Kind.SERVICE, "tamin"),
        (Kind.RELAY, "tamin"),
        (Kind.REFERENCE, "domestic"),
    ]
    tamin = picture.groups[1]
    assert (tamin.answered, tamin.looks) == (2, 3)
    assert [row.vantage for row in tamin.rows] == list(HOME[:2])
    cells = [cell for row in tamin.rows for cell in row.cells]
    assert sum(c.looks + c.void for c in cells) == 5
    assert (sum(c.failed for c in cells), sum(c.slow for c in cells)) == (1, 1)
    assert all(0 <= c.column < picture.columns for c in cells)


def test_the_relay_of_another_service_is_not_in_the_picture():
    assert (
        composed([look("panel.relay.tamin", 1)], about=incident(verdict(service="ihio"))).looks
        is None
    )


def test_without_looks_there_is_no_picture():
    assert composed().looks is None


def test_looks_too_many_to_show_end_the_picture_where_they_end():
    looks = [look("tamin.entitlement", m, failure=Failure.HTTP_5XX) for m in range(5)]
    model = report(WORLD, incident(), looks, (), NOW, complete=False)
    assert model.cut_at == model.looks.until == ONSET + timedelta(minutes=4)
    assert model.looks.groups[0].looks == 4


def test_failures_are_counted_by_target_and_kind_with_where_they_were_seen():
    looks = [
        look("tamin.entitlement", 1, failure=Failure.HTTP_5XX),
        look("tamin.entitlement", 2, HOME[1], failure=Failure.HTTP_5XX),
        look("tamin.entitlement", 3, failure=Failure.WAIT_TIMEOUT),
        look("tamin.entitlement", -1, failure=Failure.WAIT_TIMEOUT),
        look("tamin.entitlement", 4, failure=Failure.WAIT_TIMEOUT, void=Void.LOOP_LAG),
    ]
    first, second = composed(looks).failures
    assert (first.failure, first.count, first.vantages) == ("http_5xx", 2, tuple(sorted(HOME[:2])))
    assert (first.first_at, first.last_at) == (
        ONSET + timedelta(minutes=1),
        ONSET + timedelta(minutes=2),
    )
    assert (second.failure, second.count) == ("wait_timeout", 1)


def test_messages_are_counted_by_kind_and_state():
    sent = Delivery(
        key="k",
        incident=1247,
        kind=MessageKind.OPEN,
        recipient="d1",
        channel="sms",
        language="fa",
        body="…",
        segments=2,
        not_after=NOW,
        created_at=ONSET,
        state=DeliveryState.ACCEPTED,
    )
    rows = composed(deliveries=[sent, sent, replace(sent, state=DeliveryState.UNKNOWN)]).messages
    assert [(r.kind, r.state, r.count) for r in rows] == [
        (MessageKind.OPEN, DeliveryState.ACCEPTED, 2),
        (MessageKind.OPEN, DeliveryState.UNKNOWN, 1),
    ]


def test_a_door_that_opens_is_not_counted_as_an_answered_request():
    looks = [
        look("tamin.front", 1),
        look("tamin.entitlement", 1, failure=Failure.HTTP_5XX),
        look("tamin.entitlement", 2, failure=Failure.HTTP_5XX),
    ]

    (group,) = [g for g in composed(looks).looks.groups if g.kind is Kind.SERVICE]

    assert (group.answered, group.looks) == (0, 2)
