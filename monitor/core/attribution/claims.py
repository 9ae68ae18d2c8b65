"""From the claims of inference to what is said of every service."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.core.attribution.caveats import changes_of
from monitor.core.attribution.guards import (
    everything_slow,
    fail_together,
    was_announced,
    was_refused,
)
from monitor.core.attribution.networks import seen_from_abroad
from monitor.core.attribution.saying import (
    failed_cells,
    grounds_about,
    mode_about,
    operations_about,
)
from monitor.core.attribution.scene import Draft
from monitor.core.attribution.translating import relayed
from monitor.core.attribution.votes import goes_through, vote
from monitor.core.attribution.witness import NOBODYS
from monitor.model import EvidenceClass, FaultDomain, Level, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from monitor.core.attribution.scene import Scene
    from monitor.core.attribution.votes import Vote
    from monitor.core.inference.evidence import Notice
    from monitor.core.inference.finding import Claim
    from monitor.core.inference.layout import Layout
    from monitor.model import Check, Service

D = FaultDomain
OF_A_SERVICE = (D.UPSTREAM, D.CONTRACT, D.MAINTENANCE, D.CREDENTIALS, D.PATH)
SPOKEN = (D.UPSTREAM, D.PLATFORM, D.NETWORK_INTERNATIONAL)  # parties a message may name
NETWORKS = (D.NETWORK_DOMESTIC, D.NETWORK_INTERNATIONAL)
CONTESTED = 0.99  # shown at most where a witness denies it
UNSURE = 0.5  # shown where the claim is not made though inference makes it


@dataclass(frozen=True, slots=True)
class Telling:
    """What all claims of a tick are told by."""

    scene: Scene
    layout: Layout
    notices: tuple[Notice, ...]
    claims: tuple[Claim, ...]

    def drafts(self) -> list[Draft]:
        """What the claims say of services, and of all of them at once."""
        return [draft for claim in self.claims for draft in self._of(claim)]

    def _of(self, claim: Claim) -> Iterable[Draft]:
        world = self.scene.plan.world
        if claim.mode is Mode.SLOW and everything_slow(self.scene):
            return []
        if claim.domain is D.PLATFORM:
            return self._of_platform(claim)
        if claim.domain is D.SHARED and claim.party is not None:
            return self._of_shared(claim, claim.party)
        service = world.services.get(claim.party or "")
        if claim.domain in OF_A_SERVICE and service is not None:
            return self._of_service(claim, service)
        return self._of_all(claim)

    def _of_service(self, claim: Claim, service: Service) -> list[Draft]:
        """An upstream's own trouble, or our standing with it, or the way to it."""
        match claim.domain:
            case D.UPSTREAM:
                return self._of_upstream(claim, service)
            case D.PATH if claim.fault.startswith("path.egress"):
                draft = self._draft(claim, service, relayed(self.scene.plan.world, service.id))
                return [self._ours(draft, claim)]
            case D.PATH if not self._explains_all(claim, service):
                return []
            case D.CREDENTIALS if not was_refused(claim):
                return []
            case D.MAINTENANCE if not was_announced(self.scene, claim, self.notices):
                return [self._draft(claim, service, domain=D.UNDETERMINED)]
            case _:
                return [self._draft(claim, service)]

    def _of_upstream(self, claim: Claim, service: Service) -> list[Draft]:
        operations = operations_about(self.scene, claim, service)
        failed = failed_cells(self.scene, service, operations)
        if {cell.look.sighting.failure for cell in failed} & NOBODYS:
            return [self._draft(claim, service, operations, domain=D.UNDETERMINED)]
        said = self._vote(claim, self._direct(service, operations, claim))
        relays = [c for o in operations for c in self.scene.plan.relays[service.id, o]]
        slow_counts = claim.mode is Mode.SLOW
        if not said.carries(_others(claim)) or (
            goes_through(self.scene, relays, said, slow_counts=slow_counts) and not _others(claim)
        ):
            return []
        draft = self._draft(claim, service, operations, said=said)
        return [self._named(draft, claim, service.party, said)]

    def _of_platform(self, claim: Claim) -> list[Draft]:
        """The platform's own services; where only relays fail, the services behind them."""
        plan = self.scene.plan
        targets = [plan.world.targets[t] for t in claim.targets if t in plan.world.targets]
        own = {t.service for t in targets if t.service in {s.id for s in plan.platform_services}}
        found = []
        for service in plan.platform_services if own else plan.upstream_services:
            if service.id not in {t.service for t in targets}:
                continue
            operations: tuple[str, ...]
            if own:
                operations = operations_about(self.scene, claim, service)
                checks = self._direct(service, operations, claim)
            else:
                operations = relayed(plan.world, service.id)
                if any((service.id, o) in plan.front_only for o in operations):
                    continue  # nobody knows on which side of the platform the work fails
                checks = [c for o in operations for c in plan.relays[service.id, o]]
            said = self._vote(claim, checks)
            if said.carries(_others(claim)):
                draft = self._draft(claim, service, operations, domain=D.PLATFORM, said=said)
                found.append(self._named(draft, claim, plan.world.platform, said))
        return found

    def _of_shared(self, claim: Claim, thing: str) -> list[Draft]:
        """Something that several stand on: each of them, and nobody is named."""
        on_it = {self.layout.things[t].party for t in self.layout.shared.get(thing, ())}
        services = [s for s in self.scene.plan.upstream_services if s.id in on_it]
        together = fail_together([s.id for s in services])
        drafts = [self._draft(claim, service) for service in services]
        return [replace(draft, grounds=(*draft.grounds, together)) for draft in drafts]

    def _of_all(self, claim: Claim) -> list[Draft]:
        """Networks, power, ourselves. One vantage of several is a matter for operators."""
        domain = claim.domain
        if domain is D.MONITOR:
            if not claim.named:
                return []
            if not set(self.scene.plan.at_home) <= set(claim.places):
                domain = D.PATH
        abroad = seen_from_abroad(self.scene) if domain in NETWORKS else ()
        return [
            Draft(
                None,
                domain,
                self._onset(claim, None),
                mode=Mode.PARTIAL if domain is D.PATH else claim.mode,
                confidence=claim.confidence,
                nameable=domain in SPOKEN,
                level=_level(claim, domain),
                grounds=(
                    *grounds_about(self.scene, claim, self.layout, self.notices),
                    *abroad,
                ),
                would_change=changes_of(claim),
            )
        ]

    def _draft(
        self,
        claim: Claim,
        service: Service,
        operations: tuple[str, ...] | None = None,
        *,
        domain: FaultDomain | None = None,
        said: Vote | None = None,
    ) -> Draft:
        """A claim about a service that names nobody."""
        if operations is None:
            operations = operations_about(self.scene, claim, service)
        return Draft(
            service.id,
            domain or claim.domain,
            self._onset(claim, said),
            mode=mode_about(claim, service, operations),
            operations=operations,
            confidence=UNSURE if domain is D.UNDETERMINED else claim.confidence,
            grounds=grounds_about(
                self.scene, claim, self.layout, self.notices, service, operations, said
            ),
            would_change=changes_of(claim),
        )

    def _named(self, draft: Draft, claim: Claim, party: str, said: Vote) -> Draft:
        """The same, with the party, as loudly as the witnesses allow."""
        if said.names(_others(claim)):
            return replace(draft, party=party, nameable=True, level=_level(claim, claim.domain))
        confidence = min(draft.confidence, CONTESTED)
        return replace(
            draft, party=party, nameable=True, level=Level.PROBABLY, confidence=confidence
        )

    def _ours(self, draft: Draft, claim: Claim) -> Draft:
        """The platform's own way to an upstream is the platform's."""
        platform = self.scene.plan.world.platform
        level = _level(claim, D.PLATFORM)
        return replace(draft, domain=D.PLATFORM, party=platform, nameable=True, level=level)

    def _vote(self, claim: Claim, checks: Sequence[Check]) -> Vote:
        slow_counts = claim.mode is Mode.SLOW
        return vote(self.scene, checks, from_s=claim.onset_s, slow_counts=slow_counts)

    def _direct(self, service: Service, operations: Iterable[str], claim: Claim) -> list[Check]:
        """Checks that ask a service itself for what is claimed to fail."""
        plan = self.scene.plan
        checks = {
            c.id: c
            for o in operations
            for c in (*plan.direct[service.id, o], *plan.fronts[service.id, o])
        }
        about = [c for c in checks.values() if c.target in claim.targets]
        return about or list(checks.values())

    def _explains_all(self, claim: Claim, service: Service) -> bool:
        """Every vantage that sees it fail has a broken way to it, claimed as such."""
        places = {
            v
            for each in self.claims
            if each.domain is D.PATH and each.party == claim.party
            for v in each.places
        }
        heard = (self.scene.direct[service.id, o.id] for o in service.operations)
        return {v for said in heard for v in said.failing} <= places

    def _onset(self, claim: Claim, said: Vote | None) -> datetime:
        """When it began; not before a second witness saw it, where one had been failing alone."""
        scene, begun_s = self.scene, claim.onset_s
        if said is not None and begun_s + scene.plan.together_s < said.since_mono_s < float("inf"):
            begun_s = said.since_mono_s
        return scene.now.at - timedelta(seconds=max(0.0, scene.now.mono_s - begun_s))


def _level(claim: Claim, domain: FaultDomain) -> Level:
    if domain not in SPOKEN:
        return Level.SYMPTOM
    return Level.NAMED if claim.named else Level.PROBABLY


def _others(claim: Claim) -> int:
    """Witnesses of another kind than our looks: doctors' own requests."""
    kinds = {r.evidence for r in claim.reasons if r.weight > 0.0}
    return int(EvidenceClass.REAL_TRAFFIC in kinds)
