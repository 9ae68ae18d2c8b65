"""Which vantages contradict all others, about everybody, for so long that they are not believed.

One network that does not reach one party is a path fault, and honest. A vantage that says of
several parties what no other vantage says is broken, intercepted, or lying; whichever it is, it is
no witness. It can only be told from at least two others who agree with each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.core.attribution.cells import outcome
from monitor.model import Sight

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.core.attribution.witness import Fresh, Plan
    from monitor.model import Instant

LEAST_PARTIES = 2
LEAST_CHECKS = 3
FEWEST_OTHERS = 2


@dataclass(frozen=True, slots=True)
class Doubt:
    """How long a vantage has been contradicting the others, or agreeing again."""

    since_mono_s: float  # of the present stretch
    contradicts: bool  # in the present stretch
    doubted: bool  # not believed, until it has agreed for as long as it took to doubt it


def doubts_now(
    plan: Plan, fresh: Fresh, before: Mapping[str, Doubt], now: Instant
) -> dict[str, Doubt]:
    """What to think of each in-country vantage that speaks; those never suspected are left out."""
    after_s = plan.rules.liar_after_s
    found: dict[str, Doubt] = {}
    for vantage in plan.at_home:
        known = before.get(vantage)
        if fresh.sight[vantage] is not Sight.SEES:
            if known is not None and known.doubted:
                found[vantage] = known
            continue
        contradicts = _contradicts(plan, fresh, vantage)
        if known is None or known.contradicts is not contradicts:
            if known is None and not contradicts:
                continue
            known = Doubt(now.mono_s, contradicts, known is not None and known.doubted)
        lasted = now.mono_s - known.since_mono_s >= after_s
        if lasted and not contradicts:
            continue
        found[vantage] = Doubt(known.since_mono_s, contradicts, known.doubted or lasted)
    return found


def _contradicts(plan: Plan, fresh: Fresh, vantage: str) -> bool:
    """Whether it stands against the agreeing rest in more checks than it stands with them."""
    others = [v for v in plan.at_home if v != vantage and fresh.sight[v] is Sight.SEES]
    against: set[str] = set()
    parties: set[str] = set()
    agreed = 0
    for check in plan.checks_of[vantage]:
        mine = fresh.cells.get((vantage, check.id))
        party = plan.target_of[check.id].party
        if mine is None or party is None:
            continue
        said = {
            outcome(cell.look) == "failed"
            for other in others
            if (cell := fresh.cells.get((other, check.id))) is not None
        }
        heard = sum((other, check.id) in fresh.cells for other in others)
        if heard < FEWEST_OTHERS or len(said) != 1:
            continue
        if (outcome(mine.look) == "failed") in said:
            agreed += 1
        else:
            against.add(check.id)
            parties.add(party)
    return len(against) >= LEAST_CHECKS and len(parties) >= LEAST_PARTIES and len(against) > agreed
