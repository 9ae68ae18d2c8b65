"""Which of what others say stands beside a service, beside an incident, and ahead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.said import AHEAD, LATELY, MOST, of_incident, of_service, upcoming
from monitor.model import FaultDomain, Notice, NoticeKind
from tests.unit.wording.small_world import NOW, ONSET, incident, resolved, verdict, world

WORLD = world()
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
US = timedelta(microseconds=1)


def notice(kind=NoticeKind.STATUS, from_at=ONSET, to_at=NOW + HOUR, **changes):
    values = {"party": "tamin", "says": "major_outage", "id": "s:1", "source": "s"} | changes
    return Notice(kind=kind, from_at=from_at, to_at=to_at, seen_at=ONSET, **values)


def beside(*notices, service="tamin", fine=True, now=NOW):
    return of_service(WORLD, notices, service, now, fine=fine)


def test_a_partys_word_stands_beside_its_own_service_only():
    word = notice()

    assert beside(word) == (word,)
    assert beside(word, service="ihio") == ()


def test_where_services_are_named_it_is_about_them_alone():
    word = notice(party="boghrat", services=("panel",))

    assert beside(word, service="panel") == (word,)
    assert beside(word, service="tamin") == ()


@pytest.mark.parametrize(
    "kind", [NoticeKind.ALERT, NoticeKind.REPORTS, NoticeKind.DEPLOY, NoticeKind.POWER_CUT]
)
def test_nobody_is_accused_beside_a_service_on_anothers_word(kind):
    assert beside(notice(kind), fine=False) == ()


def test_an_announced_end_is_an_end():
    word = notice(NoticeKind.MAINTENANCE, to_at=NOW, says="")

    assert beside(word, now=NOW - US) == (word,)
    assert beside(word, now=NOW) == ()


@pytest.mark.parametrize("says", ["resolved", "operational", "cancelled"])
def test_all_is_well_is_shown_only_where_we_see_otherwise_and_not_for_ever(says):
    word = notice(to_at=NOW - MINUTE, says=says)

    assert beside(word, fine=True) == ()
    assert beside(word, fine=False) == (word,)
    assert beside(word, fine=False, now=word.to_at + LATELY + US) == ()


def test_of_many_the_newest_are_shown_oldest_first():
    many = [notice(id=f"s:{n}", from_at=ONSET + n * US) for n in range(MOST + 3)]

    assert beside(*reversed(many)) == tuple(many[3:])


def touching(*notices, about=None):
    about = about or incident()
    return of_incident(WORLD, notices, about, NOW)


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_beside_an_incident_stands_what_anybody_said_of_its_party(kind):
    word = notice(kind)

    assert touching(word) == (word,)


def test_another_partys_trouble_is_not_beside_it():
    assert touching(notice(party="ihio")) == ()


def test_what_the_platform_did_itself_stands_beside_every_incident():
    deploy = notice(NoticeKind.DEPLOY, party="boghrat", services=("panel",))

    assert touching(deploy) == (deploy,)


def test_a_power_cut_stands_beside_what_may_come_of_it():
    cut = notice(NoticeKind.POWER_CUT, party=None, region="tehran", says="planned")
    network = incident(verdict(service=None, party=None, domain=FaultDomain.NETWORK_DOMESTIC))
    path = incident(verdict(domain=FaultDomain.PATH))

    assert touching(cut) == ()
    assert touching(cut, about=network) == touching(cut, about=path) == (cut,)


def test_an_incident_without_a_service_hears_everybody():
    shared = incident(verdict(service=None, party=None, domain=FaultDomain.SHARED))
    words = (notice(id="s:1"), notice(id="s:2", party="ihio"))

    assert touching(*words, about=shared) == words


def test_only_what_was_said_of_its_time_stands_beside_it():
    before = notice(from_at=ONSET - HOUR, to_at=ONSET - US)
    after = notice(from_at=NOW + US)
    over = resolved()

    assert touching(before, after) == ()
    assert of_incident(WORLD, [notice(from_at=NOW)], over, over.recovered_at)


def test_an_incident_whose_service_is_no_longer_declared_is_no_error():
    assert touching(notice(), about=incident(verdict(service="former", party="former"))) == ()


def test_ahead_are_plans_of_the_next_day_that_were_not_withdrawn():
    work = notice(NoticeKind.MAINTENANCE, NOW + 2 * HOUR, NOW + 3 * HOUR, id="a", says="planned")
    cut = notice(NoticeKind.POWER_CUT, NOW + HOUR, NOW + 3 * HOUR, id="b", says="planned")
    begun = notice(NoticeKind.MAINTENANCE, NOW, NOW + HOUR, id="c")
    far = notice(NoticeKind.MAINTENANCE, NOW + AHEAD + US, NOW + 2 * AHEAD, id="d")
    gone = notice(NoticeKind.MAINTENANCE, NOW + HOUR, NOW + HOUR, id="e", says="cancelled")
    deploy = notice(NoticeKind.DEPLOY, NOW + HOUR, NOW + 2 * HOUR, id="f")

    assert upcoming([work, begun, far, gone, deploy, cut], NOW) == (cut, work)
