"""A second opinion in the engine's seat: the same evidence must give the same judgement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from monitor.core.attribution.engine import Engine
    from monitor.model import Instant, Judgement, Observation, SelfHealth, World

EVERY = 20  # ticks between two that are judged twice; all that come with bad news are


class ReplayedEngine:
    """Judges with one instance, and a sample of ticks with a fresh one too (I10)."""

    def __init__(
        self, world: World, make: Callable[[World], Engine[Any]], broke: Callable[[str], None]
    ) -> None:
        self._world = world
        self._make = make
        self._broke = broke
        self._engine = make(world)
        self._ticks = 0

    def start(self, now: Instant) -> Any:
        """See `Engine.start`."""
        return self._engine.start(now)

    def step(
        self, memory: Any, arrived: Sequence[Observation], *, now: Instant, own: SelfHealth
    ) -> tuple[Any, Judgement]:
        """See `Engine.step`; the second time the looks arrive in the opposite order."""
        after, judgement = self._engine.step(memory, arrived, now=now, own=own)
        self._ticks += 1
        if judgement.verdicts or self._ticks % EVERY == 0:
            again = self._make(self._world).step(memory, arrived[::-1], now=now, own=own)
            if again != (after, judgement):
                self._broke("the same evidence, judged again, gave another judgement")
        return after, judgement
