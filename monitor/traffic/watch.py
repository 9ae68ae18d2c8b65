"""Keeps what traffic tells, and asks for what nobody tells.

watch = TrafficWatch(world, store, clock, settings.traffic, ...)
await watch.start()          # before the door for batches opens: the last minutes
await watch.learn()          # beside everything else, once: the last weeks
watch.taken(batch)           # a batch that was stored just now
await watch.poll()           # every few seconds
watch.readings(now)          # every tick; quick, never raises for what was told
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from monitor.core.traffic.history import SPAN
from monitor.core.traffic.memory import answered, judged, past, started, taken
from monitor.core.traffic.operation import KEPT
from monitor.model import PollResult
from monitor.ports import StoreError
from monitor.traffic.counting import MINUTE, Answer, ask

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from monitor.model import Batch, Instant, Outcome, TrafficReading, World
    from monitor.ports import Clock, Store
    from monitor.settings.values_traffic import TrafficSettings, TrafficSource

log = structlog.get_logger(__name__)

SETTLED = timedelta(seconds=20)  # after a minute: until its last scrape is in the Prometheus
CATCH_UP = 10  # minutes that are asked for after a gap
DAY = timedelta(days=1)
SOON = timedelta(minutes=5)  # what the platform's clock may be ahead


class TrafficWatch:
    """The shell around `monitor.core.traffic`: store, clock, Prometheus."""

    def __init__(
        self,
        world: World,
        store: Store,
        clock: Clock,
        settings: TrafficSettings,
        *,
        polled: Callable[[str, PollResult, Sequence[Outcome]], None],
        ask: Callable[[TrafficSource, datetime], Awaitable[Answer]] = ask,
    ) -> None:
        """Know nothing yet.

        Args:
            world: Whose operations are judged.
            store: Keeps outcomes; each batch once.
            clock: The time.
            settings: Holidays, and whom to ask.
            polled: Told of every minute asked for: the source's id, what became of it, and what
                was stored.
            ask: Asks a source about a minute.
        """
        self._store = store
        self._clock = clock
        self._sources = settings.sources
        self._polled = polled
        self._ask = ask
        asked = {(q.service, q.operation) for s in settings.sources for q in s.queries}
        self._memory = started(world, settings.holidays, asked)
        self._done: dict[str, datetime] = {}  # by source: the last minute that was answered
        self._failing: set[str] = set()
        self._told_from: datetime | None = None  # what is older is the history's
        self._learnt = False
        self.latest: tuple[TrafficReading, ...] = ()

    async def start(self) -> None:
        """Take up the last minutes. Before the first batch may come.

        Raises:
            StoreError: they cannot be read.
        """
        now = self._clock.utc()
        begin_at = now - KEPT * MINUTE
        begin_at = begin_at.replace(minute=begin_at.minute // 15 * 15, second=0, microsecond=0)
        outcomes = await self._store.outcomes(begin_at, now + SOON)
        self._memory = taken(self._memory, outcomes, now)
        self._told_from = begin_at

    async def learn(self) -> None:
        """Learn what is usual from the last weeks, the newest day first; once, after `start`.

        Raises:
            StoreError: they cannot be read; what was learnt so far stays.
        """
        end_at = self._told_from
        if end_at is None:
            raise RuntimeError("`start` comes first")
        oldest_at = end_at - SPAN * MINUTE
        while end_at > oldest_at:
            begin_at = max(end_at - DAY, oldest_at)
            self._memory = past(self._memory, await self._store.outcome_sums(begin_at, end_at))
            end_at = begin_at
        self._learnt = True

    def taken(self, batch: Batch) -> None:
        """A batch was stored just now, for the first time."""
        self._memory = taken(self._memory, self._of_now(batch), self._clock.utc())

    def readings(self, now: Instant) -> tuple[TrafficReading, ...]:
        """What traffic says of every declared operation."""
        self._memory, self.latest = judged(self._memory, now.at)
        return self.latest

    async def poll(self) -> None:
        """Ask every source for the minutes that are over and not asked for yet.

        Raises:
            OSError: A source's `ca_file` cannot be read.
        """
        await asyncio.gather(*map(self._catch_up, self._sources))

    async def _catch_up(self, source: TrafficSource) -> None:
        settled_at = self._clock.utc() - SETTLED
        newest_at = settled_at.replace(second=0, microsecond=0) - MINUTE
        minute_at = newest_at - (CATCH_UP - 1) * MINUTE
        if source.id in self._done:
            minute_at = max(minute_at, self._done[source.id] + MINUTE)
        while minute_at <= newest_at and await self._one(source, minute_at):
            self._done[source.id] = minute_at
            minute_at += MINUTE

    async def _one(self, source: TrafficSource, minute_at: datetime) -> bool:
        """Ask for one minute; False: it must be asked for again."""
        answer = await self._ask(source, minute_at)
        if answer.failure is not None:
            if source.id not in self._failing:  # once, until it works again
                log.warning("traffic_unanswered", source=source.id, failure=answer.failure.value)
            self._failing.add(source.id)
            self._polled(source.id, PollResult.UNANSWERED, ())
            return False
        self._failing.discard(source.id)
        now, batch = self._clock.utc(), answer.batch
        try:
            new = await self._store.record_outcomes(batch.id, batch.outcomes, now)
        except StoreError:
            self._polled(source.id, PollResult.STORE_FAILING, ())
            return False
        # A former life may have stored it; then `start` took it up.
        told = self._of_now(batch) if new else ()
        self._memory = answered(self._memory, told, minute_at, self._clock.utc())
        result = PollResult.STORED if new else PollResult.KNOWN
        self._polled(source.id, result, batch.outcomes if new else ())
        return True

    def _of_now(self, batch: Batch) -> tuple[Outcome, ...]:
        """What of a batch is counted here; the rest is found by `learn`, which is not through."""
        from_at = self._told_from
        if self._learnt or from_at is None:
            return batch.outcomes
        return tuple(each for each in batch.outcomes if each.minute_at >= from_at)
