"""Whose a call's outcome is: what it can speak for, by its class and the upstream's own code."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from monitor.model import CodeClass, OutcomeClass, TrafficState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.model import Outcome, World

# What is counted of an operation: all calls, and of them those that speak for something.
CALLS = "calls"
FAILING = "failing"
REFUSED = "refused"
SLOW = "slow"
ANSWER = "="  # a well-formed no; the upstream's code follows, where there is one

Codes: TypeAlias = "Mapping[str, Mapping[str, CodeClass]]"  # by service, by code

_OURSELVES = frozenset({CodeClass.OURS, CodeClass.SESSION})
_A_NO = frozenset({CodeClass.DOCTOR, CodeClass.PATIENT})
_NEVER_HEARD = frozenset({OutcomeClass.TIMEOUT, OutcomeClass.UNREACHABLE})


def codes_of(world: World) -> Codes:
    """What the codes of each service mean, by the providers that its checks name.

    A code that two providers of one service read differently is unknown.
    """
    found: dict[str, dict[str, CodeClass]] = {}
    for check in world.checks.values():
        target = world.targets.get(check.target)
        provider = world.providers.get(check.provider or "")
        if target is None or target.service is None or provider is None:
            continue
        known = found.setdefault(target.service, {})
        for each in provider.meanings:
            if each.code is not None and known.setdefault(each.code, each.meaning) != each.meaning:
                known[each.code] = CodeClass.UNKNOWN
    return found


def series_of(outcome: Outcome, codes: Codes) -> str | None:
    """What a call speaks for, beside being a call.

    Args:
        outcome: What the platform told.
        codes: What the upstreams' codes mean.

    Returns:
        FAILING, REFUSED, SLOW, or ANSWER and the code; None: it speaks for nothing. What the
        platform says of a call that was never answered stands; of the others the upstream's own
        code says more, where its meaning is known.
    """
    kind = outcome.outcome
    if kind is OutcomeClass.OK:
        return None
    if kind is OutcomeClass.SLOW:
        return SLOW
    if kind in _NEVER_HEARD:
        return FAILING
    meaning = codes.get(outcome.service, {}).get(outcome.code or "", CodeClass.UNKNOWN)
    if meaning is CodeClass.UPSTREAM:
        return FAILING
    if kind is OutcomeClass.SERVER_ERROR and meaning in {CodeClass.UNKNOWN, CodeClass.OK}:
        return FAILING
    if kind is OutcomeClass.CREDENTIALS and meaning not in _A_NO:
        return REFUSED
    if kind is OutcomeClass.SERVER_ERROR and meaning in _OURSELVES:
        return REFUSED
    if kind is OutcomeClass.UNKNOWN and meaning in {CodeClass.UNKNOWN, CodeClass.OK}:
        return None
    return f"{ANSWER}{outcome.code or ''}"


def state_of(series: str) -> TrafficState:
    """What a surge of a series is."""
    if series == FAILING:
        return TrafficState.FAILING
    if series == REFUSED:
        return TrafficState.REFUSED
    return TrafficState.SLOW if series == SLOW else TrafficState.QUIET_FAULT


def code_of(series: str) -> str | None:
    """The upstream's code of a series of answers; None where it is none, or came without one."""
    return series.removeprefix(ANSWER) or None if series.startswith(ANSWER) else None
