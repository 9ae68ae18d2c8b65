"""What each vantage last saw of each check, and since when it has been seeing that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.model import Void

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.model import Instant, Observation, Rules, SelfHealth

# Reasons that are about our whole process and not about one look.
ILL = (Void.LOOP_LAG, Void.CLOCK_STEP, Void.OUT_OF_FILES, Void.OUT_OF_RESOURCES)


@dataclass(frozen=True, slots=True)
class Cell:
    """The latest look that counts of one check from one vantage, and the run it belongs to."""

    look: Observation
    run: int  # looks in a row with the same outcome (failed / slow / fine)
    since_at: datetime  # begin of the first look of the run
    since_mono_s: float


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
    """The memory of a decision list."""

    started_mono_s: float
    cells: Mapping[tuple[str, str], Cell] = field(default_factory=dict)  # (vantage, check)
    ill: Illness | None = None  # the latest time our own condition was bad
    stands: Mapping[tuple[str, str, str], int] = field(default_factory=dict)  # claim -> ticks


def outcome(look: Observation) -> str:
    """The three things a look that counts can be."""
    if look.failed:
        return "failed"
    return "slow" if look.slow else "fine"


def take_in(
    seen: Seen, arrived: Sequence[Observation], *, now: Instant, own: SelfHealth, rules: Rules
) -> Seen:
    """Add looks to the memory; the order of arrival makes no difference.

    A look older than the one a cell holds is left out: it cannot tell what is true now.
    """
    ill = _own_illness(own, now, rules) or seen.ill
    cells = dict(seen.cells)
    for look in sorted(arrived, key=lambda o: (o.started_mono_s, o.id)):
        if look.void in ILL:
            ill = Illness(look.void, look.health, look.started_at, now.mono_s, look.id)
        if look.void is not None:
            continue
        key = (look.vantage, look.check)
        old = cells.get(key)
        if old is not None and old.look.started_mono_s > look.started_mono_s:
            continue
        if old is not None and outcome(old.look) == outcome(look):
            cells[key] = Cell(look, old.run + 1, old.since_at, old.since_mono_s)
        else:
            cells[key] = Cell(look, 1, look.started_at, look.started_mono_s)
    return Seen(seen.started_mono_s, cells, ill, seen.stands)


def _own_illness(own: SelfHealth, now: Instant, rules: Rules) -> Illness | None:
    if own.lag_s > rules.lag_limit_s:
        return Illness(Void.LOOP_LAG, own, now.at, now.mono_s)
    if abs(own.clock_step_s) > rules.step_limit_s:
        return Illness(Void.CLOCK_STEP, own, now.at, now.mono_s)
    return None
