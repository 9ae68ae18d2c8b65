"""What a mechanism is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from monitor.model import Role
from monitor.scenarios.breaks import INDEX, Break, redrawn, stands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from monitor.core.inference.evidence import Notice, Outcome
    from monitor.core.inference.layout import Layout, Place
    from monitor.scenarios.truths import Conclusion

Choice = TypeVar("Choice")


@dataclass(frozen=True, slots=True)
class Plot:
    """What goes wrong, and what is right to say about it."""

    breaks: tuple[Break, ...]
    conclusions: tuple[Conclusion, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass
class Scene:
    """A world, a stretch of time, and chance; keeps whom it has struck already."""

    layout: Layout
    chance: np.random.Generator
    concentration: float  # of the Dirichlet around each mechanism's shares; small: harsh
    style: NDArray[np.float64]
    onset_s: float
    end_s: float
    taken: set[str] = field(default_factory=set)

    def one(self, choices: Iterable[Choice]) -> Choice:
        """Any of these."""
        found: Sequence[Choice] = list(choices)
        return found[int(self.chance.integers(len(found)))]

    def fresh(self, choices: Iterable[str]) -> str:
        """Any of these that nothing has struck yet, which is struck now."""
        found = [choice for choice in choices if choice not in self.taken]
        chosen = self.one(found)
        self.taken.add(chosen)
        return chosen

    def upstream(self) -> str:
        """An upstream."""
        return self.fresh(self.layout.upstreams)

    def place(self, *, sited: bool = True) -> Place:
        """A vantage inside the country."""
        inside = [
            p.id for p in self.layout.places.values()
            if p.country == self.layout.country and (sited or not p.at_platform)
        ]  # fmt: skip
        return self.layout.places[self.fresh(inside)]

    def row(self, shares: Mapping[Outcome, float]) -> NDArray[np.float64]:
        """These shares as this episode happens to have them."""
        return redrawn(shares, self.concentration, self.chance)

    def fails(
        self,
        part: str,
        shares: Mapping[Outcome, float],
        *,
        share: float = 1.0,
        strength: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None,
        ages_s: tuple[float, float] = (0.0, 0.0),
        together: float = 0.25,
        spared: float = 0.03,
    ) -> Break:
        """A part that fails from the onset to the end, at nearly full strength.

        Args:
            part: As `wiring` calls it.
            shares: Of what is seen where it fails, before they are redrawn.
            share: Of looks that fail on it.
            strength: Another course over time; then `share` is not read.
            ages_s: How long resolvers may still remember a name.
            together: Share of looks that fare alike in one slot.
            spared: Share of cells left alone.
        """
        if strength is None:
            intensity = share * self.chance.uniform(0.9, 1.0)
            strength = stands(self.onset_s, self.end_s, intensity)
        ages = {}
        if ages_s[1] > 0.0:
            ages = {v: self.chance.uniform(*ages_s) for v in ("", *self.layout.places)}
        return Break(part, self.row(shares), strength, ages, together, spared)

    def exactly(self, part: str, outcome: Outcome, share: float = 1.0) -> Break:
        """A part that always fails alike: nothing about it is uncertain."""
        found = self.fails(part, {outcome: 1.0}, share=share, spared=0.0)
        return Break(part, found.row, stands(self.onset_s, self.end_s, share), spared=0.0)

    def shows(self, row: NDArray[np.float64], *outcomes: Outcome) -> float:
        """The share of these outcomes in a row."""
        return float(sum(row[INDEX[outcome]] for outcome in outcomes))

    def works(self, party: str) -> tuple[str, ...]:
        """A party's own transaction targets."""
        return tuple(
            t.id for t in self.layout.things.values()
            if t.party == party and t.role is Role.TRANSACTION
        )  # fmt: skip
