"""Scores many tapes on all cores."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from typing import Any

from monitor.core.inference.layout import Layout
from monitor.core.inference.reasoner import Reasoner
from monitor.core.replay.reel import Reel
from monitor.core.replay.score import Score, score_reel

Make = Callable[[Layout], Reasoner[Any]]
Source = Reel | Callable[[], Reel]  # a tape, or how to come by it (must be picklable)

AHEAD = 8  # tapes handed out per worker before answers are awaited

_bench: dict[str, Bench] = {}


class Bench:
    """One method in one process; worlds met before are not compiled again."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self._made: list[tuple[Layout, Reasoner[Any]]] = []

    def score(self, reel: Reel) -> Score:
        for layout, reasoner in self._made:
            if layout == reel.layout:
                return score_reel(reel, reasoner, time.process_time)
        reasoner = self._make(reel.layout)
        self._made = [(reel.layout, reasoner), *self._made[:7]]
        return score_reel(reel, reasoner, time.process_time)


def score_reels(reels: Iterable[Source], make_reasoner: Make, jobs: int = 2) -> Iterator[Score]:
    """Replay and score tapes, in their order, on `jobs` processes.

    `make_reasoner` may be any callable, a closure too: it is inherited by fork. A reasoner keeps
    no memory of its own, so one serves all tapes of a world.
    """
    for scores in score_reels_by(reels, {"": make_reasoner}, jobs):
        yield scores[""]


def score_reels_by(
    reels: Iterable[Source], makers: Mapping[str, Make], jobs: int = 2
) -> Iterator[dict[str, Score]]:
    """The same with several methods, side by side: a tape is read once for all of them."""
    if jobs == 1:
        benches = {name: Bench(make) for name, make in makers.items()}
        for source in reels:
            yield _with(benches, source)
        return
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, fork, initializer=_equip, initargs=(makers,)) as pool:
        rest = iter(reels)
        waiting = [pool.submit(_scored, source) for source in islice(rest, jobs * AHEAD)]
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(_scored, source) for source in islice(rest, 1)]


def _equip(makers: Mapping[str, Make]) -> None:
    _bench.update({name: Bench(make) for name, make in makers.items()})


def _scored(source: Source) -> dict[str, Score]:
    return _with(_bench, source)


def _with(benches: Mapping[str, Bench], source: Source) -> dict[str, Score]:
    reel = source if isinstance(source, Reel) else source()
    return {name: bench.score(reel) for name, bench in benches.items()}
