"""What must always hold, whatever goes wrong; each is held against the schedule, which knows.

I3 no message when only our own side was at fault. I6 what is shown was seen lately. I7 queues are
bounded. I8 normal again ten minutes after the last fault. I11 stories never go back in time.
I12 nobody is blamed wrongly. When a run has ended, `run` adds: I2 one acceptance per message and
person, I4 long faults are named in time, I5 every incident closes. `replay` adds: I10 the same
evidence gives the same judgement.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from monitor.model import DeliveryState, IncidentState, Level, MessageKind, PartyKind
from monitor.telling import told_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.model import Delivery, Incident, Observation, Picture, World
    from monitor.ports import Clock
    from monitor.simulation.faults import Schedule

SEES_LATE_S = 330.0  # a fault this long ago may still be in the latest looks
NORMAL_AFTER_S = 600.0  # after the last fault has ended, nothing is wrong any more
SETTLE_LIMIT = 60  # outcomes written at once: one turn of the outbox, and what it held back


class Invariants:
    """Watches one run and writes down what did not hold."""

    def __init__(self, world: World, schedule: Schedule, clock: Clock) -> None:
        self.violations: list[str] = []
        self.named_at: dict[str, list[float]] = {}  # party -> when it was named, or nearly
        self._world = world
        self._schedule = schedule
        self._clock = clock
        self._seen: dict[int, tuple[str | None, float]] = {}  # ref -> service, when first published
        self._patience_s = 2 * max(check.every_s for check in world.checks.values()) + 10.0
        self._looks_limit = _looks_limit(world, schedule)

    def broke(self, what: str) -> None:
        """Something that must hold did not, now."""
        self.violations.append(f"{self._clock.monotonic():.0f} s: {what}")

    def recording(self, looks: Sequence[Observation]) -> None:
        """Looks are being stored, no more of them than a full disk can have held back (I7)."""
        if len(looks) > self._looks_limit:
            self.broke(f"{len(looks)} looks had been waiting, {self._looks_limit} may")

    def settling(self, deliveries: Sequence[Delivery]) -> None:
        """Outcomes are being stored: few at once (I7), none about a fault of ours (I3)."""
        if len(deliveries) > SETTLE_LIMIT:
            self.broke(f"{len(deliveries)} outcomes had been waiting, {SETTLE_LIMIT} may")
        for each in deliveries:
            if each.state is DeliveryState.ACCEPTED and each.kind is MessageKind.OPEN:
                self._truly_wrong(each.incident)

    def published(self, picture: Picture) -> None:
        """A picture went out."""
        now_s = self._clock.monotonic()
        for incident in picture.incidents:
            self._seen.setdefault(incident.ref, (incident.verdict.service, now_s))
        self._never_wrong(picture, now_s)
        self._never_stale(picture)
        self._never_ill_for_long(picture, now_s)
        for incident in (*picture.incidents, *picture.recent[:1]):
            self._never_back(incident, now_s)

    def _truly_wrong(self, ref: int) -> None:
        now_s = self._clock.monotonic()
        service, since_s = self._seen.get(ref, (None, now_s))
        if not self._stood(self._places(service), since_s - SEES_LATE_S, now_s):
            self.broke(f"people were told of {service or 'everything'}, and only we were at fault")

    def _places(self, service: str | None) -> set[str]:
        """Whatever may make `service` fail for doctors; nothing of ours is among it."""
        platform = {"platform", "relay"}
        services = self._world.services.values() if service is None else ()
        ups = {s.id for s in services if s.party != self._world.platform}
        if service is not None and self._world.services[service].party != self._world.platform:
            ups.add(service)
        return platform | {f"{up}{what}" for up in ups for what in ("", ".blip", ".access")}

    def _never_wrong(self, picture: Picture, now_s: float) -> None:
        """Nobody is named who is not at fault (I12)."""
        for verdict in picture.judgement.verdicts:
            if verdict.level is Level.SYMPTOM or verdict.party is None:
                continue
            self.named_at.setdefault(verdict.party, []).append(now_s)
            service = verdict.service or ""
            upstream = self._world.parties[verdict.party].kind is PartyKind.UPSTREAM
            places = (service, f"{service}.blip") if upstream else ("platform", "relay")
            if not self._stood(places, now_s - SEES_LATE_S, now_s):
                self.broke(f"{verdict.party} blamed, and was not wrong")

    def _never_stale(self, picture: Picture) -> None:
        """What is shown as seen was seen lately (I6)."""
        judgement = picture.judgement
        if not judgement.sighted or judgement.last_look_at is None:
            return
        age_s = (judgement.now.at - judgement.last_look_at).total_seconds()
        now_s = judgement.now.mono_s
        if age_s > self._patience_s and not self._stepped(now_s - self._patience_s, now_s):
            self.broke(f"shows looks {age_s:.0f} s old")

    def _never_ill_for_long(self, picture: Picture, now_s: float) -> None:
        """Ten minutes after the last fault everything is fine again (I8)."""
        calm_s = self._schedule.calm_for_s(now_s)
        if calm_s <= NORMAL_AFTER_S:
            return
        judgement = picture.judgement
        left = [i.subject for i in picture.incidents if not self._may_stand(i, calm_s)]
        if judgement.verdicts or not judgement.sighted or left:
            wrong = ", ".join([*(v.subject for v in judgement.verdicts), *left]) or "no sight"
            self.broke(f"not normal {calm_s:.0f} s after the last fault: {wrong}")

    def _may_stand(self, incident: Incident, calm_s: float) -> bool:
        """One that flapped has to be good for longer."""
        unstable = incident.state is IncidentState.UNSTABLE
        return unstable and calm_s <= NORMAL_AFTER_S + self._world.rules.unstable_stable_s

    def _never_back(self, incident: Incident, now_s: float) -> None:
        """A story's times go on, unless the wall clock itself went back (I11)."""
        if all(a.at <= b.at for a, b in pairwise(incident.story)):
            return
        _, since_s = self._seen.get(incident.ref, (None, now_s))
        if not self._stepped(since_s - SEES_LATE_S, now_s):
            self.broke(f"the story of {incident.ref} goes back in time")

    def _stepped(self, start_s: float, end_s: float) -> bool:
        return self._schedule.between("clock", start_s, end_s)

    def _stood(self, places: Iterable[str], start_s: float, end_s: float) -> bool:
        return any(self._schedule.between(place, start_s, end_s) for place in places)


def _looks_limit(world: World, schedule: Schedule) -> int:
    """What arrives between two ticks and during the longest time the disk is full, and some."""
    full_s = max((f.end_s - f.start_s for f in schedule.faults if f.where == "disk"), default=0.0)
    per_s = sum(len(check.vantages) / check.every_s for check in world.checks.values())
    per_s += world.rules.extra_per_tick / world.rules.tick_s * _most_told(world)
    pairs = sum(len(check.vantages) for check in world.checks.values())
    return int(per_s * (full_s + 2 * world.rules.tick_s)) + pairs


def _most_told(world: World) -> int:
    """As how many observations one look may be told."""
    return max(len(told_by(check, world.checks)) for check in world.checks.values())
