"""The report's facts: nothing left out, nothing counted twice."""

from dataclasses import replace
from datetime import timedelta

from monitor.core.lookfacts import MOST_ROWS
from monitor.core.lookmap import Kind
from monitor.core.report import report, report_span, timeline
from monitor.model import (
    CodeClass,
    CodeMeaning,
    Delivery,
    DeliveryState,
    Entry,
    EntryKind,
    Failure,
    MessageKind,
    Observation,
    Phase,
    Provider,
    Sighting,
    Step,
    Timings,
    Void,
)
from tests.unit.wording.small_world import (
    GROUNDS,
    HOME,
    NOW,
    ONSET,
    ground,
    incident,
    resolved,
    verdict,
    world,
)

WORLD = world()


def look(target, minute, vantage=HOME[0], *, failure=None, slow=False, void=None, **more):
    code, detail = more.pop("code", None), more.pop("detail", "")
    phase = Phase.DONE if failure is None else Phase.WAIT
    return Observation(
        id=f"{target}{vantage}{minute}",
        check=target,
        vantage=vantage,
        target=target,
        started_at=ONSET + timedelta(minutes=minute),
        started_mono_s=0.0,
        duration_s=0.1,
        sighting=Sighting(phase, failure, code=code, detail=detail),
        slow=slow,
        void=void,
        **more,
    )


def composed(observations=(), deliveries=(), about=None, now=NOW, among=WORLD):
    return report(among, about or incident(), observations, deliveries, now)


THEIRS = {"fa": "سرویس خطا دارد", "en": "their service failed"}
CASE = {"fa": "نسخه تکراری است", "en": "registered already"}
NOBODY_KNOWS = {"fa": "نمی‌دانیم", "en": "we do not know"}
INSURER = Provider(
    id="tamin",
    name={"fa": "تأمین اجتماعی", "en": "Social Security"},
    code_path="status",
    meanings=(
        CodeMeaning(CodeClass.UPSTREAM, THEIRS, code="500"),
        CodeMeaning(CodeClass.PATIENT, CASE, phrase="تکراری"),
        CodeMeaning(CodeClass.DOCTOR, {"en": "locked"}, phrase="قفل"),
        CodeMeaning(CodeClass.DOCTOR, {"en": "not known"}, phrase="یافت نشد"),
    ),
    unknown=NOBODY_KNOWS,
)
CODED = world(
    providers={"tamin": INSURER},
    checks={
        id_: replace(check, provider="tamin") if id_.startswith("tamin.") else check
        for id_, check in WORLD.checks.items()
    },
)


def refused(minute, code, failure=Failure.APPLICATION_REJECTED, vantage=HOME[0], **more):
    return look("tamin.entitlement", minute, vantage, failure=failure, code=code, **more)


def facts(*looks):
    return composed(looks, among=CODED).facts


def step(name, failure=None, *, detail="", **seconds):
    sighting = Sighting(Phase.WAIT, failure, detail, Timings(**seconds))
    return Step(name, sighting, begun_s=0.0, duration_s=0.1)


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


def test_grounds_are_parted_into_for_and_against_the_rival_and_what_nobody_sees():
    told = composed(
        about=incident(
            verdict(
                grounds=(
                    *GROUNDS,
                    ground("rival.close", supports=False, rival="platform"),
                    ground("unseen.way", supports=False, party="tamin"),
                )
            )
        )
    ).grounds
    assert len(told.reasons) == 4
    assert [g.key for g in told.doubts] == ["dissenting"]
    assert [g.key for g in told.rivals] == ["rival.close"]
    assert [g.key for g in told.unseen] == ["inside_unknown", "unseen.way"]


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


def test_a_listed_code_has_its_sentence_its_class_and_where_it_was_answered():
    (row,) = facts(
        refused(1, "500", Failure.APPLICATION_ERROR),
        refused(2, "500", Failure.APPLICATION_ERROR, HOME[1]),
    ).codes
    assert (row.provider, row.code, row.meaning) == ("tamin", "500", CodeClass.UPSTREAM)
    assert (row.says, row.count, row.vantages) == (THEIRS, 2, tuple(sorted(HOME[:2])))


def test_a_code_on_no_list_is_told_by_the_sentence_for_unknown_ones():
    (row,) = facts(refused(1, "-99999")).codes
    assert (row.meaning, row.says) == (CodeClass.UNKNOWN, NOBODY_KNOWS)


