"""`python -m tests.scenarios.trial --n 200`: the engine over freshly drawn episodes, in tables."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from monitor.core.inference.bayes import BayesReasoner
from monitor.core.replay.baselines import BASELINES
from monitor.core.replay.summary import summary
from monitor.scenarios.mechanisms import MECHANISMS
from monitor.scenarios.sets import SHARES, recipes
from monitor.scenarios.worlds import WORLDS
from tests.scoring.pool import score_reels
from tests.scoring.table import by_kind, figures, miscalibrated, slips

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.scoring.pool import Make

METHODS: Mapping[str, Make] = {"govah": BayesReasoner, **BASELINES}


def main() -> int:
    """Draw, replay, score, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios.trial", description=__doc__)
    parser.add_argument("--n", type=int, default=200, help="how many episodes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="mechanisms whose names contain this")
    parser.add_argument("--worlds", default=",".join(SHARES), help="a, b, …")
    parser.add_argument("--concentration", type=float, default=4.0, help="4: harsh; 15: mild")
    parser.add_argument("--method", choices=METHODS, default="govah")
    chosen = parser.parse_args()
    worlds = {w.strip(): SHARES[w.strip()] for w in chosen.worlds.split(",")}
    names = [
        n
        for n, m in MECHANISMS.items()
        if chosen.only in n
        and (chosen.only or not m.novel)
        and any(m.fits(WORLDS[w]) for w in worlds)
    ]
    made = recipes(chosen.n, chosen.seed, mechanisms=names, worlds=worlds,
                   concentration=chosen.concentration)  # fmt: skip
    scores = list(score_reels(made, METHODS[chosen.method], chosen.jobs))
    told = summary(scores)
    tables = (figures({chosen.method: told}), by_kind(scores), miscalibrated(told), slips(scores))
    sys.stdout.write("\n\n".join("\n".join(table) for table in tables) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
