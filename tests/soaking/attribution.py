"""The engine over our own scenarios: a set, mechanisms left out of the model, and quiet days."""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from monitor.core.inference.bayes import BayesReasoner
from monitor.core.replay.labels import during_fault, excused
from monitor.core.replay.summary import Share, summary
from monitor.scenarios.days import healthy_day
from monitor.scenarios.mechanisms import MECHANISMS
from monitor.scenarios.sets import SHARES, recipes
from monitor.scenarios.worlds import WORLDS
from tests.scoring.pool import score_reels
from tests.soaking.left_out import LEFT_OUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from monitor.core.replay.reel import Reel
    from monitor.core.replay.score import Score
    from monitor.core.replay.summary import Summary
    from monitor.scenarios.episodes import Episode
    from monitor.scenarios.sets import Recipe
    from tests.scoring.pool import Make

LONG_S = 120.0  # faults that last so long must be covered
UNDETERMINED_S = 120.0
DAY_WORLDS = ("five", "three", "inland", "meters", "tasks", "pair")
DAYS_A_YEAR = 365.25
SMALLER = {world: share for world, share in SHARES.items() if world != "big"}


@dataclass(frozen=True, slots=True)
class Tried:
    """An episode's recipe and what the engine made of it."""

    recipe: Recipe
    score: Score

    @property
    def covered(self) -> bool:
        """Whether every fault that can be told was named."""
        return self.score.right

    @property
    def coarse(self) -> bool:
        """Whether for each such fault a label of its side was named."""
        episode = self.recipe.episode()
        named = names_during(episode, self.score)
        return all(named.intersection(side) for side in episode.coarse)

    @property
    def long(self) -> bool:
        """Whether there is something to cover."""
        return self.score.faults > 0 and self.score.lasts_s >= LONG_S


@dataclass(frozen=True, slots=True)
class Figures:
    """What is reported of a set."""

    episodes: int
    classes: int
    worlds: int
    correct: Share  # of those with a name: every name right
    covered: Share  # of those with faults of two minutes or more
    coarse: Share
    accused: Share
    summary: Summary

    def plain(self) -> dict[str, Any]:
        """As JSON takes it."""
        shares = {name: getattr(self, name) for name in ("correct", "covered", "coarse", "accused")}
        told = {
            n: {"hits": s.hits, "count": s.count, "bounds": s.bounds} for n, s in shares.items()
        }
        return {"episodes": self.episodes, **told, "summary": self.summary.plain()}


def names_during(episode: Episode, score: Score) -> set[str]:
    """Labels named while the fault stood, or soon after."""
    truth = episode.reel.truth
    assert truth is not None
    return {s.label for s in score.named if during_fault(truth, s.from_s, s.to_s)}


def run(
    chosen: Sequence[Recipe], make: Make = BayesReasoner, jobs: int = 2,
    say: Callable[[str], None] = lambda _: None,
) -> list[Tried]:  # fmt: skip
    """Replay and score episodes.

    Args:
        chosen: Which.
        make: Of the engine.
        jobs: Processes.
        say: Told of the progress, now and then.
    """
    tried = []
    for recipe, score in zip(chosen, score_reels(chosen, make, jobs), strict=True):
        tried.append(Tried(recipe, score))
        if len(tried) % 250 == 0:
            say(f"attribution: {len(tried)} of {len(chosen)} scenarios")
    return tried


def figures(tried: Sequence[Tried]) -> Figures:
    """Sum up."""
    scores = [one.score for one in tried]
    named = [score for score in scores if score.named]
    long = [one for one in tried if one.long]
    return Figures(
        episodes=len(tried),
        classes=len({one.recipe.mechanism for one in tried}),
        worlds=len({one.recipe.world for one in tried}),
        correct=Share(sum(not score.wrong for score in named), len(named)),
        covered=Share(sum(one.covered for one in long), len(long)),
        coarse=Share(sum(one.coarse for one in long), len(long)),
        accused=Share(sum(bool(score.accused) for score in scores), len(scores)),
        summary=summary(scores),
    )


def by(tried: Iterable[Tried], key: Callable[[Tried], str]) -> dict[str, Figures]:
    """The figures of each class, or of each world."""
    sorted_: dict[str, list[Tried]] = defaultdict(list)
    for one in tried:
        sorted_[key(one)].append(one)
    return {name: figures(many) for name, many in sorted(sorted_.items())}


