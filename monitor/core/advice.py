"""Which approved advice holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from monitor.model import Advice, Verdict, World


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


def _neutral(advice: Advice) -> bool:
    return advice.expires_on is None and not advice.domains and not advice.services


def _holds(advice: Advice, on: date) -> bool:
    return advice.approved_on <= on and (advice.expires_on is None or on <= advice.expires_on)


def _meant_for(advice: Advice, verdict: Verdict) -> bool:
    return (not advice.domains or verdict.domain in advice.domains) and (
        not advice.services or verdict.service in advice.services
    )
