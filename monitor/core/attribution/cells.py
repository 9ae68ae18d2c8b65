"""What each vantage last saw of each check, and since when it has been seeing that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.model import Scope, Void

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.core.attribution.doubt import Doubt
    from monitor.core.attribution.witness import Plan
    from monitor.model import Instant, Observation, Rules, SelfHealth

# Reasons that are about our whole process and not about one look.
ILL = (
    Void.LOOP_LAG,
    Void.PAUSED,
    Void.CPU_STARVED,
    Void.MEMORY_PRESSURE,
    Void.CLOCK_STEP,
    Void.CLOCK_UNSURE,
    Void.OUT_OF_FILES,
    Void.OUT_OF_RESOURCES,
)
KEEP_S = 900.0  # so far back looks are counted one by one


@dataclass(frozen=True, slots=True)
class Cell:
    """The latest look that counts of one check from one vantage, and the run it belongs to."""

    look: Observation
    run: int  # looks in a row with the same outcome (failed / slow / fine)
    since_at: datetime  # begin of the first look of the run
    since_mono_s: float
    recent: tuple[tuple[float, str], ...] = ()  # (begin, outcome) of the looks of `KEEP_S`

    def counted(self, since_mono_s: float) -> tuple[int, int]:
        """How many looks failed, of how many, since then (at most `KEEP_S` back)."""
        seen = [what for begun_s, what in self.recent if begun_s >= since_mono_s]
        return seen.count("failed"), len(seen)


@dataclass(frozen=True, slots=True)
class Illness:
    """Our own process or clock was not well."""

    why: Void
    health: SelfHealth
    at: datetime
    mono_s: float  # when we learnt of it
    look: str | None = None  # the look that was voided by it


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rules remember."""

    started_mono_s: float
    cells: Mapping[tuple[str, str], Cell] = field(default_factory=dict)  # (vantage, check)
    ill: Illness | None = None  # the latest time our own condition was bad
    stands: Mapping[tuple[str, ...], int] = field(default_factory=dict)  # claim -> ticks
    doubts: Mapping[str, Doubt] = field(default_factory=dict)  # vantage -> what to think of it


def outcome(look: Observation) -> str:
    """The three things a look that counts can be."""
    if look.failed:
        return "failed"
    return "slow" if look.slow else "fine"


def take_in(
    seen: Seen, arrived: Sequence[Observation], *, now: Instant, own: SelfHealth, plan: Plan
) -> Seen:
    """Add looks to the memory; the order of arrival makes no difference.

    A look that is not newer than the one a cell holds is left out: it cannot tell what is true
    now, or it came twice. So is one that claims to begin after `now`.
    """
    ill = _own_illness(own, now, plan.rules) or seen.ill
    cells = dict(seen.cells)
    for look in sorted(arrived, key=lambda o: (o.started_mono_s, o.id)):
        if look.void in ILL and look.received_at is None:  # an agent's illness is its own
            ill = Illness(look.void, look.health, look.started_at, now.mono_s, look.id)
        if look.void is not None or look.started_mono_s > now.mono_s:
            continue
        key = (look.vantage, look.check)
        old = cells.get(key)
        if old is None:
            cells[key] = _begun(look)
        elif old.look.started_mono_s < look.started_mono_s:
            goes_on = outcome(old.look) == outcome(look) and _unbroken(plan, cells, old, look)
            cells[key] = _longer(old, look) if goes_on else _begun(look, old.recent)
    return Seen(seen.started_mono_s, cells, ill, seen.stands, seen.doubts)


def _begun(look: Observation, before: tuple[tuple[float, str], ...] = ()) -> Cell:
    return Cell(look, 1, look.started_at, look.started_mono_s, _with(before, look))


def _longer(old: Cell, look: Observation) -> Cell:
    return Cell(look, old.run + 1, old.since_at, old.since_mono_s, _with(old.recent, look))


def _with(
    recent: tuple[tuple[float, str], ...], look: Observation
) -> tuple[tuple[float, str], ...]:
    oldest_s = look.started_mono_s - KEEP_S
    first = next((i for i, (begun_s, _) in enumerate(recent) if begun_s >= oldest_s), len(recent))
    return (*recent[first:], (look.started_mono_s, outcome(look)))


def _unbroken(
    plan: Plan, cells: Mapping[tuple[str, str], Cell], old: Cell, look: Observation
) -> bool:
    """Whether `look` belongs to the run before it.

    Not after a stretch nobody looked in; and failures from before the vantage's references came
    back were perhaps its own line's, so they are not held against anybody.
    """
    if look.started_mono_s - old.look.started_mono_s > plan.fresh_for_s[look.check]:
        return False
    if not look.failed:
        return True
    keys = ((look.vantage, ref.id) for ref in plan.references_of[look.vantage, Scope.DOMESTIC])
    answering = [cells[key].since_mono_s for key in keys if key in cells and cells[key].look.ok]
    return not answering or not old.since_mono_s < min(answering) <= look.started_mono_s


def _own_illness(own: SelfHealth, now: Instant, rules: Rules) -> Illness | None:
    for why, is_so in (
        (Void.PAUSED, own.paused_s > rules.lag_limit_s),
        (Void.LOOP_LAG, own.lag_s > rules.lag_limit_s),
        (Void.CLOCK_STEP, abs(own.clock_step_s) > rules.step_limit_s),
        (Void.CPU_STARVED, own.starved > rules.starved_limit),
        (Void.MEMORY_PRESSURE, own.memory > rules.memory_limit),
        (Void.CLOCK_UNSURE, own.clock_error_s > rules.clock_error_limit_s),
    ):
        if is_so:
            return Illness(why, own, now.at, now.mono_s)
    return None
