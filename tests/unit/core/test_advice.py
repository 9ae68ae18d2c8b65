"""Every public incident has advice that is approved today, and operators know when it has not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from monitor.core.advice import advise
from monitor.core.follow import Followed
from monitor.core.incident import begin
from monitor.model import EffectKind, FaultDomain, IncidentState, Level
from tests.support.demo import demo_settings
from tests.support.incidents import instant, make_verdict

WORLD = demo_settings().world
NOW = instant(60)


def incident(**changes):
    made = begin(make_verdict(), 1001, now=NOW)
    return replace(made, **{"state": IncidentState.CONFIRMED, "public": True, **changes})


def advised(one, *, changed=True, world=WORLD, at=NOW.at):
    followed = Followed({one.subject: one}, (one,) if changed else (), ())
    return advise(followed, world, at)


def test_a_public_incident_gets_the_advice_for_its_domain():
    after = advised(incident())

    assert after.open["tamin"].advice == "upstream-down"
    assert after.changed[0].advice == "upstream-down"
    assert after.effects == ()


def test_where_nothing_is_approved_the_neutral_one_stands_in_and_operators_are_told():
    lonely = make_verdict(domain=FaultDomain.PLATFORM, party="boghrat", level=Level.NAMED)
    after = advised(incident(verdict=lonely))

    assert after.open["tamin"].advice == "neutral"
    assert [(e.kind, e.note) for e in after.effects] == [
        (EffectKind.WARN_OPERATORS, "advice_neutral")
    ]


def test_advice_that_expires_while_the_incident_is_open_is_replaced_once():
    expiring = tuple(
        replace(a, expires_on=date(2026, 11, 22)) if a.expires_on else a for a in WORLD.advice
    )
    world = replace(WORLD, advice=expiring)
    today = advised(incident(), world=world).open["tamin"]
    tomorrow = advised(today, changed=False, world=world, at=NOW.at + timedelta(days=1))

    assert today.advice == "upstream-down"
    assert [i.advice for i in tomorrow.changed] == ["neutral"]
    again = advised(tomorrow.open["tamin"], changed=False, world=world, at=NOW.at)
    assert [i.advice for i in again.changed] == ["upstream-down"]


def test_what_is_not_public_needs_none():
    followed = advised(incident(public=False))

    assert followed.open["tamin"].advice is None
    assert followed.effects == ()
