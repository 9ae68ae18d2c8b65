"""The path of the data, to be read aloud: looks arrive, a tick judges them, people are told.

    seen → record → judge → follow → advise → plan → commit → publish
                      └── wish: look once more, now, from there ──▶ seen

What is decided here commits before it is told: incident and messages in one transaction. When the
store fails, nothing moves and nothing is sent, and the page goes on from memory; so it does when a
bug of ours keeps incidents from moving.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from monitor.core.advice import advise
from monitor.core.attribution.engine import NOTHING_AROUND
from monitor.core.follow import Followed, beginning, follow
from monitor.core.hindsight import Again, Stretch, revised, said_then, time_of, to_look_at
from monitor.core.incident import resume
from monitor.core.policy import plan
from monitor.model import EffectKind, Picture
from monitor.ports import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from monitor.core.attribution.engine import Engine
    from monitor.model import (
        Delivery,
        Incident,
        Instant,
        Judgement,
        MessageKind,
        Observation,
        Recipient,
        Surroundings,
        UnderWay,
        World,
    )
    from monitor.ports import Clock, Publisher, SelfWatch, Store

log = structlog.get_logger(__name__)

BACKLOG = 100_000  # looks kept in memory while the store cannot take them
BATCH = 5_000  # looks stored at once
RECENT = 20
LEARNT = 100
REMEMBERED_S = 86_400.0  # what closed longer ago is not judged again
LATE_TICKS = 6  # after this many ticks without one we are not alive


class Meter(Protocol):
    """Counts what happens; reads, never decides."""

    def looked(self, observation: Observation) -> None:
        """A look came in."""
        ...

    def ticked(self, picture: Picture, planned: Sequence[Delivery]) -> None:
        """A tick ended."""
        ...

    def warned(self, note: str) -> None:
        """Operators must know."""
        ...


class Moved(Enum):
    """How far a tick came with the incidents."""

    ALL = auto()
    STORE_FAILS = auto()
    BUG = auto()


class Pipeline:
    """Holds what is known between ticks; every decision is a pure function of the core."""

    def __init__(
        self,
        *,
        world: World,
        engine: Engine[Any],
        store: Store,
        publisher: Publisher,
        clock: Clock,
        watch: SelfWatch,
        meter: Meter,
        recipients: Sequence[Recipient],
        channel: str,
        text: Callable[[MessageKind, Incident, str], str],
        planned: Callable[[], None],
        under_way: Callable[[], Sequence[UnderWay]] = tuple,
        around: Callable[[Instant], Surroundings] = lambda _now: NOTHING_AROUND,
        wished: Callable[[Sequence[tuple[str, str]]], None] = lambda _wishes: None,
    ) -> None:
        """Join the parts.

        Args:
            world: What is declared.
            engine: Judges.
            store: Keeps what must survive.
            publisher: Takes the picture of each tick.
            clock: Labels and decides.
            watch: Our own condition.
            meter: Counts.
            recipients: Whom to tell; empty where nobody can be told.
            channel: On which they are told.
            text: Words for a message.
            planned: Called when the outbox has more to do.
            under_way: Our own looks that have begun and not answered.
            around: What others say and what happens around us; never raises.
            wished: Takes the (vantage, check) pairs to look at now, best first; returns at once.
        """
        self._world = world
        self._engine = engine
        self._store = store
        self._publisher = publisher
        self._clock = clock
        self._watch = watch
        self._meter = meter
        self._recipients = recipients
        self._channel = channel
        self._text = text
        self._planned = planned
        self._under_way = under_way
        self._around = around
        self._wished = wished
        self._inbox: deque[Observation] = deque(maxlen=BACKLOG)  # not yet judged
        self._unstored: deque[Observation] = deque(maxlen=BACKLOG)
        self._memory = engine.start(clock.now())
        self._ticked_s = clock.monotonic()  # when the last tick began
        self._judged_s = clock.monotonic()  # when the last one that judged ended
        self._refs: list[int] = []  # taken from the store, not used yet
        self._open: dict[str, Incident] = {}
        self._recent: tuple[Incident, ...] = ()
        self._warnings: tuple[str, ...] = ()
        self._judged = False
        self._learnt: deque[Stretch] = deque(maxlen=LEARNT)  # of the past, by looks that came late

    async def start(self) -> None:
        """Take up the incidents a former life left open."""
        now = self._clock.now()
        found = await self._store.open_incidents()
        self._open = {incident.subject: resume(incident, now=now) for incident in found}
        recent = await self._store.recent_incidents(RECENT + len(found), public_only=True)
        self._recent = tuple(i for i in recent if i.state.closed)[:RECENT]
        # What came late to a former life may not have been judged by it.
        self._learnt.append(Stretch(now.at - timedelta(seconds=REMEMBERED_S), now.at))

    def seen(self, observation: Observation) -> None:
        """A look arrived; it is judged and stored with the next tick."""
        self._inbox.append(observation)
        if len(self._unstored) == BACKLOG:
            self._meter.warned("looks_dropped")
        self._unstored.append(observation)
        self._meter.looked(observation)

    async def deliver(self, observations: Sequence[Observation]) -> None:
        """Looks of an agent: on disk before this returns, judged with the next tick.

        Raises:
            StoreError: nothing was taken; the agent keeps them and comes again.
        """
        await self._store.record(observations)
        for observation in observations:
            self._inbox.append(observation)
            self._meter.looked(observation)
        learnt = time_of(observations)
        if learnt is not None:
            self._learnt.append(learnt)

    async def look_back(self) -> None:
        """Judge again, with the looks that came late, what was closed without them."""
        now = self._clock.now()
        oldest_at = now.at - timedelta(seconds=REMEMBERED_S)
        learnt = [s for s in dict.fromkeys(self._learnt) if s.until > oldest_at]
        self._learnt.clear()
        if not learnt:
            return
        try:
            for incident in await self._store.recent_incidents(RECENT, public_only=False):
                if incident.state.closed and any(s.touches(incident) for s in learnt):
                    await self._revise(incident, now)
        except StoreError:
            self._learnt.extend(learnt)  # another time
            raise
        open_yet = [s for s in learnt if any(s.touches(i) for i in self._open.values())]
        self._learnt.extend(open_yet)

    async def _revise(self, incident: Incident, now: Instant) -> None:
        stretch = to_look_at(incident)
        again, begin_at, news = Again(self._engine, stretch.since), stretch.since, False
        notices = await self._store.notices(stretch.since, stretch.until)
        while begin_at < stretch.until:
            end_at = begin_at + timedelta(seconds=self._world.rules.tick_s)
            looks = await self._store.observations(
                targets=tuple(self._world.targets), since=begin_at, until=end_at, limit=BACKLOG
            )
            again.tick(looks, end_at, said_then(notices, end_at))
            begin_at, news = end_at, news or time_of(looks) is not None
        changed = revised(incident, again.found.get(incident.subject), now)
        if changed is None or not news:
            return
        await self._store.commit([changed])
        self._recent = tuple(changed if i.ref == changed.ref else i for i in self._recent)
        self._log_move(incident, changed)

    async def tick(self) -> None:
        """Judge what has arrived, and let everything follow from it."""
        now = self._clock.now()
        own = self._watch.worst_since(self._ticked_s)
        self._ticked_s = now.mono_s
        arrived = self._take()
        stored = await self._record()
        self._memory, judgement = self._engine.step(
            self._memory,
            arrived,
            now=now,
            own=own,
            under_way=self._under_way(),
            around=self._around(now),
        )
        moved, outbox = await self._move(judgement)
        self._warnings = (
            *(() if stored and moved is not Moved.STORE_FAILS else ("store_failing",)),
            *(("tick_failed",) if moved is Moved.BUG else ()),
        )
        self._judged = True
        self._judged_s = self._clock.monotonic()
        picture = self._picture(judgement)
        self._publisher.publish(picture)
        self._meter.ticked(picture, outbox)
        self._wished(judgement.wishes)

    def health(self) -> dict[str, object]:
        """Plain values: `live` while ticks go on, `ready` while the store works too."""
        age_s = self._clock.monotonic() - self._judged_s
        live = age_s < LATE_TICKS * self._world.rules.tick_s
        return {
            "live": live,
            "ready": live and self._judged and not self._warnings,
            "last_tick_age_s": round(age_s, 1),
            "warnings": list(self._warnings),
        }

    async def _move(self, judgement: Judgement) -> tuple[Moved, tuple[Delivery, ...]]:
        """Decide and commit; whatever fails, the next tick decides again."""
        try:
            followed, outbox = await self._decide(judgement)
            await self._commit(followed, outbox)
        except StoreError as error:
            self._warn(error)
            return Moved.STORE_FAILS, ()
        except Exception:
            self._meter.warned("tick_failed")
            log.exception("tick_failed")
            return Moved.BUG, ()
        return Moved.ALL, outbox

    async def _decide(self, judgement: Judgement) -> tuple[Followed, tuple[Delivery, ...]]:
        begins = [verdict.subject for verdict in beginning(self._open, judgement)]
        while len(self._refs) < len(begins):
            self._refs.append(await self._store.next_ref())
        refs = dict(zip(begins, self._refs, strict=False))
        followed = follow(self._open, judgement, refs, self._world.rules)
        followed = advise(followed, self._world, judgement.now.at)
        outbox = plan(
            followed.effects,
            {incident.ref: incident for incident in followed.changed},
            self._recipients,
            channel=self._channel,
            text=self._words,
            rules=self._world.rules,
            now=judgement.now.at,
        )
        return followed, outbox

    def _words(self, kind: MessageKind, incident: Incident, language: str) -> str | None:
        """The text, or None: a sentence that cannot be written holds up nobody else's."""
        try:
            return self._text(kind, incident, language)
        except Exception:
            self._meter.warned("text_failed")
            log.exception("text_failed", ref=incident.ref, kind=kind.value, language=language)
            return None

    async def _commit(self, followed: Followed, outbox: Sequence[Delivery]) -> None:
        cancelled = [e.ref for e in followed.effects if e.kind is EffectKind.CANCEL_OPEN]
        if followed.changed:
            await self._store.commit(followed.changed, outbox, cancel_open_of=cancelled)
        used = {incident.ref for incident in followed.changed}
        self._refs = [ref for ref in self._refs if ref not in used]
        before, self._open = self._open, dict(followed.open)
        for incident in followed.changed:
            self._log_move(before.get(incident.subject), incident)
            if incident.state.closed and incident.public:
                self._recent = (incident, *self._recent)[:RECENT]
        for effect in followed.effects:
            if effect.kind is EffectKind.WARN_OPERATORS:
                self._meter.warned(effect.note)
        if outbox:
            self._planned()

    async def _record(self) -> bool:
        waiting, self._unstored = tuple(self._unstored), deque(maxlen=BACKLOG)
        for begin in range(0, len(waiting), BATCH):
            try:
                await self._store.record(waiting[begin : begin + BATCH])
            except StoreError as error:
                self._warn(error)
                left = (*waiting[begin:], *self._unstored)
                self._unstored = deque(left, maxlen=BACKLOG)
                return False
        return True

    def _take(self) -> tuple[Observation, ...]:
        arrived = tuple(self._inbox)
        self._inbox.clear()
        return arrived

    def _picture(self, judgement: Judgement) -> Picture:
        incidents = tuple(sorted(self._open.values(), key=lambda i: (i.onset_at, i.ref)))
        return Picture(judgement, incidents, self._recent, self._warnings)

    @staticmethod
    def _log_move(old: Incident | None, new: Incident) -> None:
        if old is not None and (old.state, old.verdict.claim) == (new.state, new.verdict.claim):
            return
        log.info(
            "incident",
            ref=new.ref,
            state=new.state.value,
            subject=new.subject,
            domain=new.verdict.domain.value,
            level=new.verdict.level.value,
        )

    def _warn(self, error: StoreError) -> None:
        self._meter.warned("store_failing")
        if "store_failing" not in self._warnings:  # once, until it works again
            self._warnings = (*self._warnings, "store_failing")
            log.error("store_failing", error=str(error))
