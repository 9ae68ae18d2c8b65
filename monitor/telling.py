"""How one look is told: as one observation, or, of a transaction, as one for each check it tells.

A transaction crosses several operations, and health is told per operation. So each of its steps
belongs to a check; what the look did not reach is a void record of that check, never a gap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.model import Failure, Observation, Phase, Sighting, Void
from probes.spec import ToldSpec, TransactionSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from monitor.model import Check, Instant, SelfHealth, Step, Vantage

OURS = {
    Failure.NO_SOURCE_ADDRESS: Void.SOURCE_ADDRESS,
    Failure.OUT_OF_FILES: Void.OUT_OF_FILES,
    Failure.OUT_OF_RESOURCES: Void.OUT_OF_RESOURCES,
    Failure.NOT_PERMITTED: Void.NOT_PERMITTED,
    Failure.OVER_BUDGET: Void.OVER_BUDGET,
    Failure.WRITE_REFUSED: Void.WRITE_REFUSED,
    Failure.NO_TOKEN: Void.NO_TOKEN,
    Failure.NOTHING_YET: Void.NOTHING_YET,
}


@dataclass(frozen=True, slots=True)
class Taken:
    """One look as it was taken."""

    check: Check
    vantage: Vantage
    start: Instant
    duration_s: float
    sighting: Sighting
    health: SelfHealth
    void: Void | None  # for a reason of ours that concerns the whole look


def told(
    taken: Taken, checks: Mapping[str, Check], new_id: Callable[[], str], look_id: str
) -> list[Observation]:
    """Tell a look under every check it belongs to.

    Args:
        taken: The look.
        checks: All checks by id; those a transaction tells are among them.
        new_id: Gives ids for the observations after the first.
        look_id: The id that was sent along; of the first observation.

    Returns:
        The check's own observation first, then those it tells, in the order of the steps.
    """
    spec = taken.check.spec
    if not isinstance(spec, TransactionSpec):
        return [_one(taken, taken.check, taken.sighting, look_id)]
    names: dict[str, list[str]] = {taken.check.id: []}
    for step in spec.steps:
        names.setdefault(step.check, []).append(step.name)
    slow_after_s = {step.name: step.slow_after_s for step in spec.steps}
    seen = {step.name: step for step in taken.sighting.steps}
    observations = []
    for number, (check_id, steps) in enumerate(names.items()):
        mine = [seen[name] for name in steps if name in seen]
        own = checks[check_id]
        observations.append(
            _part(
                taken,
                own,
                mine,
                whole=len(mine) == len(steps),
                slow=any(_late(step, slow_after_s[step.name] or own.slow_after_s) for step in mine),
                look_id=look_id if number == 0 else new_id(),
            )
        )
    return observations


def is_asked(check: Check) -> bool:
    """Whether a check has looks of its own; the others are told by a transaction."""
    return not isinstance(check.spec, ToldSpec)


def told_by(check: Check, checks: Mapping[str, Check]) -> list[Check]:
    """The checks that a look of `check` tells, its own first."""
    spec = check.spec
    names = [step.check for step in spec.steps] if isinstance(spec, TransactionSpec) else []
    return [checks.get(name, check) for name in dict.fromkeys([check.id, *names])]


def _part(
    taken: Taken, check: Check, mine: Sequence[Step], *, whole: bool, slow: bool, look_id: str
) -> Observation:
    failed = next((step for step in mine if step.sighting.failure is not None), None)
    if failed is None and not whole and taken.void is None:
        # An earlier step of another check failed. What failed before any step (a login) is told
        # where the look begins.
        seen = taken.sighting
        if not seen.steps and check.id == taken.check.id and seen.failure is not None:
            return _one(taken, check, seen, look_id)
        unreached = replace(taken, void=Void.NOT_REACHED, duration_s=0.0)
        return _one(unreached, check, Sighting(Phase.START), look_id)
    if not mine:
        return _one(taken, check, replace(taken.sighting, steps=()), look_id)
    last = failed or mine[-1]
    observation = _one(taken, check, last.sighting, look_id)
    begun_s = mine[0].begun_s
    return replace(
        observation,
        started_at=taken.start.at + timedelta(seconds=begun_s),
        started_mono_s=taken.start.mono_s + begun_s,
        duration_s=last.begun_s + last.duration_s - begun_s,
        slow=failed is None and observation.void is None and slow,
        steps=tuple(mine),
    )


def _one(taken: Taken, check: Check, sighting: Sighting, look_id: str) -> Observation:
    void = taken.void
    if void is None and sighting.failure is not None:
        void = OURS.get(sighting.failure)
    return Observation(
        id=look_id,
        check=check.id,
        vantage=taken.vantage.id,
        target=check.target,
        started_at=taken.start.at,
        started_mono_s=taken.start.mono_s,
        duration_s=taken.duration_s,
        sighting=replace(sighting, steps=()) if sighting.steps else sighting,
        slow=void is None
        and sighting.failure is None
        and _late_by(taken.duration_s, check.slow_after_s),
        health=taken.health,
        void=void,
        steps=sighting.steps,
    )


def _late(step: Step, slow_after_s: float | None) -> bool:
    return step.sighting.failure is None and _late_by(step.duration_s, slow_after_s)


def _late_by(duration_s: float, slow_after_s: float | None) -> bool:
    return slow_after_s is not None and duration_s > slow_after_s
