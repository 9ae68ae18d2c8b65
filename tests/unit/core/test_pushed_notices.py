"""What Alertmanager, deploys and the help desk push becomes notices; their text never stays."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.notices import alertmanager, marks
from monitor.core.notices.alertmanager import AlertRule
from monitor.core.notices.pushed import PushedError, moment
from monitor.model import NoticeKind
from tests.unit.wording.small_world import world

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
LASTS = timedelta(hours=5)
RULES = (
    AlertRule({"job": "relay", "insurer": "tamin"}, "tamin", ("tamin",), "partial_outage"),
    AlertRule({"job": "relay"}, "boghrat"),
)
FIRING = {
    "status": "firing",
    "labels": {"alertname": "Errors", "job": "relay", "insurer": "tamin", "pod": "relay-7f"},
    "annotations": {"summary": "Doctor 09121234567 cannot register"},
    "startsAt": "2026-11-22T10:15:00.123456789+03:30",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "http://prometheus.inside/graph",
    "fingerprint": "1a30ba71cca2921f",
}


def webhook(*alerts, **changes):
    return json.dumps(
        {
            "version": "4",
            "groupKey": '{}:{alertname="Errors"}',
            "truncatedAlerts": 0,
            "status": "firing",
            "receiver": "govah",
            "groupLabels": {},
            "commonLabels": {},
            "commonAnnotations": {},
            "externalURL": "http://alertmanager.inside",
            "alerts": alerts,
        }
        | changes
    ).encode()


def read(*alerts, now=NOW):
    return alertmanager.parse(webhook(*alerts), source="am", rules=RULES, now=now, lasts=LASTS)


def test_a_firing_alert_is_a_notice_about_whom_the_first_fitting_rule_names():
    [notice] = read(FIRING).notices

    assert notice.kind is NoticeKind.ALERT
    assert (notice.party, notice.services, notice.says) == ("tamin", ("tamin",), "partial_outage")
    assert notice.from_at == datetime(2026, 11, 22, 6, 45, 0, 123456, tzinfo=UTC)
    assert (notice.to_at, notice.seen_at) == (NOW + LASTS, NOW)


def test_nothing_of_their_text_is_kept():
    told = repr(read(FIRING))

    assert not any(word in told for word in ("Doctor", "09121234567", "Errors", "relay-7f"))


def test_told_again_it_is_the_same_notice_and_holds_longer():
    [first] = read(FIRING).notices
    [again] = read(FIRING, now=NOW + LASTS / 2).notices

    assert again.id == first.id
    assert again.to_at == first.to_at + LASTS / 2


def test_a_resolved_alert_ends_when_it_ended_there_and_is_the_same_notice():
    [fired] = read(FIRING).notices
    over = FIRING | {"status": "resolved", "endsAt": "2026-11-22T06:58:00Z"}
    [ended] = read(over).notices

    assert ended.id == fired.id
    assert ended.says == "resolved"
    assert ended.to_at == NOW - timedelta(minutes=2)


@pytest.mark.parametrize("ends", ["0001-01-01T00:00:00Z", "2027-01-01T00:00:00Z"])
def test_a_resolved_alert_without_a_sensible_end_ends_now(ends):
    [ended] = read(FIRING | {"status": "resolved", "endsAt": ends}).notices

    assert ended.to_at == NOW


def test_firing_once_more_later_is_another_notice():
    [first] = read(FIRING).notices
    [second] = read(FIRING | {"startsAt": "2026-11-22T06:59:00Z"}).notices

    assert first.id != second.id


def test_without_a_fingerprint_the_labels_tell_alerts_apart():
    bare = {key: value for key, value in FIRING.items() if key != "fingerprint"}
    other = bare | {"labels": FIRING["labels"] | {"pod": "relay-8a"}}
    turned = bare | {"labels": dict(reversed(FIRING["labels"].items()))}

    one, two, three = (notice.id for notice in read(bare, other, turned).notices)

    assert one == three != two


def test_alerts_no_rule_is_about_are_ignored_and_odd_ones_do_not_hurt_the_rest():
    told = read(
        FIRING,
        FIRING | {"labels": {"job": "disk"}},
        FIRING | {"status": "suppressed"},
        FIRING | {"startsAt": "yesterday"},
        FIRING | {"startsAt": "2026-11-22T08:00:00Z"},
        FIRING | {"labels": {"job": 7}},
        "no alert",
    )

    assert (len(told.notices), told.ignored, told.odd) == (1, 1, 5)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        webhook(FIRING, version="3"),
        webhook(FIRING, alerts={}),
        webhook(*[FIRING] * 1001),
    ],
    ids=["empty", "list", "not utf-8", "deep", "version", "shape", "many"],
)
def test_what_is_no_webhook_of_version_4_is_an_error(body):
    with pytest.raises(PushedError):
        alertmanager.parse(body, source="am", rules=RULES, now=NOW, lasts=LASTS)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["status", "labels", "startsAt", "endsAt", "job", "x"]), inner
            )
        ),
        max_leaves=12,
    )
)
def test_no_alert_whatever_its_shape_is_more_than_odd(alert):
    told = read(alert, FIRING)

    assert len(told.notices) + told.ignored + told.odd == 2


@pytest.mark.parametrize(
    "value", [7, None, "", "2026-11-22", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_time_is_an_error_that_says_where(value):
    with pytest.raises(PushedError, match=r"^when: "):
        moment(value, "when")


# Marks


def mark(told, kind=NoticeKind.DEPLOY, may=("boghrat",)):
    body = json.dumps(told).encode()
    return marks.parse(body, source="ci", kind=kind, world=world(), may=may, now=NOW)


def test_a_deploy_mark_needs_little_and_holds_half_an_hour():
    notice = mark({"id": "release-4711", "party": "boghrat"})

    assert notice.kind is NoticeKind.DEPLOY
    assert (notice.party, notice.services) == ("boghrat", ())
    assert (notice.from_at, notice.to_at) == (NOW, NOW + timedelta(minutes=30))
    assert "4711" not in repr(notice)


def test_services_tell_whose_they_are():
    notice = mark({"id": "r", "services": ["panel", "panel"], "minutes": 5})

    assert (notice.party, notice.services) == ("boghrat", ("panel",))
    assert notice.to_at == NOW + timedelta(minutes=5)


def test_a_mark_told_again_is_the_same_notice():
    early = mark({"id": "r", "party": "boghrat", "from": "2026-11-22T06:50:00Z"})
    late = mark({"id": "r", "party": "boghrat", "from": "2026-11-22T06:55:00Z", "minutes": 90})
    other = mark({"id": "s", "party": "boghrat"})

    assert early.id == late.id != other.id


def test_a_hook_speaks_only_of_whom_it_may():
    with pytest.raises(marks.ForbiddenError):
        mark({"id": "r", "services": ["tamin"]})

    report = mark({"id": "r", "services": ["tamin"]}, kind=NoticeKind.REPORTS, may=("tamin",))
    assert report.party == "tamin"


@pytest.mark.parametrize(
    "told",
    [
        {"party": "boghrat"},
        {"id": "", "party": "boghrat"},
        {"id": "x" * 129, "party": "boghrat"},
        {"id": "r"},
        {"id": "r", "party": "nobody"},
        {"id": "r", "services": "panel"},
        {"id": "r", "services": ["nil-service"]},
        {"id": "r", "services": [["panel"]]},
        {"id": "r", "services": ["panel", "tamin"]},
        {"id": "r", "party": "boghrat", "minutes": 0},
        {"id": "r", "party": "boghrat", "minutes": 1441},
        {"id": "r", "party": "boghrat", "minutes": True},
        {"id": "r", "party": "boghrat", "minutes": 1.5},
        {"id": "r", "party": "boghrat", "from": "now"},
        {"id": "r", "party": "boghrat", "from": "2026-11-01T00:00:00Z"},
        {"id": "r", "party": "boghrat", "from": "2026-11-24T00:00:00Z"},
        {"id": "r", "party": "boghrat", "note": "by Ali"},
    ],
)
def test_a_mark_that_is_not_as_agreed_is_an_error_that_quotes_nothing(told):
    with pytest.raises(PushedError) as error:
        mark(told)

    assert not isinstance(error.value, marks.ForbiddenError)
    assert not any(word in str(error.value) for word in ("nobody", "nil-service", "Ali", "xxx"))
