"""What inference costs per tick: over 64 looks and over 600, through an outage and around it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from monitor.core.inference.bayes import BayesReasoner
from monitor.core.replay.baselines import majority
from monitor.core.replay.play import play
from monitor.scenarios.episodes import make_episode
from tests.benching.measure import Figure, compare

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.core.inference.reasoner import Reasoner
    from monitor.core.replay.reel import Reel

WORLDS = ("five", "big")
SEED = 7


def measure(directory: Path) -> list[Figure]:
    """One episode of a dead upstream per world, from beginning to end."""
    del directory
    figures = []
    for world in WORLDS:
        rng = np.random.default_rng(SEED)
        reel = make_episode("upstream.backends_dead", world, rng, id="bench").reel
        engine, other = BayesReasoner(reel.layout), majority(reel.layout)
        figures.append(
            compare(
                f"CPU of inference per tick, {len(reel.layout.looks)} looks every 30 s",
                "ms",
                lambda engine=engine, reel=reel: per_tick_ms(reel, engine),
                "a majority of vantages, counted",
                lambda other=other, reel=reel: per_tick_ms(reel, other),
                runs=3,
            )
        )
    return figures


def per_tick_ms(reel: Reel, reasoner: Reasoner) -> float:
    """Mean over an episode; what plays the tape is not counted."""
    *_, last = play(reel, reasoner, time.process_time)
    return last.cpu_s * 1000.0 / (last.finding.now_s / 5.0)
