"""Writes down what the application does, as a hash."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Delivery, Observation, Picture
    from monitor.ports import Clock
    from monitor.simulation.invariants import Invariants


class Trace:
    """A running SHA-256 over (virtual time, event); what it hears, `invariants` hears too."""

    def __init__(self, clock: Clock, invariants: Invariants) -> None:
        self._clock = clock
        self._invariants = invariants
        self._hash = hashlib.sha256()
        self._said: tuple[object, ...] = ()
        self.looks = 0
        self.picture: Picture | None = None

    def note(self, event: str) -> None:
        """Add an event at this moment."""
        self._hash.update(f"{self._clock.monotonic():.6f} {event}\n".encode())

    @property
    def digest(self) -> str:
        """The hash so far."""
        return self._hash.hexdigest()

    def looked(self, looks: Sequence[Observation]) -> None:
        """Looks are being stored."""
        self._invariants.recording(looks)
        self.looks += len(looks)
        for look in looks:
            self._hash.update(f"{look.id}{look.sighting.failure}{look.void}{look.slow}".encode())

    def settled(self, deliveries: Sequence[Delivery]) -> None:
        """Outcomes of messages are being stored."""
        self._invariants.settling(deliveries)
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
        self._invariants.published(picture)
