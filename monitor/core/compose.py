"""What the page shows, as facts: no words, no HTML.

The worst that stands heads the page: that we cannot see, then an open public incident (a fault of
ours first, then the one that touches most operations), then signs nobody has confirmed yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.core.advice import advice_for, neutral_advice
from monitor.core.freshness import look_age_s, stale_after_s
from monitor.model import FaultDomain, Health, IncidentState, Level, Mode, Sight

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from monitor.model import Advice, Incident, Judgement, Picture, Verdict, World

__all__ = [
    "OURS",
    "PageModel",
    "PageState",
    "Promise",
    "ServiceLine",
    "advice_for",
    "page",
    "standing_advice",
    "state_of",
    "state_of_claim",
    "worst",
]


class PageState(StrEnum):
    """What the pill, a chip or a stop of the way says; the names are those of the looks."""

    FINE = "fine"
    BACK = "back"
    WORKS = "works"
    SLOW = "slow"
    SHAKY = "shaky"
    PARTIAL = "partial"
    BLIND = "blind"
    OUTAGE = "outage"
    OURS = "ours"


_BADNESS = {state: rank for rank, state in enumerate(PageState)}
_OF_HEALTH = {
    Health.FINE: PageState.FINE,
    Health.SLOW: PageState.SLOW,
    Health.PARTIAL: PageState.PARTIAL,
    Health.OUTAGE: PageState.OUTAGE,
    Health.UNSTABLE: PageState.SHAKY,
    Health.RECOVERING: PageState.BACK,
    Health.MAINTENANCE: PageState.WORKS,
    Health.BLIND: PageState.BLIND,
}
_OF_MODE = {
    Mode.DOWN: PageState.OUTAGE,
    Mode.PARTIAL: PageState.PARTIAL,
    Mode.SLOW: PageState.SLOW,
    Mode.UNSTABLE: PageState.SHAKY,
}
OURS = frozenset({FaultDomain.PLATFORM, FaultDomain.CREDENTIALS})


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service and the state of each of its operations."""

    service: str
    state: PageState
    operations: tuple[tuple[str, PageState], ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """When we speak next."""

    at: datetime
    left_s: float  # negative: overdue
    share: float  # of the time between two updates, how much has passed; in [0, 1]
    missed: bool


@dataclass(frozen=True, slots=True)
class PageModel:
    """Everything a page says, for any language."""

    now: datetime
    state: PageState
    head: Incident | None  # the incident the page is about
    services: tuple[ServiceLine, ...]
    troubled: tuple[str, ...]  # services that are not fine, where no incident heads the page
    platform_fine: bool
    since: datetime | None
    last_look_at: datetime | None
    last_look_age_s: float | None
    valid_until: datetime  # after that the reader should not rely on it
    advice: Advice | None
    promise: Promise | None
    also: tuple[Incident, ...]  # open and public besides the head
    recent: tuple[Incident, ...]
    vantages: Mapping[str, Sight]

    @property
    def verdict(self) -> Verdict | None:
        """What heads the page, where an incident does."""
        return self.head.verdict if self.head is not None else None

    @property
    def open(self) -> tuple[Incident, ...]:
        """Every open public incident, the head first."""
        return self.also if self.head is None else (self.head, *self.also)


def page(
    world: World, picture: Picture, *, now: datetime, now_mono_s: float | None = None
) -> PageModel:
    """Compose the page.

    Args:
        world: What is declared.
        picture: The newest picture; it may be old, and then the page says so by itself.
        now: Aware time of the reader's request.
        now_mono_s: Monotonic reading of the same moment, in the run that made the picture; it
            keeps the age right when the wall clock steps.

    Returns:
        The facts of the page.
    """
    judgement = picture.judgement
    age_s = look_age_s(judgement, now=now, now_mono_s=now_mono_s)
    fresh_s = -1.0 if age_s is None else stale_after_s(world) - age_s
    stale = fresh_s < 0
    blind = stale or _sees_nothing(judgement)
    standing = sorted((i for i in picture.incidents if i.public), key=_rank)
    services = tuple(_line(world, judgement, s, blind=blind) for s in world.services)
    head = None if blind or not standing else standing[0]
    troubled = tuple(line.service for line in services if line.state is not PageState.FINE)
    promised = next((i for i in standing if i.next_update_at is not None), None)
    return PageModel(
        now=now,
        state=_page_state(world, head, services, blind=blind),
        head=head,
        services=services,
        troubled=() if head is not None or blind else troubled,
        platform_fine=_platform_fine(world, services),
        since=_since(picture, head, blind=blind, stale=stale, troubled=bool(troubled)),
        last_look_at=judgement.last_look_at,
        last_look_age_s=age_s,
        valid_until=now + timedelta(seconds=max(0.0, fresh_s)),
        advice=_advice(world, head, now, calm=not troubled and head is None),
        promise=_promise(world, promised, now) if promised is not None else None,
        also=tuple(i for i in standing if i is not head),
        recent=picture.recent,
        vantages=dict.fromkeys(judgement.vantages, Sight.SILENT) if stale else judgement.vantages,
    )


def standing_advice(world: World, incident: Incident, now: datetime) -> Advice:
    """Return what to do about an incident: its own advice while that is in date."""
    today = _day(world, now)
    chosen = next((a for a in world.advice if a.id == incident.advice), None)
    if chosen is not None and (chosen.expires_on is None or today <= chosen.expires_on):
        return chosen
    return advice_for(world, incident.verdict, today)


def state_of(incident: Incident) -> PageState:
    """Return the state an incident gives the page."""
    if incident.state is IncidentState.RECOVERING:
        return PageState.BACK
    if incident.state is IncidentState.UNSTABLE:
        return PageState.SHAKY
    return state_of_claim(incident.verdict)


def state_of_claim(verdict: Verdict) -> PageState:
    """Return the state a verdict claims."""
    if verdict.domain is FaultDomain.MAINTENANCE:
        return PageState.WORKS
    if verdict.domain is FaultDomain.MONITOR:
        return PageState.BLIND
    if verdict.mode is Mode.DOWN and verdict.domain in OURS and verdict.level is Level.NAMED:
        return PageState.OURS
    return _OF_MODE[verdict.mode]


def worst(states: Iterable[PageState]) -> PageState:
    """Return what several states together are; down in part is not down."""
    found = set(states)
    if not found:
        return PageState.BLIND
    head = max(found, key=_BADNESS.__getitem__)
    if head is PageState.OUTAGE and len(found) > 1:
        return PageState.PARTIAL
    return head


def _sees_nothing(judgement: Judgement) -> bool:
    ill = any(v.domain is FaultDomain.MONITOR and v.service is None for v in judgement.verdicts)
    health = set(judgement.operations.values())
    return not judgement.sighted or ill or health <= {Health.BLIND}


def _rank(incident: Incident) -> tuple[bool, bool, float, int]:
    verdict = incident.verdict
    touched = len(verdict.operations) if verdict.service is not None else float("inf")
    recovering = incident.state is IncidentState.RECOVERING
    return (recovering, verdict.domain not in OURS, -touched, incident.ref)


def _line(world: World, judgement: Judgement, service: str, *, blind: bool) -> ServiceLine:
    health = {
        o.id: Health.BLIND if blind else judgement.operations.get((service, o.id), Health.BLIND)
        for o in world.services[service].operations
    }
    operations = tuple((o, _OF_HEALTH[h]) for o, h in health.items())
    return ServiceLine(service, worst(state for _, state in operations), operations)


def _page_state(
    world: World, head: Incident | None, services: tuple[ServiceLine, ...], *, blind: bool
) -> PageState:
    if blind:
        return PageState.BLIND
    if head is not None:
        return state_of(head)
    states = [line.state for line in services]
    if all(state is PageState.FINE for state in states):
        return PageState.FINE
    if PageState.BLIND in states:
        return PageState.BLIND
    if set(states) <= {PageState.FINE, PageState.WORKS}:
        return PageState.WORKS
    whole = worst(states)
    return PageState.PARTIAL if whole is PageState.OUTAGE and len(world.services) > 1 else whole


def _platform_fine(world: World, services: tuple[ServiceLine, ...]) -> bool:
    ours = [s for s in services if world.services[s.service].party == world.platform]
    return bool(ours) and all(line.state is PageState.FINE for line in ours)


def _since(
    picture: Picture, head: Incident | None, *, blind: bool, stale: bool, troubled: bool
) -> datetime | None:
    if stale:
        return picture.judgement.last_look_at
    if blind:
        verdicts = picture.judgement.verdicts
        return min((v.onset_at for v in verdicts if v.service is None), default=None)
    if head is not None:
        return head.onset_at
    if troubled or not picture.recent:
        return None
    last = picture.recent[0]
    return last.recovered_at or last.resolved_at


def _advice(world: World, head: Incident | None, now: datetime, *, calm: bool) -> Advice | None:
    if calm:
        return None
    if head is None:
        return neutral_advice(world)
    return standing_advice(world, head, now)


def _day(world: World, at: datetime) -> date:
    return at.astimezone(ZoneInfo(world.time_zone)).date()


def _promise(world: World, incident: Incident, now: datetime) -> Promise | None:
    at = incident.next_update_at
    if at is None:
        return None
    left_s = (at - now).total_seconds()
    share = 1 - left_s / world.rules.promise_s
    return Promise(
        at=at,
        left_s=left_s,
        share=min(1.0, max(0.0, share)),
        missed=-left_s > world.rules.promise_grace_s,
    )
