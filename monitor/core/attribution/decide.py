"""The first attribution: a numbered decision list over the latest looks of all vantages.

The rules stand in the order they are tried. The first four ask whether *we* are fit to judge; only
then is anybody else looked at. A rule that does not fit is silence, not an accusation.

 1. our own process or clock is not well                          -> monitor
 2. no name resolves, not even the references'                    -> monitor
 3. certificates of two parties or more fail at once              -> monitor
 4. no in-country vantage has a living reference                  -> monitor, or our networks
 5. an upstream refuses our credentials or quota                  -> credentials (veto on naming it)
 6. all parties, or several upstreams, began to fail together     -> shared, nobody named
 7. two seeing vantages and more agree that a direct look fails   -> platform or upstream
 8. ... but only by an answer of another shape                    -> contract, nobody named
 9. the relay fails while the direct transaction is fine          -> platform
10. the answers are right and late, the others' are not           -> platform or upstream, slow
11. one vantage alone sees it                                     -> path, operators only
12. something fails that no rule explains                         -> undetermined, the symptom
13. international references fail while domestic ones answer      -> network.international
14. a vantage lost its references while others see                -> path, operators only
15. a vantage contradicts all others about several parties        -> path, operators only

Confidence is a plain figure of this list (each agreeing vantage leaves 7 % of doubt, each
disagreeing one triples it), capped at 0.999; it is not a calibrated probability.

The rules themselves: `fitness` (1-4), `services` (5-12), `networks` (13-15); who is
doubted: `doubt`.

Source: OONI web connectivity (a control that failed too: "we cannot tell"); the guards are
invariant 1 of `docs/guarantees.md`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.core.attribution.cells import Cell, Seen, take_in
from monitor.core.attribution.doubt import doubts_now
from monitor.core.attribution.fitness import not_fit_to_judge
from monitor.core.attribution.health import health_of
from monitor.core.attribution.networks import about_networks
from monitor.core.attribution.scene import Draft, Scene
from monitor.core.attribution.services import about_services
from monitor.core.attribution.witness import Plan, fresh_view, hear
from monitor.model import FaultDomain, Instant, Judgement, Level, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Observation, SelfHealth, World


class DecisionList:
    """An `Engine` that applies the list above."""

    def __init__(self, world: World) -> None:
        self._plan = Plan(world)

    def start(self, now: Instant) -> Seen:
        """Nothing seen yet."""
        return Seen(started_mono_s=now.mono_s)

    def step(
        self, memory: Seen, arrived: Sequence[Observation], *, now: Instant, own: SelfHealth
    ) -> tuple[Seen, Judgement]:
        """Judge what is known at `now`; see `engine.Engine.step`."""
        seen = take_in(memory, arrived, now=now, own=own, plan=self._plan)
        plan = self._plan
        fresh = fresh_view(plan, seen, now)
        doubts = doubts_now(plan, fresh, seen.doubts, now)
        fresh = fresh.without(vantage for vantage, doubt in doubts.items() if doubt.doubted)
        scene = Scene(
            plan,
            seen,
            fresh,
            now,
            direct={key: hear(plan, fresh, checks) for key, checks in plan.direct.items()},
            relayed={key: hear(plan, fresh, checks) for key, checks in plan.relays.items()},
        )
        unfit = not_fit_to_judge(scene)
        drafts = [unfit] if unfit else [*about_services(scene), *about_networks(scene)]
        claims = [claim for draft in drafts for claim in self._claims(draft)]
        stands = {claim: seen.stands.get(claim, 0) + 1 for claim in claims}
        verdicts = tuple(
            self._spoken(draft, [stands[claim] for claim in self._claims(draft)])
            for draft in drafts
            if draft.domain is not FaultDomain.NONE
        )
        newest = max(fresh.cells.values(), key=_began, default=None)
        judgement = Judgement(
            now=now,
            verdicts=verdicts,
            operations=health_of(scene, verdicts, blind=unfit is not None),
            vantages=fresh.sight,
            sighted=unfit is None,
            last_look_at=scene.label(newest.look.started_at, _began(newest)) if newest else None,
        )
        return replace(seen, stands=stands, doubts=doubts), judgement

    def _claims(self, draft: Draft) -> list[tuple[str, ...]]:
        """What must stand for the dwell: the claim; and that it reaches the bar, where it does.

        That a service fails and nobody can be named is one claim, whatever keeps us from naming.
        """
        if not draft.nameable:
            return [(draft.service or draft.domain,)]
        claim = (draft.service or "*", draft.domain, draft.party or "")
        at_bar = draft.confidence >= self._plan.rules.named_bar
        return [claim, (*claim, Level.NAMED)] if at_bar else [claim]

    def _spoken(self, draft: Draft, ticks: Sequence[int]) -> Verdict:
        rules = self._plan.rules
        firm = ticks[0] >= rules.dwell_ticks
        level = Level.SYMPTOM
        if draft.nameable and draft.confidence >= rules.probable_bar:
            named = len(ticks) > 1 and ticks[1] >= rules.dwell_ticks
            level = Level.NAMED if named else Level.PROBABLY
        return Verdict(
            service=draft.service,
            domain=draft.domain,
            party=draft.party,
            mode=draft.mode,
            operations=draft.operations,
            confidence=draft.confidence,
            level=level,
            onset_at=draft.onset_at,
            grounds=tuple(sorted(draft.grounds, key=lambda g: (not g.supports, -g.weight))),
            would_change=draft.would_change,
            firm=firm,
        )


def _began(cell: Cell) -> float:
    return cell.look.started_mono_s
