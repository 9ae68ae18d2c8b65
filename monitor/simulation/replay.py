"""A second opinion in the engine's seat: the same evidence must give the same judgement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.core.attribution.engine import NOTHING_AROUND

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from monitor.core.attribution.engine import Engine
    from monitor.model import (
        Instant,
        Judgement,
        Observation,
        SelfHealth,
        Surroundings,
        UnderWay,
        World,
    )

EVERY, EVERY_BAD = 20, 4  # of so many ticks one is judged twice: of all, of those with bad news
RENEWED = 200  # of those, so many with one second instance: what is declared is costly to compile


class ReplayedEngine:
    """Judges with one instance, and a sample of ticks with a second one too (I10).

    The second never sees all ticks, and is made anew now and then: whatever an instance keeps for
    itself from tick to tick shows.
    """

    def __init__(
        self, world: World, make: Callable[[World], Engine[Any]], broke: Callable[[str], None]
    ) -> None:
        self._world = world
        self._make = make
        self._broke = broke
        self._engine = make(world)
        self._second = make(world)
        self._ticks = self._bad = self._judged = 0

    def start(self, now: Instant) -> Any:
        """See `Engine.start`."""
        return self._engine.start(now)

    def step(
        self,
        memory: Any,
        arrived: Sequence[Observation],
        *,
        now: Instant,
        own: SelfHealth,
        under_way: Sequence[UnderWay] = (),
        around: Surroundings = NOTHING_AROUND,
    ) -> tuple[Any, Judgement]:
        """See `Engine.step`; the second time the looks arrive in the opposite order."""
        after, judgement = self._engine.step(
            memory, arrived, now=now, own=own, under_way=under_way, around=around
        )
        self._ticks += 1
        self._bad += bool(judgement.verdicts)
        turn = self._bad % EVERY_BAD == 0 if judgement.verdicts else self._ticks % EVERY == 0
        if turn:
            self._judged += 1
            if self._judged % RENEWED == 0:
                self._second = self._make(self._world)
            again = self._second.step(
                memory,
                arrived[::-1],
                now=now,
                own=own,
                under_way=under_way[::-1],
                around=around,
            )
            if again != (after, judgement):
                self._broke("the same evidence, judged again, gave another judgement")
        return after, judgement
