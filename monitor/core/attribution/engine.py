"""The interface of attribution: evidence in, judgement out, all memory in a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from monitor.model import Surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import (
        Instant,
        Judgement,
        Observation,
        SelfHealth,
        UnderWay,
    )

Memory = TypeVar("Memory")
NOTHING_AROUND = Surroundings()


class Engine(Protocol[Memory]):
    """Pure: the same memory, evidence and moment give the same judgement to the letter."""

    def start(self, now: Instant) -> Memory:
        """The memory of somebody who has seen nothing yet."""
        ...

    def step(
        self,
        memory: Memory,
        arrived: Sequence[Observation],
        *,
        now: Instant,
        own: SelfHealth,
        under_way: Sequence[UnderWay] = (),
        around: Surroundings = NOTHING_AROUND,
    ) -> tuple[Memory, Judgement]:
        """Judge what is known at `now`.

        Args:
            memory: What the last step returned.
            arrived: Looks that came in since, in any order.
            now: The moment to judge; its `mono_s` never goes back.
            own: The worst of our own condition since the last step.
            under_way: Looks that have begun and not answered.
            around: What others say and what happens around us.

        Returns:
            The new memory and the whole picture, verdicts strongest first.
        """
        ...
