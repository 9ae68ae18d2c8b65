"""The path of the data, to be read aloud: looks arrive, a tick judges them, people are told.

    seen → record → judge → follow → plan → commit → publish

What is decided here commits before it is told: incident and messages in one transaction. When the
store fails, nothing moves and nothing is sent, and the page goes on from memory.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from monitor.core.follow import Followed, beginning, follow
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
        Judgement,
        MessageKind,
        Observation,
        Recipient,
        World,
    )
    from monitor.ports import Clock, Publisher, SelfWatch, Store

log = structlog.get_logger(__name__)

BACKLOG = 100_000  # looks kept in memory while the store cannot take them
RECENT = 20
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
    ) -> None:
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
        self._inbox: deque[Observation] = deque(maxlen=BACKLOG)  # not yet judged
        self._unstored: deque[Observation] = deque(maxlen=BACKLOG)
        self._memory = engine.start(clock.now())
        self._ticked_s = clock.monotonic()
        self._open: dict[str, Incident] = {}
        self._recent: tuple[Incident, ...] = ()
        self._warnings: tuple[str, ...] = ()
        self._judged = False

    async def start(self) -> None:
        """Take up the incidents a former life left open."""
        now = self._clock.now()
        found = await self._store.open_incidents()
        self._open = {incident.subject: resume(incident, now=now) for incident in found}
        self._recent = await self._store.recent_incidents(RECENT, public_only=True)

    def seen(self, observation: Observation) -> None:
        """A look arrived; it is judged and stored with the next tick."""
        self._inbox.append(observation)
        self._unstored.append(observation)
        self._meter.looked(observation)

    async def tick(self) -> None:
        """Judge what has arrived, and let everything follow from it."""
        now = self._clock.now()
        own = self._watch.worst_since(self._ticked_s)
        self._ticked_s = now.mono_s
        arrived = self._take()
        stored = await self._record()
        self._memory, judgement = self._engine.step(self._memory, arrived, now=now, own=own)
        followed, outbox = await self._decide(judgement)
        if followed is not None:
            stored = await self._commit(followed, outbox) and stored
        self._warnings = () if stored else ("store_failing",)
        self._judged = True
        picture = self._picture(judgement)
        self._publisher.publish(picture)
        self._meter.ticked(picture, outbox)

    def health(self) -> dict[str, object]:
        """Plain values: `live` while ticks go on, `ready` while the store works too."""
        age_s = self._clock.monotonic() - self._ticked_s
        live = age_s < LATE_TICKS * self._world.rules.tick_s
        return {
            "live": live,
            "ready": live and self._judged and not self._warnings,
            "last_tick_age_s": round(age_s, 1),
            "warnings": list(self._warnings),
        }

    async def _decide(self, judgement: Judgement) -> tuple[Followed | None, tuple[Delivery, ...]]:
        try:
            refs = {
                verdict.subject: await self._store.next_ref()
                for verdict in beginning(self._open, judgement)
            }
        except StoreError as error:
            self._warn(error)
            return None, ()
        followed = follow(self._open, judgement, refs, self._world.rules)
        outbox = plan(
            followed.effects,
            {incident.ref: incident for incident in followed.changed},
            self._recipients,
            channel=self._channel,
            text=self._text,
            rules=self._world.rules,
            now=judgement.now.at,
        )
        return followed, outbox

    async def _commit(self, followed: Followed, outbox: Sequence[Delivery]) -> bool:
        cancelled = [e.ref for e in followed.effects if e.kind is EffectKind.CANCEL_OPEN]
        if followed.changed:
            try:
                await self._store.commit(followed.changed, outbox, cancel_open_of=cancelled)
            except StoreError as error:
                self._warn(error)
                return False  # nothing moved: the next tick decides again
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
        return True

    async def _record(self) -> bool:
        batch, self._unstored = self._unstored, deque(maxlen=BACKLOG)
        if not batch:
            return True
        try:
            await self._store.record(tuple(batch))
        except StoreError as error:
            self._warn(error)
            self._unstored = deque((*batch, *self._unstored), maxlen=BACKLOG)
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
        if not self._warnings:  # once, until it works again
            log.error("store_failing", error=str(error))
