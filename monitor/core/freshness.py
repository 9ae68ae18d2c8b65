"""How long a picture may be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import Role

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.model import Judgement, World

LEAST_S = 30.0


def stale_after_s(world: World) -> float:
    """Return the seconds after the last look from which on we say that we don't know.

    `rules.stale_intervals` times the slowest check of a party's target, and at least 30 s.
    """
    paces = (
        check.every_s
        for check in world.checks.values()
        if world.targets[check.target].role is not Role.REFERENCE
    )
    return max(LEAST_S, world.rules.stale_intervals * max(paces, default=0.0))


def look_age_s(judgement: Judgement, *, now: datetime, now_mono_s: float | None) -> float | None:
    """Return the seconds since the newest look that counts; None: there was no look at all.

    Args:
        judgement: The newest judgement.
        now: Aware wall-clock time.
        now_mono_s: Monotonic reading of the same moment in the same run; where it is given, a
            step of the wall clock since the judgement changes nothing.
    """
    if judgement.last_look_at is None:
        return None
    if now_mono_s is None:
        return (now - judgement.last_look_at).total_seconds()
    at_judgement_s = (judgement.now.at - judgement.last_look_at).total_seconds()
    return at_judgement_s + (now_mono_s - judgement.now.mono_s)
