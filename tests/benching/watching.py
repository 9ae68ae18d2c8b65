"""The whole program over many targets, beside Debian's Prometheus with its blackbox exporter.

Both look at the same origin at the same cadence, each look on a fresh connection with a full TLS
handshake verified against the same roots, and both check the body, store and judge. The runs take
turns; the processor time is that of all processes of a side, divided by the requests that the
origin really answered.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.benching.machine import cpu_s, resident_mib
from tests.benching.measure import RUNS, Figure, figure
from tests.benching.served import serving
from tests.benching.watchers import Load, Ours, ours, settle, theirs, theirs_installed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.benching.served import Origin
    from tests.benching.watchers import Theirs

CHECKS, EVERY_S, WINDOW_S = 500, 5.0, 10.0
FEW, FEW_WINDOW_S = 50, 2.0
MANY, SELDOM_S, MANY_WINDOW_S = 2000, 30.0, 6.0
REFERENCE = "Prometheus with blackbox_exporter"


@dataclass(frozen=True, slots=True)
class Seen:
    """One side over one window."""

    cpu_ms: float  # per look
    core: float  # share of one, in %
    resident_mib: float
    lateness_p99_ms: float | None = None  # of ours, over the whole run


def measure(directory: Path) -> Iterator[Figure]:
    """HTTP and HTTPS at 500 checks, memory at 50, 500 and 2000."""
    both = theirs_installed()
    if not both:
        sys.stdout.write(f"{REFERENCE} is not installed (Debian): no reference\n")
    with serving(directory) as origin:
        stage = _Stage(directory, origin, both=both)
        for secure in (False, True):
            yield from stage.many_looks(secure=secure)
        yield from stage.few()
        yield from stage.two_thousand()


class _Stage:
    def __init__(self, directory: Path, origin: Origin, *, both: bool) -> None:
        self._directory = directory
        self._origin = origin
        self._both = both
        self._numbers = itertools.count()

    def many_looks(self, *, secure: bool) -> Iterator[Figure]:
        word = "HTTPS" if secure else "HTTP"
        mine, other = self._in_turns(Load(self._origin, secure, CHECKS, EVERY_S), RUNS)
        what = f"{CHECKS} checks at {EVERY_S:g} s"
        yield _figure(
            f"CPU of a look over {word}, {what}, whole program", "ms", mine, other, "cpu_ms"
        )
        if secure:
            yield _figure(f"memory, {what}", "MiB", mine, other, "resident_mib")
        late = [each.lateness_p99_ms for each in mine if each.lateness_p99_ms is not None]
        yield figure(f"lateness of looks over {word}, p99, {what}", "ms", late)

    def few(self) -> Iterator[Figure]:
        """Memory does not waver: one run of each side, five windows in it."""
        mine, other = self._one_run_each(Load(self._origin, True, FEW, EVERY_S), FEW_WINDOW_S)
        what = f"{FEW} checks at {EVERY_S:g} s"
        yield _figure(f"memory, {what}", "MiB", mine, other, "resident_mib")

    def two_thousand(self) -> Iterator[Figure]:
        """One run of each side, five windows in it: the first round alone takes 30 s."""
        load = Load(self._origin, True, MANY, SELDOM_S)
        mine, other = self._one_run_each(load, MANY_WINDOW_S)
        what = f"{MANY} checks at {SELDOM_S:g} s over HTTPS"
        yield _figure(f"memory, {what}", "MiB", mine, other, "resident_mib")
        yield _figure(f"share of a core, {what}", "%", mine, other, "core")

    def _one_run_each(self, load: Load, window_s: float) -> tuple[list[Seen], list[Seen]]:
        mine = self._windows(ours(self._home(), load), load, window_s, RUNS)
        other: list[Seen] = []
        if self._both:
            other = self._windows(theirs(self._home(), load), load, window_s, RUNS)
        return mine, other

    def _in_turns(self, load: Load, runs: int) -> tuple[list[Seen], list[Seen]]:
        mine: list[Seen] = []
        other: list[Seen] = []
        for _ in range(runs):
            mine += self._windows(ours(self._home(), load), load, WINDOW_S, 1)
            if self._both:
                other += self._windows(theirs(self._home(), load), load, WINDOW_S, 1)
        return mine, other

    def _windows(
        self,
        side: AbstractContextManager[Ours | Theirs],
        load: Load,
        window_s: float,
        windows: int,
    ) -> list[Seen]:
        with side as running:
            since_s = settle(load)
            seen = [self._window(running.pids, window_s) for _ in range(windows)]
            running.assert_sound(since_s)
            if isinstance(running, Ours):
                late_ms = statistics.quantiles(running.lateness_s(since_s), n=100)[98] * 1000.0
                seen = [replace(each, lateness_p99_ms=late_ms) for each in seen]
            return seen

    def _window(self, pids: tuple[int, ...], window_s: float) -> Seen:
        begin_s, looks, spent_s = time.monotonic(), self._origin.answered(), cpu_s(pids)
        time.sleep(window_s)
        spent_s = cpu_s(pids) - spent_s
        looks = self._origin.answered() - looks - 1  # our own question
        took_s = time.monotonic() - begin_s
        return Seen(spent_s * 1000.0 / looks, spent_s / took_s * 100.0, resident_mib(pids))

    def _home(self) -> Path:
        return self._directory / f"side-{next(self._numbers)}"


def _figure(name: str, unit: str, mine: Sequence[Seen], other: Sequence[Seen], of: str) -> Figure:
    """`of` is a member of `Seen`."""
    picked = [[getattr(each, of) for each in side] for side in (mine, other)]
    return figure(name, unit, picked[0], REFERENCE, picked[1])