def left_out(
    per: int, seed: int, jobs: int = 2, *, only: Sequence[str] = tuple(LEFT_OUT),
    worlds: Mapping[str, float] = SMALLER, say: Callable[[str], None] = lambda _: None,
) -> dict[str, list[Tried]]:  # fmt: skip
    """Episodes of mechanisms that the model has been made to forget, `per` of each."""
    found = {}
    for number, name in enumerate(only):
        make = functools.partial(BayesReasoner, without=frozenset(LEFT_OUT[name]))
        chosen = list(recipes(per, seed + number, mechanisms=[name], worlds=worlds))
        found[name] = run(chosen, make, jobs)
        accused = sum(bool(one.score.accused) for one in found[name])
        say(f"attribution: without {', '.join(LEFT_OUT[name])}: {accused} accused of {per}")
    return found


def unmodelled(per: int, seed: int, jobs: int = 2) -> list[Tried]:
    """Episodes of patterns that no model contains, `per` of each."""
    names = [name for name, entry in MECHANISMS.items() if entry.novel]
    return run(list(recipes(per * len(names), seed, mechanisms=names, worlds=SMALLER)), jobs=jobs)


def said_so(tried: Tried) -> bool:
    """Whether it was soon called undetermined, or named by nothing but what may be said of it."""
    score = tried.score
    after_s = score.inconclusive_after_s
    soon = after_s is not None and after_s <= UNDETERMINED_S
    return not score.wrong and (soon or bool(score.named))


@dataclass(frozen=True, slots=True)
class Quiet:
    """Days on which nothing was wrong."""

    days: int
    check_years: float
    disturbances: int
    alarms: int  # named stretches
    false: tuple[str, ...]  # of these, what was not so
    cpu_ms_per_tick: float

    @property
    def bound(self) -> float:
        """Public false alarms per check-year that may still be so, at 95 %."""
        return poisson_bound(len(self.false)) / self.check_years


def poisson_bound(seen: int) -> float:
    """The greatest mean that shows no more than `seen` events with probability 5 %.

    For none this is -ln 0.05, the rule of three (Hanley and Lippman-Hand 1983).
    """
    low, high = 0.0, 10.0 + 3.0 * seen
    for _ in range(60):
        mean = (low + high) / 2
        terms = (math.exp(-mean) * mean**k / math.factorial(k) for k in range(seen + 1))
        low, high = (mean, high) if sum(terms) > 0.05 else (low, mean)
    return high


def quiet(
    days: int, seed: int, jobs: int = 2, *, hours: float = 24.0,
    say: Callable[[str], None] = lambda _: None,
) -> Quiet:  # fmt: skip
    """Live through healthy days, or their first `hours`."""
    plan = [(DAY_WORLDS[number % len(DAY_WORLDS)], (seed, number)) for number in range(days)]
    made = [functools.partial(_day, world, at, hours) for world, at in plan]
    alarms, disturbances, wrong, cpu_s, simulated_s = 0, 0, [], 0.0, 0.0
    for number, score in enumerate(score_reels(made, BayesReasoner, jobs)):
        truth = made[number]().truth
        assert truth is not None
        alarms += len(score.named)
        disturbances += len(truth.blips)
        cpu_s, simulated_s = cpu_s + score.cpu_s, simulated_s + score.simulated_s
        wrong += [
            f"{score.tape}: {s.label} from {s.from_s:.0f} to {s.to_s:.0f}"
            for s in score.named
            if not excused(truth, s.label, s.from_s, s.to_s)
        ]
        say(f"attribution: {number + 1} of {days} quiet days, {len(wrong)} false alarms")
    years = sum(len(WORLDS[world].looks) for world, _ in plan) * hours / 24.0 / DAYS_A_YEAR
    return Quiet(days, years, disturbances, alarms, tuple(wrong), cpu_s / simulated_s * 5000.0)


def _day(world: str, seed: tuple[int, int], hours: float) -> Reel:
    chance = np.random.default_rng(seed)
    return healthy_day(world, chance, id=f"day-{world}-{seed[1]}", duration_s=hours * 3600.0)
