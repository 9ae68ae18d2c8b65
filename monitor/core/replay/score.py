"""Scores a replay against the truth, as docs/tapes.md says under Scoring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.core.inference.finding import State
from monitor.core.replay.calibration import NO_BINS, Bins, binned
from monitor.core.replay.labels import accuses, during_fault, excused, same_side, true_then
from monitor.core.replay.play import TICK_S, play

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from monitor.core.inference.reasoner import Reasoner
    from monitor.core.replay.play import Moment
    from monitor.core.replay.reel import Reel, Truth

SHORT_S = 60.0  # of a fault shorter than this only wrong names count


@dataclass(frozen=True, slots=True)
class Stretch:
    """A label stood named from a tick to the last tick of it."""

    label: str
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Score:
    """What one replay was worth. Without a truth only figures and states are filled."""

    tape: str
    kind: str  # the class of fault
    known: bool  # there is a truth
    faults: int = 0  # groups to be named
    lasts_s: float = 0.0
    right: bool = False  # every fault was named; without a fault: nothing wrong was
    coarse: bool = False  # the same, where a name of the same side is enough
    right_faults: int = 0
    wrong: tuple[str, ...] = ()  # labels
    accused: tuple[str, ...] = ()  # of these, false accusations
    named: tuple[Stretch, ...] = ()
    delay_s: float | None = None  # from the onset to the first right name
    inconclusive_after_s: float | None = None  # from the onset (or begin) to saying so
    at_naming: Bins = NO_BINS  # confidence at the moment a claim became named
    standing: Bins = NO_BINS  # confidence of every claim, named or not, at every tick
    states: tuple[tuple[float, str], ...] = ()  # since when, which state
    looks: int = 0
    extra_looks: int = 0
    cpu_s: float = 0.0
    simulated_s: float = 0.0

    @property
    def counts(self) -> bool:
        """Whether its faults had to be named: they lasted long enough, or there were none."""
        return self.known and (self.faults == 0 or self.lasts_s >= SHORT_S)


def kind_of(reel: Reel) -> str:
    """The class of a tape's fault: the truth's name, else the id up to its last dash."""
    return reel.truth.name if reel.truth is not None else reel.id.rpartition("-")[0] or reel.id


def score_reel(
    reel: Reel, reasoner: Reasoner[Any], cpu_clock: Callable[[], float] = lambda: 0.0
) -> Score:
    """Replay a tape through a reasoner and score it.

    Args:
        reel: The tape, with or without its truth.
        reasoner: Made for `reel.layout`.
        cpu_clock: As of `play`.

    Returns:
        The score.
    """
    moments = list(play(reel, reasoner, cpu_clock))
    return score(reel, moments)


def score(reel: Reel, moments: Sequence[Moment]) -> Score:
    """Score what a replay concluded, tick by tick."""
    stretches = _stretches(moments)
    last = moments[-1] if moments else None
    truth = reel.truth
    facts: dict[str, Any] = {
        "tape": reel.id,
        "kind": kind_of(reel),
        "known": truth is not None,
        "named": stretches,
        "states": _states(moments),
        "looks": last.looks if last else 0,
        "extra_looks": last.extra_looks if last else 0,
        "cpu_s": last.cpu_s if last else 0.0,
        "simulated_s": reel.duration_s,
    }
    if truth is None:
        return Score(**facts)
    within = [s for s in stretches if during_fault(truth, s.from_s, s.to_s)]
    labels = {s.label for s in within}
    hits = [labels.intersection(group) for group in truth.accept]
    wrong = sorted({s.label for s in stretches if not excused(truth, s.label, s.from_s, s.to_s)})
    firsts = [s.from_s for s in within if any(s.label in group for group in truth.accept)]
    on_side = all(any(same_side(n, a) for n in labels for a in group) for group in truth.accept)
    onset_s = truth.onset_s or 0.0
    unsure = (m.finding.now_s for m in moments if m.finding.state is State.INCONCLUSIVE)
    since = next((now_s for now_s in unsure if now_s >= onset_s), None)
    return Score(
        **facts,
        faults=len(truth.accept),
        lasts_s=(truth.end_s or 0.0) - onset_s if truth.accept else 0.0,
        right=all(hits) if truth.accept else not wrong,
        coarse=on_side if truth.accept else not wrong,
        right_faults=sum(map(bool, hits)),
        wrong=tuple(wrong),
        accused=tuple(label for label in wrong if accuses(truth, label)),
        delay_s=max(0.0, min(firsts) - onset_s) if firsts else None,
        inconclusive_after_s=None if since is None else since - onset_s,
        at_naming=_at_naming(moments, truth),
        standing=_standing(moments, truth),
    )


def _stretches(moments: Iterable[Moment]) -> tuple[Stretch, ...]:
    done: list[Stretch] = []
    since: dict[str, float] = {}
    now_s = 0.0
    for moment in moments:
        now_s = moment.finding.now_s
        labels = {claim.label for claim in moment.finding.claims if claim.named}
        gone = sorted(since.keys() - labels)
        done += [Stretch(label, since.pop(label), now_s - TICK_S) for label in gone]
        for label in labels - since.keys():
            since[label] = now_s
    done += [Stretch(label, from_s, now_s) for label, from_s in since.items()]
    return tuple(sorted(done, key=lambda s: (s.from_s, s.label)))


def _states(moments: Iterable[Moment]) -> tuple[tuple[float, str], ...]:
    found: list[tuple[float, str]] = [(0.0, State.OK.value)]
    for moment in moments:
        if moment.finding.state.value != found[-1][1]:
            found.append((moment.finding.now_s, moment.finding.state.value))
    return tuple(found)


def _at_naming(moments: Iterable[Moment], truth: Truth) -> Bins:
    said: list[tuple[float, bool]] = []
    before: set[str] = set()
    for moment in moments:
        named = {c.label: c.confidence for c in reversed(moment.finding.claims) if c.named}
        now_s = moment.finding.now_s
        said += [
            (confidence, true_then(truth, label, now_s))
            for label, confidence in named.items()
            if label not in before
        ]
        before = set(named)
    return binned(said)


def _standing(moments: Iterable[Moment], truth: Truth) -> Bins:
    return binned(
        (claim.confidence, true_then(truth, claim.label, moment.finding.now_s))
        for moment in moments
        for claim in moment.finding.claims
    )
