"""Lets a reasoner live through a tape: its looks, its extra looks, and nothing of the future."""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from monitor.core.inference.evidence import OUTCOMES, Evidence, Look, Pending, Signal
from monitor.core.replay.schedule import look_phases_s, signal_phases_s

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from monitor.core.inference.evidence import SignalKind
    from monitor.core.inference.finding import Finding
    from monitor.core.inference.reasoner import Reasoner
    from monitor.core.replay.reel import Reel

TICK_S = 5.0
EXTRA_MOST = 10  # extra looks in any `EXTRA_WITHIN_S`
EXTRA_WITHIN_S = 5.0
PAIR_REST_S = 8.0  # between two extra looks of one pair

Memory = TypeVar("Memory")


@dataclass(frozen=True, slots=True)
class Moment:
    """What a tick concluded, and what it took to get there since the begin."""

    finding: Finding
    looks: int  # scheduled looks begun
    extra_looks: int  # extra looks begun
    cpu_s: float  # spent in the reasoner


def play(
    reel: Reel, reasoner: Reasoner[Memory], cpu_clock: Callable[[], float] = lambda: 0.0
) -> Iterator[Moment]:
    """Replay a tape through a reasoner, tick by tick. The truth is not read.

    A look begins at its time, sees what the tape has for that slot, and is known `takes_s` later;
    until then it is pending. Extra looks begin at the tick that wished for them.

    Args:
        reel: The tape.
        reasoner: Who judges; made for `reel.layout`.
        cpu_clock: Tells the seconds of processor time spent so far; by default nothing is measured.

    Yields:
        A moment every 5 s, from 5 s on.
    """
    cinema = _Cinema(reel)
    memory = reasoner.start(0.0)
    cpu_s = 0.0
    for tick in range(1, int(reel.duration_s // TICK_S) + 1):
        now_s = tick * TICK_S
        evidence = cinema.evidence(now_s)
        before = cpu_clock()
        memory, finding = reasoner.step(memory, evidence, now_s)
        cpu_s += cpu_clock() - before
        cinema.grant(finding.wishes, now_s)
        yield Moment(finding, cinema.looks, cinema.extra_looks, cpu_s)


class _Cinema:
    """What has begun, what is under way, and what may still be asked for."""

    def __init__(self, reel: Reel) -> None:
        self.looks = 0
        self.extra_looks = 0
        self._reel = reel
        self._due = [(at_s, *pair) for pair, at_s in look_phases_s(reel.layout).items()]
        self._readings = [(at_s, *sig) for sig, at_s in signal_phases_s(reel.layout).items()]
        heapq.heapify(self._due)
        heapq.heapify(self._readings)
        self._answers: list[tuple[float, int, Look]] = []  # by when they are known
        self._heard: list[tuple[float, str, str, Signal]] = []
        self._asked: deque[float] = deque()  # extra looks of the last seconds
        self._asked_of: dict[tuple[str, str], float] = {}

    def evidence(self, now_s: float) -> Evidence:
        """What is new since the last tick."""
        while self._due and self._due[0][0] <= now_s:
            begun_s, vantage, target = self._due[0]
            every_s = self._reel.layout.every_s[vantage, target]
            heapq.heapreplace(self._due, (begun_s + every_s, vantage, target))
            self.looks += 1
            self._begin(vantage, target, begun_s)
        while self._readings and self._readings[0][0] <= now_s:
            at_s, subject, kind = self._readings[0]
            every_s = self._reel.layout.signal_every_s
            heapq.heapreplace(self._readings, (at_s + every_s, subject, kind))
            self._read(subject, kind, at_s)
        looks = []
        while self._answers and self._answers[0][0] <= now_s:
            looks.append(heapq.heappop(self._answers)[2])
        signals = []
        while self._heard and self._heard[0][0] <= now_s:
            signals.append(heapq.heappop(self._heard)[3])
        under_way = sorted(self._answers, key=lambda answer: answer[1])
        return Evidence(
            looks=tuple(looks),
            signals=tuple(signals),
            pending=tuple(Pending(o.vantage, o.target, o.begun_s) for _, _, o in under_way),
            notices=self._reel.notices,
        )

    def grant(self, wishes: Iterable[tuple[str, str]], now_s: float) -> None:
        """Begin the extra looks that are wished for and allowed, the first ones first."""
        while self._asked and self._asked[0] <= now_s - EXTRA_WITHIN_S:
            self._asked.popleft()
        for pair in wishes:
            if len(self._asked) >= EXTRA_MOST:
                return
            rested_s = now_s - self._asked_of.get(pair, -PAIR_REST_S)
            if pair not in self._reel.looks or rested_s < PAIR_REST_S:
                continue
            self._asked.append(now_s)
            self._asked_of[pair] = now_s
            self.extra_looks += 1
            self._begin(*pair, now_s)

    def _begin(self, vantage: str, target: str, begun_s: float) -> None:
        number = self.looks + self.extra_looks
        outcome = self._reel.outcome(vantage, target, begun_s)
        ended_s = begun_s + self._reel.takes_s[outcome]
        look = Look(vantage, target, begun_s, ended_s, outcome, id=f"l{number}")
        heapq.heappush(self._answers, (ended_s, number, look))

    def _read(self, subject: str, kind: SignalKind, at_s: float) -> None:
        row = self._reel.signals[subject, kind]
        outcome = OUTCOMES[row[min(int(at_s // self._reel.slot_s), len(row) - 1)]]
        known_s = at_s + self._reel.takes_s[outcome]
        heapq.heappush(self._heard, (known_s, subject, kind, Signal(kind, subject, at_s, outcome)))
