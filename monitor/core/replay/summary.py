"""The figures over a set of scores: docs/tapes.md, Scoring."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from monitor.core.replay.calibration import Bins, brier, ece, merged
from monitor.core.replay.wilson import wilson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from monitor.core.replay.score import Score

SOFT = ("slow_degrade", "brownout", "txn_brownout")  # how classes that come on gently begin
LOSS = "_loss30"
UNDETERMINED_WITHIN_S = 120.0


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with its 95 % interval."""

    hits: int
    count: int

    @property
    def bounds(self) -> tuple[float, float]:
        """Wilson's."""
        return wilson(self.hits, self.count)

    def __str__(self) -> str:
        low, high = self.bounds
        share = f"{self.hits / self.count:.2%}" if self.count else "-"
        return f"{self.hits}/{self.count} = {share} ({low:.2%} to {high:.2%})"


@dataclass(frozen=True, slots=True)
class Delays:
    """From the onset to the first right name, s; None where nothing was named right."""

    p50_s: float | None
    p90_s: float | None
    mean_s: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """A set of tapes by one method."""

    tapes: int
    right: Share  # tapes with every fault named (without a fault: nothing wrong named)
    complete: Share  # right, and no wrong label beside it
    coarse: Share  # tapes with every fault's side named
    faults: Share  # faults named
    decided: Share  # tapes with a fault where something was named
    correct: Share  # of these: every name right
    wrong: Share  # of named labels, those that are wrong
    accused: Share  # tapes with a false accusation
    undetermined: Share  # tapes that named nothing and said within 120 s that nothing fits
    all: Delays
    hard: Delays  # without gentle onsets and losses
    at_naming: Bins
    standing: Bins
    brier: float | None  # at naming
    ece: float | None
    standing_brier: float | None
    standing_ece: float | None
    extra_looks: float  # per tape
    cpu_s_per_h: float  # per simulated hour
    cpu_ms_per_tick: float

    def plain(self) -> dict[str, Any]:
        """As JSON takes it."""
        told = asdict(self)
        for name in self.__slots__:
            if isinstance(value := getattr(self, name), Share):
                told[name]["bounds"] = value.bounds
        return told


def is_hard(kind: str) -> bool:
    """Whether a class of faults begins at once and shows at every look."""
    return not kind.startswith(SOFT) and LOSS not in kind


def summary(scores: Iterable[Score]) -> Summary:
    """Sum up the scores of one method; those without a truth only count for looks and time."""
    every = list(scores)
    known = [score for score in every if score.known]
    due = [score for score in known if score.counts]
    faulty = [score for score in due if score.faults]
    decided = [score for score in faulty if score.named]
    labels = [len({stretch.label for stretch in score.named}) for score in known]
    hours = sum(score.simulated_s for score in every) / 3600
    cpu_s = sum(score.cpu_s for score in every)
    return Summary(
        tapes=len(every),
        right=_share(due, lambda s: s.right),
        complete=_share(due, lambda s: s.right and not s.wrong),
        coarse=_share(due, lambda s: s.coarse),
        faults=Share(sum(s.right_faults for s in due), sum(s.faults for s in due)),
        decided=Share(len(decided), len(faulty)),
        correct=_share(decided, lambda s: not s.wrong),
        wrong=Share(sum(len(score.wrong) for score in known), sum(labels)),
        accused=_share(known, lambda s: bool(s.accused)),
        undetermined=_share(
            faulty,
            lambda s: (
                not s.named
                and s.inconclusive_after_s is not None
                and s.inconclusive_after_s <= UNDETERMINED_WITHIN_S
            ),
        ),
        all=_delays(due),
        hard=_delays([score for score in due if is_hard(score.kind)]),
        at_naming=(at_naming := merged(score.at_naming for score in known)),
        standing=(standing := merged(score.standing for score in known)),
        brier=brier(at_naming),
        ece=ece(at_naming),
        standing_brier=brier(standing),
        standing_ece=ece(standing),
        extra_looks=sum(s.extra_looks for s in every) / len(every) if every else 0.0,
        cpu_s_per_h=cpu_s / hours if hours else 0.0,
        cpu_ms_per_tick=cpu_s / hours / 720 * 1000 if hours else 0.0,
    )


def _share(scores: Sequence[Score], holds: Callable[[Score], bool]) -> Share:
    return Share(sum(map(holds, scores)), len(scores))


def _delays(scores: Iterable[Score]) -> Delays:
    found = sorted(score.delay_s for score in scores if score.delay_s is not None)
    if not found:
        return Delays(None, None, None)
    return Delays(_rank(found, 0.5), _rank(found, 0.9), sum(found) / len(found))


def _rank(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank quantile."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
