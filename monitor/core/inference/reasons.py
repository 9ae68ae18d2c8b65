"""Why a claim is made: what speaks for it and against it, against health and its strongest rival.

Only what was seen since the onset counts: all that was well before it would speak against anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from monitor.core.inference.evidence import OUTCOMES
from monitor.core.inference.finding import Reason
from monitor.model import EvidenceClass

if TYPE_CHECKING:
    from monitor.core.inference.past import Hypothesis, Past
    from monitor.core.inference.table import Table

LEAST_NATS = 0.3
MOST_REASONS = 16
_CLASSES = {
    "self": EvidenceClass.SELF,
    "regional_traffic": EvidenceClass.REAL_TRAFFIC,
    "traffic": EvidenceClass.REAL_TRAFFIC,
    "mains": EvidenceClass.ENVIRONMENT,
}


def reasons(
    table: Table, claimed: Hypothesis, rival: Hypothesis, past: Past
) -> tuple[tuple[Reason, ...], float]:
    """Group what was seen by target and outcome, and weigh it.

    What fails is weighed against health, what is fine against the rival: the one says that
    something is wrong, the other that it is this and not that.

    Args:
        table: The compiled world.
        claimed: The best explanation that holds the claim.
        rival: The best one that does not.
        past: What was seen since the onset.

    Returns:
        Reasons, strongest first, and by how many nats the claim leads its rival.
    """
    counts = past.counts(len(table.cells), len(OUTCOMES))
    ours, calm, theirs = (np.log(table.view(h)) for h in (claimed, (), rival))
    against_health = counts * table.temper[:, None] * (ours - calm)
    against_rival = counts * table.temper[:, None] * (ours - theirs)
    groups: dict[tuple[str, str, int], list[int]] = {}
    for cell, outcome in zip(*np.nonzero(counts), strict=True):
        c = table.cells[int(cell)]
        groups.setdefault((c.role, c.what, int(outcome)), []).append(int(cell))
    found = []
    for (role, what, outcome), cells in sorted(groups.items()):
        wrong, not_them = (float(w[cells, outcome].sum()) for w in (against_health, against_rival))
        weight = not_them if outcome == 0 else max(wrong, not_them, key=abs)
        if abs(weight) < LEAST_NATS:
            continue
        at_target = role == "traffic"
        found.append(
            Reason(
                evidence=_CLASSES.get(role, EvidenceClass.ACTIVE_PROBE),
                target=table.cells[cells[0]].subject if at_target else what,
                outcome=OUTCOMES[outcome].value,
                vantages=() if at_target else tuple(table.cells[c].subject for c in cells),
                count=int(counts[cells, outcome].sum()),
                weight=round(weight, 2),
                over_rival=round(not_them, 2),
            )
        )
    found.sort(key=lambda r: (-abs(r.weight), r.target, r.outcome))
    return tuple(found[:MOST_REASONS]), round(float(against_rival.sum()), 2)
