"""What plain monitors conclude, shaped as reasoners: the figures to compare ours with.

They blame the party of whatever fails, as today's tools imply; from when a look failed until the
looks that made them say so no longer fail. Slow is not failed, and a silent agent tells nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.core.inference.evidence import Outcome
from monitor.core.inference.finding import Claim, Finding, State
from monitor.model import FaultDomain, Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.core.inference.evidence import Evidence
    from monitor.core.inference.layout import Layout

IN_A_ROW = 3

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many times in a row each pair has failed by now, and since when."""

    failed: Mapping[Pair, int] = field(default_factory=dict)
    since_s: Mapping[Pair, float] = field(default_factory=dict)


class Counting:
    """Blames the party of every target that a rule finds failing."""

    def __init__(self, layout: Layout, rule: Callable[[Mapping[Pair, int]], set[str]]) -> None:
        self._layout = layout
        self._rule = rule

    def start(self, now_s: float) -> Tally:  # noqa: ARG002  the protocol's
        """Nothing has failed yet."""
        return Tally()

    def step(self, memory: Tally, evidence: Evidence, now_s: float) -> tuple[Tally, Finding]:
        """Count what has answered since, and blame."""
        failed, since_s = dict(memory.failed), dict(memory.since_s)
        for look in sorted(evidence.looks, key=lambda o: (o.ended_s, o.vantage, o.target)):
            pair = (look.vantage, look.target)
            if look.outcome is Outcome.NO_RESULT:
                continue
            if look.outcome in (Outcome.OK, Outcome.SLOW):
                failed[pair] = 0
                since_s.pop(pair, None)
            else:
                failed[pair] = failed.get(pair, 0) + 1
                since_s.setdefault(pair, look.begun_s)
        claims = self._claims(self._rule(failed), since_s)
        state = State.BLAMED if claims else State.INVESTIGATING if since_s else State.OK
        return Tally(failed, since_s), Finding(now_s, state, claims, float(bool(since_s)))

    def _claims(self, targets: set[str], since_s: Mapping[Pair, float]) -> tuple[Claim, ...]:
        onsets: dict[str, float] = {}
        for (_, target), at_s in since_s.items():
            party = self._layout.things[target].party
            if target in targets and party is not None:
                onsets[party] = min(at_s, onsets.get(party, at_s))
        return tuple(
            Claim(
                domain=FaultDomain.PLATFORM if ours else FaultDomain.UPSTREAM,
                party=None if ours else party,
                mode=Mode.DOWN,
                confidence=1.0,
                onset_s=at_s,
                named=True,
            )
            for party, at_s in sorted(onsets.items())
            for ours in (party == self._layout.platform,)
        )


def any_failure(layout: Layout) -> Counting:
    """Any single failure blames."""
    return Counting(layout, lambda failed: {target for (_, target), n in failed.items() if n})


def in_a_row(layout: Layout) -> Counting:
    """Three failures in a row from one vantage blame."""
    return Counting(
        layout, lambda failed: {target for (_, target), n in failed.items() if n >= IN_A_ROW}
    )


def majority(layout: Layout) -> Counting:
    """More than half of the vantages that look at a target, with their latest look, blame."""
    watchers = Counter(target for _, target in layout.looks)

    def rule(failed: Mapping[Pair, int]) -> set[str]:
        votes = Counter(target for (_, target), n in failed.items() if n)
        return {target for target, count in votes.items() if count > watchers[target] / 2}

    return Counting(layout, rule)


BASELINES: Mapping[str, Callable[[Layout], Counting]] = {
    "any failure": any_failure,
    "3 in a row": in_a_row,
    "majority": majority,
}
