"""Sets of episodes, drawn evenly over all mechanisms from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitor.scenarios.episodes import HARSH, Episode, make_episode
from monitor.scenarios.mechanisms import MECHANISMS
from monitor.scenarios.worlds import WORLDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.core.replay.reel import Reel

SHARES: Mapping[str, float] = {
    "five": 0.28, "three": 0.16, "tasks": 0.14, "meters": 0.13, "inland": 0.12, "pair": 0.08,
    "solo": 0.04, "big": 0.05,
}  # fmt: skip
"""How often an episode happens in each world, among the worlds that can have it."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that it takes to make one episode, any time, on any machine."""

    mechanism: str
    world: str
    seed: tuple[int, int]
    concentration: float = HARSH

    def episode(self) -> Episode:
        """Make it."""
        chance = np.random.default_rng(self.seed)
        name = f"{self.world}-{self.mechanism}-{self.seed[0]}.{self.seed[1]}"
        return make_episode(
            self.mechanism, self.world, chance, id=name, concentration=self.concentration
        )

    def __call__(self) -> Reel:
        """Make it, and give its tape."""
        return self.episode().reel


def recipes(
    count: int,
    seed: int,
    *,
    mechanisms: Sequence[str] | None = None,
    worlds: Mapping[str, float] = SHARES,
    concentration: float = HARSH,
) -> Iterator[Recipe]:
    """Draw a set: in every round each mechanism once, in a world that can have it.

    Args:
        count: How many.
        seed: Of everything.
        mechanisms: Which; by default all but the novel ones.
        worlds: Name to share.
        concentration: As of `make_episode`.

    Raises:
        ValueError: If none of the worlds can have one of the mechanisms.
    """
    names = mechanisms or [n for n, m in MECHANISMS.items() if not m.novel]
    chance = np.random.default_rng(seed)
    turn: list[str] = []
    for number in range(count):
        turn = turn or [names[i] for i in chance.permutation(len(names))]
        name = turn.pop()
        fitting = [w for w in worlds if MECHANISMS[name].fits(WORLDS[w])]
        if not fitting:
            raise ValueError(f"none of these worlds can have {name}: {', '.join(worlds)}")
        weights = np.array([worlds[w] for w in fitting])
        world = fitting[int(chance.choice(len(fitting), p=weights / weights.sum()))]
        yield Recipe(name, world, (seed, number), concentration)
