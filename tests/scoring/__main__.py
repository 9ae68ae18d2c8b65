"""`make bench-attribution TAPES=DIR`: who was blamed, how soon, how often wrongly."""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.core.inference.bayes import BayesReasoner
from monitor.core.replay.baselines import BASELINES
from monitor.core.replay.summary import summary
from monitor.replaying import TapeFileError, read_tape
from tests.scoring.pool import score_reels_by
from tests.scoring.table import by_kind, figures, miscalibrated, slips, states

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.core.replay.score import Score
    from tests.scoring.pool import Make

OURS = "govah"
METHODS: dict[str, Make] = {OURS: BayesReasoner, **BASELINES}


def main() -> int:
    """Score every tape of a directory; 2 if one of them is malformed."""
    parser = argparse.ArgumentParser(prog="make bench-attribution", description=__doc__)
    parser.add_argument("tapes", type=Path, metavar="TAPES", help="a directory of tapes")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=Path("build/attribution.json"))
    chosen = parser.parse_args()
    paths = sorted(p for p in chosen.tapes.glob("*") if p.name.endswith((".jsonl", ".jsonl.gz")))
    if not paths:
        sys.stderr.write(f"{chosen.tapes}: holds no tapes (*.jsonl, *.jsonl.gz)\n")
        return 2
    scored: dict[str, list[Score]] = {name: [] for name in METHODS}
    try:
        sources = (functools.partial(read_tape, path) for path in paths)
        for scores in score_reels_by(sources, METHODS, max(1, chosen.jobs)):
            for name, score in scores.items():
                scored[name].append(score)
    except TapeFileError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    told(scored)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps(as_json(scored), indent=1), encoding="utf-8")
    show(["", str(chosen.out)])
    return 0


def told(scored: dict[str, list[Score]]) -> None:
    """Print the tables; of tapes without a truth the states only."""
    ours = scored[OURS]
    unknown = [score for score in ours if not score.known]
    if len(unknown) < len(ours):
        show(figures({name: summary(many) for name, many in scored.items()}))
        show(["", *by_kind(ours)])
        show(["", *miscalibrated(summary(ours))])
        show(["", *slips(ours)])
    if unknown:
        show(["", *states(unknown)])


def show(lines: Iterable[str]) -> None:
    """Print."""
    sys.stdout.write("\n".join(lines) + "\n")


def as_json(scored: dict[str, list[Score]]) -> dict[str, object]:
    """The figures of every method, and of ours what became of each tape."""
    return {
        "methods": {name: summary(many).plain() for name, many in scored.items()},
        "tapes": [
            {
                "id": score.tape,
                "kind": score.kind,
                "right": score.right if score.known else None,
                "wrong": score.wrong,
                "accused": score.accused,
                "delay_s": score.delay_s,
                "named": [[s.label, s.from_s, s.to_s] for s in score.named],
                "states": score.states,
                "extra_looks": score.extra_looks,
            }
            for score in scored[OURS]
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
