"""An engine that finds nothing, for tests of what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.model import Judgement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Instant, Observation, Surroundings, UnderWay, World


class QuietEngine:
    """Sees, and judges nobody; writes down what it is told beside the looks."""

    wishes: tuple[tuple[str, str], ...] = ()

    def __init__(self, world: World) -> None:
        self.world = world
        self.arrived: Sequence[Observation] = ()
        self.heard: list[tuple[Sequence[UnderWay], Surroundings]] = []

    def start(self, now: Instant) -> None:
        assert now.at.tzinfo is not None

    def step(
        self,
        memory: None,
        arrived: Sequence[Observation],
        *,
        now: Instant,
        own: Any,
        under_way: Sequence[UnderWay] = (),
        around: Any = None,
    ) -> tuple[None, Judgement]:
        assert own is not None
        self.arrived = arrived
        self.heard.append((under_way, around))
        newest = max((look.started_at for look in arrived if look.void is None), default=None)
        return memory, Judgement(now, (), {}, {}, True, newest, self.wishes_now())

    def wishes_now(self) -> tuple[tuple[str, str], ...]:
        """What to look at now, after this step's looks."""
        return self.wishes
