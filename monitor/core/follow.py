"""One tick of all incidents: which begin, how each moves, what must happen because of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.core.incident import advance, begin, concerning, signal_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.model import Effect, Incident, Judgement, Rules, Verdict


@dataclass(frozen=True, slots=True)
class Followed:
    """What a tick did to the incidents."""

    open: Mapping[str, Incident]  # by subject; those not closed
    changed: tuple[Incident, ...]  # to be stored, the newly closed ones included
    effects: tuple[Effect, ...]


def beginning(open_incidents: Mapping[str, Incident], judgement: Judgement) -> tuple[Verdict, ...]:
    """Verdicts about a subject that has no incident yet; each needs a reference."""
    return tuple(v for v in judgement.verdicts if v.subject not in open_incidents)


def follow(
    open_incidents: Mapping[str, Incident],
    judgement: Judgement,
    refs: Mapping[str, int],
    rules: Rules,
) -> Followed:
    """Move every incident by what the tick saw.

    Args:
        open_incidents: By subject, none closed.
        judgement: Of this tick.
        refs: A reference for each new subject; one that has none waits for the next tick.
        rules: Thresholds.

    Returns:
        The incidents afterwards; `changed` in order of reference.
    """
    verdicts = {verdict.subject: verdict for verdict in judgement.verdicts}
    begun = {
        subject: begin(verdicts[subject], ref, now=judgement.now) for subject, ref in refs.items()
    }
    after: dict[str, Incident] = {}
    changed: list[Incident] = []
    effects: list[Effect] = []
    for subject, incident in _in_order({**open_incidents, **begun}.items()):
        verdict = concerning(incident, verdicts.get(subject))
        signal = signal_of(incident, verdict, judgement, rules)
        moved, caused = advance(incident, signal, verdict, now=judgement.now, rules=rules)
        if moved is not incident or subject in begun:
            changed.append(moved)
        effects += caused
        if not moved.state.closed:
            after[subject] = moved
    return Followed(after, tuple(changed), tuple(effects))


def _in_order(items: Iterable[tuple[str, Incident]]) -> Sequence[tuple[str, Incident]]:
    return sorted(items, key=lambda item: item[1].ref)
