"""The engine: inference says who is at fault, and everything else says whether it may be told.

In this order:

 1. we are not fit to judge (our process, clock, names, certificates, references): `fitness`
 2. a fresh refusal of our credentials: nobody else is blamed for that service: `services.access`
 3. what inference claims, unless most vantages deny it or a guard forbids it: `claims`, `guards`
 4. what fails and nobody explains: the symptom: `services.unexplained`, `.through_platform`
 5. vantages that lost their references, or contradict all others: for operators: `networks`

A vantage that is ill or not believed says nothing to inference. What meets the bar, the guards, the
fit and the dwell is decided in `monitor.core.inference`; docs/attribution.md explains all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from monitor.core.attribution.caveats import doubts_of
from monitor.core.attribution.cells import Cell, Seen, take_in
from monitor.core.attribution.claims import Telling
from monitor.core.attribution.doubt import doubts_now
from monitor.core.attribution.engine import NOTHING_AROUND
from monitor.core.attribution.fitness import not_fit_to_judge
from monitor.core.attribution.guards import apart
from monitor.core.attribution.health import health_of
from monitor.core.attribution.layouts import layout_of
from monitor.core.attribution.networks import about_networks
from monitor.core.attribution.scene import Draft, Scene
from monitor.core.attribution.services import access, through_platform, unexplained
from monitor.core.attribution.translating import Translator
from monitor.core.attribution.witness import Plan, fresh_view, hear
from monitor.core.inference.bayes import BayesReasoner, Memory
from monitor.core.inference.deciding import Bars
from monitor.core.inference.finding import State
from monitor.model import FaultDomain, Instant, Judgement, Level, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.core.inference.evidence import Notice, SignalKind
    from monitor.core.inference.finding import Finding
    from monitor.model import Observation, SelfHealth, Service, Surroundings, UnderWay, World

_LOUDNESS = {Level.NAMED: 0, Level.PROBABLY: 1, Level.SYMPTOM: 2}
HEARD_S = 60.0  # a look that began longer ago tells inference nothing of the present
UNLIKELY, LIKELY = 0.05, 0.9  # likelier ones were not claimed for other reasons: not told
_PRECEDENCE = (
    FaultDomain.UPSTREAM, FaultDomain.PLATFORM, FaultDomain.SHARED, FaultDomain.MAINTENANCE,
    FaultDomain.CONTRACT, FaultDomain.CREDENTIALS, FaultDomain.UNDETERMINED, FaultDomain.PATH,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything between two ticks."""

    seen: Seen
    reasoned: Memory
    read_s: Mapping[tuple[str, SignalKind], float] = field(default_factory=dict)
    heard: frozenset[tuple[str, str, float]] = frozenset()  # looks that inference knows of


