"""Says when the looks of a batch were taken, by our own clocks; values in, values out.

An agent's clocks are its own. What can be believed is how long ago a look was when the batch left:
within one boot the monotonic clock tells it whatever the wall clock did; across boots only the
wall clock can.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.model import LookRefusal, Void
from monitor.wire.looks import observation_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from monitor.model import Instant, Observation, World
    from monitor.wire.looks import LookWire
    from monitor.wire.messages import Batch

FUTURE_S = 1.0  # a look may begin this much after the batch that holds it: clocks have grain
OLDEST_S = 3660 * 86_400.0  # ten years: what is older was dated by a clock that was never set
SURE_S = 1.0  # a wall clock further off than this does not date a look of another boot


@dataclass(frozen=True, slots=True)
class Labelled:
    """A batch, sorted."""

    looks: tuple[Observation, ...]  # to be kept, by our clocks
    known: int  # kept already
    refused: Counter[LookRefusal] = field(default_factory=Counter)


def offset_s(batch: Batch, now: Instant) -> float:
    """How far the agent's wall clock is ahead of ours; the way of the batch counts as its error."""
    return (batch.sent.wall - now.at).total_seconds()


def label(
    batch: Batch,
    vantage: str,
    *,
    world: World,
    now: Instant,
    known: Collection[str],
    undated: bool,
) -> Labelled:
    """Sort a batch.

    Args:
        batch: As it came.
        vantage: Whose agent signed it; looks of another vantage are refused.
        world: What is declared: only checks looked at from there are taken.
        now: When it arrived.
        known: Ids that are stored already.
        undated: Its wall clock is not believed at present: the looks are kept, and void. (Those of
            a vantage that contradicts the others count as ever: by them it can find back.)
    """
    unsure = abs(offset_s(batch, now)) > SURE_S
    refused: Counter[LookRefusal] = Counter()
    kept: dict[str, Observation] = {}
    again = 0
    for look in batch.looks:
        age_s, by_wall = _age(look, batch)
        reason = _not_ours(look, vantage, world) or _impossible(age_s)
        if reason is not None:
            refused[reason] += 1
        elif look.id in known or look.id in kept:
            again += 1
        else:
            void = _void(look.void, undated=undated, unsure=by_wall and unsure)
            seen = replace(observation_of(look), void=void, slow=look.slow and void is None)
            kept[look.id] = _by_our_clocks(seen, max(0.0, age_s), world, now)
    return Labelled(tuple(kept.values()), again, refused)


def _not_ours(look: LookWire, vantage: str, world: World) -> LookRefusal | None:
    if look.vantage != vantage:
        return LookRefusal.OTHER_VANTAGE
    check = world.checks.get(look.check)
    if check is None or check.target != look.target or vantage not in check.vantages:
        return LookRefusal.UNKNOWN_CHECK
    return None


def _impossible(age_s: float) -> LookRefusal | None:
    if age_s < -FUTURE_S:
        return LookRefusal.FROM_THE_FUTURE
    return LookRefusal.TOO_OLD if age_s > OLDEST_S else None


def _age(look: LookWire, batch: Batch) -> tuple[float, bool]:
    """Seconds since the look began when the batch left, and whether only the wall clock says so."""
    if look.at.boot == batch.sent.boot:
        return batch.sent.mono - look.at.mono, False
    return (batch.sent.wall - look.at.wall).total_seconds(), True


def _void(void: Void | None, *, undated: bool, unsure: bool) -> Void | None:
    if void is not None:
        return void
    if undated:
        return Void.QUARANTINED
    return Void.CLOCK_UNSURE if unsure else None


def _by_our_clocks(seen: Observation, age_s: float, world: World, now: Instant) -> Observation:
    check = world.checks[seen.check]
    in_time_s = world.rules.stale_intervals * check.every_s + check.timeout_s
    return replace(
        seen,
        started_at=now.at - timedelta(seconds=age_s),
        started_mono_s=now.mono_s - age_s,
        received_at=now.at,
        late=age_s - seen.duration_s > in_time_s,
    )
