"""Writes down what the application does, as a hash, and checks what must always hold."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from monitor.model import Level, PartyKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Delivery, Observation, Picture, World
    from monitor.ports import Clock
    from monitor.simulation.faults import Schedule

SEES_LATE_S = 330.0  # a fault this long ago may still be in the latest looks


class Trace:
    """A running SHA-256 over (virtual time, event), and the violations found so far."""

    def __init__(self, world: World, schedule: Schedule, clock: Clock) -> None:
        self._world = world
        self._schedule = schedule
        self._clock = clock
        self._hash = hashlib.sha256()
        self._said: tuple[object, ...] = ()
        self.looks = 0
        self.violations: list[str] = []
        self.named_at: dict[str, list[float]] = {}
        self.picture: Picture | None = None
        self._patience_s = 2 * max(check.every_s for check in world.checks.values()) + 10.0

    def note(self, event: str) -> None:
        """Add an event at this moment."""
        self._hash.update(f"{self._clock.monotonic():.6f} {event}\n".encode())

    @property
    def digest(self) -> str:
        """The hash so far."""
        return self._hash.hexdigest()

    def looked(self, looks: Sequence[Observation]) -> None:
        """Looks are being stored."""
        self.looks += len(looks)
        for look in looks:
            self._hash.update(f"{look.id}{look.sighting.failure}{look.void}{look.slow}".encode())

    def settled(self, deliveries: Sequence[Delivery]) -> None:
        """Outcomes of messages are being stored."""
        for each in deliveries:
            self.note(f"delivery {each.key} {each.state} {each.attempt}")

    def publish(self, picture: Picture) -> None:
        """A picture was published (port `Publisher`)."""
        self.picture = picture
        said: tuple[object, ...] = (
            tuple(v.claim for v in picture.judgement.verdicts),
            tuple(picture.judgement.operations.items()),
            tuple((i.ref, i.state, i.verdict.claim, len(i.story)) for i in picture.incidents),
            picture.warnings,
        )
        if said != self._said:
            self._said = said
            self.note(repr(said))
        self._never_wrong(picture)
        self._never_stale(picture)

    def _never_wrong(self, picture: Picture) -> None:
        """Nobody is named who is not at fault (I12)."""
        now_s = self._clock.monotonic()
        for verdict in picture.judgement.verdicts:
            if verdict.level is Level.SYMPTOM or verdict.party is None:
                continue
            self.named_at.setdefault(verdict.party, []).append(now_s)
            if not self._at_fault(verdict.party, verdict.service or "", now_s - SEES_LATE_S, now_s):
                self.violations.append(f"{now_s:.0f} s: {verdict.party} blamed, and was not wrong")

    def _at_fault(self, party: str, service: str, start_s: float, end_s: float) -> bool:
        if self._world.parties[party].kind is PartyKind.PLATFORM:
            places: Sequence[str] = ("platform", "relay")
        else:
            places = (service, f"{service}.blip")
        return any(self._schedule.between(place, start_s, end_s) for place in places)

    def _never_stale(self, picture: Picture) -> None:
        """What is shown as seen was seen lately (I6)."""
        judgement = picture.judgement
        if not judgement.sighted or judgement.last_look_at is None:
            return
        age_s = (judgement.now.at - judgement.last_look_at).total_seconds()
        stepped = self._schedule.between(
            "clock", judgement.now.mono_s - self._patience_s, judgement.now.mono_s
        )
        if age_s > self._patience_s and not stepped:
            self.violations.append(f"{judgement.now.mono_s:.0f} s: shows looks {age_s:.0f} s old")