class Judge:
    """An `Engine`."""

    def __init__(self, world: World) -> None:
        self._plan = Plan(world)
        self._layout = layout_of(world)
        rules = world.rules
        bars = Bars(rules.named_bar, rules.probable_bar, rules.dwell_ticks)
        self._reasoner = BayesReasoner(self._layout, bars=bars)
        self._translator = Translator(world, self._layout)
        self._checks: dict[tuple[str, str], str] = {}
        for check in world.checks.values():
            for vantage in check.vantages:
                self._checks.setdefault((vantage, check.target), check.id)

    def start(self, now: Instant) -> Knowledge:
        """Nothing seen yet."""
        return Knowledge(Seen(started_mono_s=now.mono_s), self._reasoner.start(now.mono_s))

    def step(
        self,
        memory: Knowledge,
        arrived: Sequence[Observation],
        *,
        now: Instant,
        own: SelfHealth,
        under_way: Sequence[UnderWay] = (),
        around: Surroundings = NOTHING_AROUND,
    ) -> tuple[Knowledge, Judgement]:
        """Judge what is known at `now`; see `engine.Engine.step`."""
        plan = self._plan
        seen = take_in(memory.seen, arrived, now=now, own=own, plan=plan)
        fresh = fresh_view(plan, seen, now)
        doubts = doubts_now(plan, fresh, seen.doubts, now)
        fresh = fresh.without(vantage for vantage, doubt in doubts.items() if doubt.doubted)
        new = {_look(o): o for o in arrived if _tells(o, now) and _look(o) not in memory.heard}
        evidence = self._translator.evidence(
            tuple(new.values()), under_way, around, fresh, memory.read_s, now
        )
        reasoned, finding = self._reasoner.step(memory.reasoned, evidence, now.mono_s)
        read_s = {**memory.read_s, **{(s.subject, s.kind): s.at_s for s in evidence.signals}}
        scene = Scene(
            plan,
            seen,
            fresh,
            now,
            direct={key: hear(plan, fresh, checks) for key, checks in plan.direct.items()},
            relayed={key: hear(plan, fresh, checks) for key, checks in plan.relays.items()},
        )
        unfit = not_fit_to_judge(scene)
        drafts = [unfit] if unfit else self._drafts(scene, finding, evidence.notices)
        stands = {_subject(d): seen.stands.get(_subject(d), 0) + 1 for d in drafts}
        verdicts = tuple(
            self._spoken(draft, stands[_subject(draft)])
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
            wishes=self._wishes(finding) if unfit is None else (),
        )
        seen = replace(seen, stands=stands, doubts=doubts)
        heard = frozenset(k for k in (*memory.heard, *new) if now.mono_s - k[2] <= HEARD_S)
        return Knowledge(seen, reasoned, read_s, heard), judgement

    def _drafts(self, scene: Scene, finding: Finding, notices: tuple[Notice, ...]) -> list[Draft]:
        """At most one about each service, and those about all."""
        plan = self._plan
        claimed = Telling(scene, self._layout, notices, finding.claims).drafts()
        found: dict[str, Draft] = {}
        for service in (*plan.platform_services, *plan.upstream_services):
            mine = [draft for draft in claimed if draft.service == service.id]
            draft = access(scene, service) or min(mine, key=_order, default=None)
            draft = draft or _symptom(scene, service, finding)
            if draft is not None:
                found[service.id] = draft
        found = apart(scene, found)
        for service in plan.upstream_services:
            if service.id not in found:
                draft = through_platform(scene, service, found)
                found |= {service.id: draft} if draft is not None else {}
        about_all = [draft for draft in claimed if draft.service is None] + about_networks(scene)
        by_domain: dict[FaultDomain, list[Draft]] = {}
        for draft in about_all:
            by_domain.setdefault(draft.domain, []).append(draft)
        return [*found.values(), *(_joined(by_domain[domain]) for domain in sorted(by_domain))]

    def _wishes(self, finding: Finding) -> tuple[tuple[str, str], ...]:
        return tuple(
            (vantage, self._checks[vantage, target])
            for vantage, target in finding.wishes
            if (vantage, target) in self._checks
        )

    def _spoken(self, draft: Draft, ticks: int) -> Verdict:
        return Verdict(
            service=draft.service,
            domain=draft.domain,
            party=draft.party,
            mode=draft.mode,
            operations=draft.operations,
            confidence=draft.confidence,
            level=draft.level if draft.nameable else Level.SYMPTOM,
            onset_at=draft.onset_at,
            grounds=tuple(sorted(draft.grounds, key=lambda g: (not g.supports, -g.weight))),
            would_change=draft.would_change,
            firm=ticks >= self._plan.rules.dwell_ticks,
        )


def _look(look: Observation) -> tuple[str, str, float]:
    return (look.vantage, look.check, look.started_mono_s)


def _tells(look: Observation, now: Instant) -> bool:
    return 0.0 <= now.mono_s - look.started_mono_s <= HEARD_S


def _symptom(scene: Scene, service: Service, finding: Finding) -> Draft | None:
    """What fails and nobody explains; with what it may be, where inference knows no more."""
    draft = unexplained(scene, service)
    claimed = any(claim.party == service.id for claim in finding.claims)
    puzzled = finding.state is State.INCONCLUSIVE and not claimed
    if draft is None or not puzzled or draft.domain is not FaultDomain.UNDETERMINED:
        return draft
    about = tuple(
        (label, share)
        for label, share in finding.candidates
        if UNLIKELY <= share < LIKELY and label.partition(":")[2] in ("", service.id)
    )
    return replace(draft, grounds=(*draft.grounds, *doubts_of(replace(finding, candidates=about))))


def _joined(drafts: Sequence[Draft]) -> Draft:
    """Several about all of one domain as one: the loudest, with the grounds of every one."""
    first = min(drafts, key=_order)
    others = (g for d in drafts if d is not first for g in d.grounds)
    return replace(first, grounds=(*first.grounds, *others))


def _subject(draft: Draft) -> tuple[str, ...]:
    """What must stand for the dwell. That something fails is one claim, whoever is at fault."""
    if not draft.nameable:
        return (draft.service or draft.domain,)
    return (draft.service or "*", draft.domain, draft.party or "")


def _order(draft: Draft) -> tuple[int, int, float]:
    place = _PRECEDENCE.index(draft.domain) if draft.domain in _PRECEDENCE else len(_PRECEDENCE)
    return (_LOUDNESS[draft.level], place, -draft.confidence)


def _began(cell: Cell) -> float:
    return cell.look.started_mono_s
