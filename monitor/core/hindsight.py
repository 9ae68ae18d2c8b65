"""What we would have said, had all looks been there in time.

An agent that was cut off brings its looks when it is back. They cannot change what was said then,
but they can show that it was wrong, or too little: the same engine judges the same time again, and
where it says something else, the incident gets a revision, dated to now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.core.attribution.engine import NOTHING_AROUND
from monitor.core.notices.sources import OVER
from monitor.model import Entry, EntryKind, EvidenceClass, Instant, Level, SelfHealth, Surroundings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from monitor.core.attribution.engine import Engine
    from monitor.model import Incident, Notice, Observation, Verdict

LEAD_S = 300.0  # so long before the onset the engine begins to watch
LONGEST_S = 6 * 3600.0  # what is longer is judged by its beginning

JUDGED_AGAIN = frozenset(
    {EvidenceClass.ACTIVE_PROBE, EvidenceClass.SELF, EvidenceClass.OFFICIAL_NOTICE}
)

_RANK = {Level.SYMPTOM: 0, Level.PROBABLY: 1, Level.NAMED: 2}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time about which we have learnt more; both ends are wall time."""

    since: datetime
    until: datetime

    def touches(self, incident: Incident) -> bool:
        """Whether it meets the time of an incident."""
        return self.since <= _end(incident) and incident.onset_at <= self.until


def time_of(looks: Iterable[Observation]) -> Stretch | None:
    """The time that looks which came late tell of; None if none of them counts."""
    at = sorted(look.started_at for look in looks if look.late and look.void is None)
    return Stretch(at[0], at[-1]) if at else None


def to_look_at(incident: Incident) -> Stretch:
    """The time whose looks are needed to judge a closed incident again."""
    longest = incident.onset_at + timedelta(seconds=LONGEST_S)
    return Stretch(incident.onset_at - timedelta(seconds=LEAD_S), min(_end(incident), longest))


def said_then(notices: Iterable[Notice], at: datetime) -> Surroundings:
    """What others said that held at a moment of the past, and was known to us then.

    Args:
        notices: As we know them now.
        at: The moment, aware.
    """
    return Surroundings(
        tuple(
            notice
            for notice in notices
            if notice.seen_at <= at
            and notice.from_at <= at < notice.to_at
            and notice.says not in OVER
        )
    )


class Again:
    """The engine, to which a stretch of time happens once more, a tick at a time.

    Every look arrives when it ended. Whoever drives it looks after other things in between: hours
    judged at one go would keep our own looks waiting.
    """

    def __init__(self, engine: Engine[Any], since: datetime) -> None:
        self.found: dict[str, Verdict] = {}  # the loudest that stood firmly; of equals the last
        self._engine = engine
        self._memory = engine.start(Instant(since, since.timestamp()))
        self._unfinished: list[Observation] = []

    def tick(
        self,
        begun: Iterable[Observation],
        now_at: datetime,
        around: Surroundings = NOTHING_AROUND,
    ) -> None:
        """Judge a moment.

        Args:
            begun: The looks that began since the last tick.
            now_at: The moment, later than the last.
            around: What is still known of what others said then.
        """
        now = Instant(now_at, now_at.timestamp())
        looks = [*self._unfinished, *map(_by_wall, begun)]
        arrived = [o for o in looks if o.started_mono_s + o.duration_s <= now.mono_s]
        self._unfinished = [o for o in looks if o.started_mono_s + o.duration_s > now.mono_s]
        self._memory, judgement = self._engine.step(
            self._memory, arrived, now=now, own=SelfHealth(), around=around
        )
        for verdict in judgement.verdicts:
            known = self.found.get(verdict.subject)
            if verdict.firm and (known is None or _RANK[verdict.level] >= _RANK[known.level]):
                self.found[verdict.subject] = verdict


def revised(incident: Incident, verdict: Verdict | None, now: Instant) -> Incident | None:
    """The incident with what hindsight says, or None if that is nothing new.

    A party that was named and would not have been is taken back, whatever is said instead, if all
    of the incident was judged again by all that spoke for it then: real traffic and the power are
    not judged a second time. What was not named is revised only by something louder. Nobody is told
    again by this: the story, the page and the report say it.
    """
    if not incident.state.closed or verdict is None or verdict.claim == incident.verdict.claim:
        return None
    was_named = incident.verdict.level is Level.NAMED and incident.verdict.party is not None
    louder = _RANK[verdict.level] > _RANK[incident.verdict.level]
    whole = _is_whole(incident) and not _rests_on_more(incident.verdict)
    if not louder and not (was_named and whole):
        return None
    entry = Entry(now.at, EntryKind.LATE, verdict)
    return replace(incident, verdict=verdict, story=(*incident.story, entry))


def _end(incident: Incident) -> datetime:
    return incident.recovered_at or incident.resolved_at or incident.since.at


def _is_whole(incident: Incident) -> bool:
    return to_look_at(incident).until == _end(incident)


def _rests_on_more(verdict: Verdict) -> bool:
    """Whether something spoke for it that is not there when it is judged again."""
    return any(g.supports and g.evidence not in JUDGED_AGAIN for g in verdict.grounds)


def _by_wall(look: Observation) -> Observation:
    """Looks of several lives and machines on one time line: their corrected wall time."""
    return replace(look, started_mono_s=look.started_at.timestamp())