def test_a_code_known_by_the_words_beside_it_has_their_sentence_where_only_one_fits():
    case, account = facts(
        refused(1, "412", Failure.BUSINESS_REFUSAL),
        refused(2, "412", Failure.BUSINESS_REFUSAL),
        refused(3, "412", Failure.ACCOUNT_REFUSED),
    ).codes
    assert (case.meaning, case.says) == (CodeClass.PATIENT, CASE)
    assert (account.meaning, account.says) == (CodeClass.DOCTOR, {})


def test_codes_count_only_on_looks_that_failed_during_the_incident_and_have_a_known_provider():
    codes = facts(
        refused(-1, "500"),
        refused(1, "500", void=Void.LOOP_LAG),
        refused(2, None),
        look("tamin.entitlement", 3, code="200"),
        look("panel.front", 4, failure=Failure.APPLICATION_ERROR, code="500"),
    ).codes
    assert codes == ()


def test_an_upstream_that_invents_codes_cannot_make_the_report_long():
    told = facts(*(refused(1, f"x{n}") for n in range(MOST_ROWS + 5)))
    assert (len(told.codes), told.codes_left) == (MOST_ROWS, 5)


def test_the_step_that_failed_is_told_with_the_medians_of_the_phases_it_reached():
    def chain(minute, wait_s):
        fine = step("partner", wait_s=9.0)
        bad = step("citizen", Failure.HTTP_5XX, dns_s=0.01, wait_s=wait_s)
        steps = (fine, bad)
        return look("ihio.entitlement", minute, failure=Failure.HTTP_5XX, steps=steps)

    (row,) = facts(chain(1, 0.1), chain(2, 0.5), chain(3, None)).steps
    assert (row.target, row.step, row.at_login, row.count) == (
        "ihio.entitlement",
        "citizen",
        False,
        3,
    )
    assert row.medians == Timings(dns_s=0.01, wait_s=0.3)


def test_a_login_that_failed_is_told_apart_from_the_step_that_needed_it():
    def at(minute, detail):
        steps = (step("partner", Failure.CREDENTIALS_REFUSED, detail=detail),)
        return refused(minute, None, Failure.CREDENTIALS_REFUSED, steps=steps)

    rows = facts(at(1, ""), at(2, "login")).steps
    assert [(row.at_login, row.count) for row in rows] == [(False, 1), (True, 1)]


def test_late_looks_are_counted_by_place_with_when_the_last_one_came():
    def came(minute, after_min, vantage=HOME[0], **more):
        at = ONSET + timedelta(minutes=minute + after_min)
        return look("tamin.entitlement", minute, vantage, received_at=at, late=True, **more)

    looks = [
        came(1, 12),
        came(2, 10),
        came(3, 30, HOME[1]),
        came(4, 60, void=Void.QUARANTINED),
        look("tamin.entitlement", 5, received_at=NOW),
    ]
    model = composed(looks)

    assert [(r.vantage, r.count, r.last_at - ONSET) for r in model.facts.late] == [
        (HOME[0], 2, timedelta(minutes=13)),
        (HOME[1], 1, timedelta(minutes=33)),
    ]
    cells = [cell for row in model.looks.groups[0].rows for cell in row.cells]
    assert sum(cell.late for cell in cells) == 3
    assert (sum(cell.looks for cell in cells), sum(cell.void for cell in cells)) == (4, 1)


def test_void_looks_are_counted_by_reason_and_a_record_of_a_stretch_for_all_its_looks():
    voids = facts(
        look("tamin.entitlement", -1, void=Void.LOOP_LAG),
        look("tamin.entitlement", 1, HOME[1], void=Void.LOOP_LAG),
        look("tamin.entitlement", 2, void=Void.MISSED, detail="12 turns"),
        look("tamin.entitlement", 3, void=Void.SPOOL_FULL, detail="7 looks"),
        look("tamin.entitlement", 4, void=Void.BROKEN_PROBE, detail="99 problems"),
        look("tamin.entitlement", 5, void=Void.MISSED, detail="9" * 200 + " turns"),
    ).voids
    assert [(row.void, row.count) for row in voids] == [
        (Void.MISSED, 13),
        (Void.SPOOL_FULL, 7),
        (Void.LOOP_LAG, 2),
        (Void.BROKEN_PROBE, 1),
    ]
    assert voids[2].vantages == tuple(sorted(HOME[:2]))
