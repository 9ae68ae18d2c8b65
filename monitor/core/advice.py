"""Which approved advice holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.model import Effect, EffectKind

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.core.follow import Followed
    from monitor.model import Advice, Incident, Verdict, World


class NoAdviceError(Exception):
    """The world declares no neutral advice; configuration must not let that happen."""


def advice_for(world: World, verdict: Verdict, on: date) -> Advice:
    """Choose what to tell doctors to do.

    Args:
        world: What is declared; its advice in order of preference.
        verdict: What is wrong.
        on: The day it is told, in the page's time zone.

    Returns:
        The first advice approved and not expired on that day that is meant for the verdict's
        domain and service; else the neutral one, which never expires.

    Raises:
        NoAdviceError: there is none at all.
    """
    for advice in world.advice:
        if not _neutral(advice) and _holds(advice, on) and _meant_for(advice, verdict):
            return advice
    return neutral_advice(world)


def neutral_advice(world: World) -> Advice:
    """Return the advice that is right for everything and never expires.

    Raises:
        NoAdviceError: there is none.
    """
    for advice in world.advice:
        if _neutral(advice):
            return advice
    raise NoAdviceError("no advice without domains, services and expiry is declared")


def advise(followed: Followed, world: World, at: datetime) -> Followed:
    """Give every public incident the advice that holds now.

    Args:
        followed: What a tick did.
        world: What is declared.
        at: The tick; the day in the page's time zone decides what is approved and not expired.

    Returns:
        The same, with advice; where only the neutral one is left, the operators are warned.
    """
    today = at.astimezone(ZoneInfo(world.time_zone)).date()
    new = {
        incident.ref: advice
        for incident in (*followed.changed, *followed.open.values())
        if incident.public and not incident.state.closed
        if (advice := advice_for(world, incident.verdict, today)).id != incident.advice
    }
    if not new:
        return followed

    def with_advice(incident: Incident) -> Incident:
        return replace(incident, advice=new[incident.ref].id) if incident.ref in new else incident

    after = {subject: with_advice(incident) for subject, incident in followed.open.items()}
    changed = {incident.ref: with_advice(incident) for incident in followed.changed}
    changed |= {incident.ref: incident for incident in after.values() if incident.ref in new}
    warned = tuple(
        Effect(EffectKind.WARN_OPERATORS, ref, "advice_neutral")
        for ref, advice in sorted(new.items())
        if _neutral(advice)
    )
    return replace(
        followed,
        open=after,
        changed=tuple(changed[ref] for ref in sorted(changed)),
        effects=(*followed.effects, *warned),
    )


def _neutral(advice: Advice) -> bool:
    return advice.expires_on is None and not advice.domains and not advice.services


def _holds(advice: Advice, on: date) -> bool:
    return advice.approved_on <= on and (advice.expires_on is None or on <= advice.expires_on)


def _meant_for(advice: Advice, verdict: Verdict) -> bool:
    return (not advice.domains or verdict.domain in advice.domains) and (
        not advice.services or verdict.service in advice.services
    )
