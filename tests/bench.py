"""`python -m tests.bench`: figures beside named references; a table, and `build/bench.json`.

Every figure is a median of five runs, taken in turns with its reference, so that a busy machine
slows both. No figure is asserted: machines differ, ratios less so.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from tests.benching import (
    inferring,
    judging,
    looking,
    saturating,
    showing,
    simulating,
    starting,
    storing,
    telling,
    watching,
)

if TYPE_CHECKING:
    from tests.benching.measure import Figure

BUILD = Path(__file__).parents[1] / "build"
PARTS = (
    looking,
    saturating,
    watching,
    storing,
    judging,
    inferring,
    telling,
    showing,
    starting,
    simulating,
)


def main() -> int:
    """Measure, print, write."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    BUILD.mkdir(exist_ok=True)
    begin_s = time.perf_counter()
    figures: list[Figure] = []
    for part in PARTS:
        # Not under /tmp, which may be memory: what is stored goes to a disk.
        with tempfile.TemporaryDirectory(prefix="bench-", dir=BUILD) as made:
            for figure in part.measure(Path(made)):
                figures.append(figure)
                show(figure)
    path = BUILD / "bench.json"
    path.write_text(
        json.dumps([asdict(each) for each in figures], ensure_ascii=False, indent=1) + "\n",
        encoding="utf-8",
    )
    say(f"{len(figures)} figures in {time.perf_counter() - begin_s:.0f} s: {path}")
    return 0


def show(figure: Figure) -> None:
    """One line of the table."""
    span = f"{figure.min:g} to {figure.max:g}"
    line = f"{figure.name:52} {figure.value:>9g} {figure.unit:6} {span:22}"
    if figure.reference is not None:
        against = f"{figure.reference}: {figure.reference_value:g} {figure.unit}"
        line += f" {figure.ratio:>7g} x {against}"
    say(line.rstrip())


def say(line: str) -> None:
    """On standard output, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
