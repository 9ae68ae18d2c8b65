"""The store without a disk, for tests and simulations; it passes the same contract suite."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.model import DeliveryState, Grain, IncidentState, MessageKind
from monitor.store.buckets import Buckets
from monitor.store.figures import Counts, figure, figures_of
from monitor.store.memory_agents import MemoryAgents
from monitor.store.memory_notices import MemoryNotices
from monitor.store.memory_outcomes import MemoryOutcomes
from monitor.store.retention import (
    BEGINNING_US,
    Retention,
    cut_us,
    deletable_us,
    figure_days,
    span_us,
)
from monitor.store.rules import (
    FIRST_REF,
    UNDER_WAY,
    Turn,
    claimed,
    refuse_to_move_closed,
    restored,
    settled,
    turn_of_resolved,
)
from monitor.store.times import EPOCH, to_us

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from monitor.model import Delivery, Figure, Incident, Observation
    from monitor.ports import Clock
    from monitor.store.retention import KeptDays


class MemoryStore(MemoryAgents, MemoryNotices, MemoryOutcomes):
    """`monitor.ports.Store` in plain memory; closing and opening again is a restart.

    Args:
        clock: For the monotonic reading that restored incidents get.
        retention: When what may be deleted.
        time_zone: Whose days and hours the figures are of.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        retention: KeptDays | None = None,
        time_zone: str = "Asia/Tehran",
    ) -> None:
        MemoryAgents.__init__(self)
        MemoryNotices.__init__(self)
        MemoryOutcomes.__init__(self)
        self._clock = clock
        self._retention: KeptDays = retention or Retention()
        self._buckets = Buckets(time_zone)
        self._last_ref = FIRST_REF - 1
        self._looks: dict[str, Observation] = {}
        self._uncounted: list[Observation] = []
        self._looks_from_us = BEGINNING_US
        self._counts: dict[Grain, dict[tuple[int, str, str], Counts]] = {g: {} for g in Grain}
        self._incidents: dict[int, Incident] = {}
        self._deliveries: dict[str, Delivery] = {}
        self._revoked: set[str] = set()

    async def open(self) -> None:
        """See the port."""
        for key, each in self._deliveries.items():
            if each.state is DeliveryState.SENDING:
                self._deliveries[key] = replace(each, state=DeliveryState.UNKNOWN)

    async def close(self) -> None:
        """See the port."""

    async def record(self, observations: Sequence[Observation]) -> None:
        """See the port."""
        for look in observations:
            if look.id not in self._looks:
                self._looks[look.id] = look
                self._uncounted.append(look)

    async def commit(
        self,
        incidents: Iterable[Incident],
        deliveries: Iterable[Delivery] = (),
        *,
        cancel_open_of: Iterable[int] = (),
    ) -> None:
        """See the port."""
        moved, new, cancelled = tuple(incidents), tuple(deliveries), set(cancel_open_of)
        for incident in moved:
            stored = self._incidents.get(incident.ref)
            refuse_to_move_closed(None if stored is None else stored.state, incident)
        for incident in moved:
            self._put_incident(incident)
        for key, each in self._deliveries.items():
            if each.incident in cancelled and each.kind is MessageKind.OPEN:
                self._cancel(key, each)
        for each in new:
            self._deliveries.setdefault(each.key, each)

    async def next_ref(self) -> int:
        """See the port."""
        self._last_ref += 1
        return self._last_ref

    async def open_incidents(self) -> tuple[Incident, ...]:
        """See the port."""
        found = [each for each in self._incidents.values() if not each.state.closed]
        return self._restored(sorted(found, key=lambda each: (each.onset_at, each.ref)))

    async def incident(self, ref: int) -> Incident | None:
        """See the port."""
        found = self._incidents.get(ref)
        return None if found is None else self._restored([found])[0]

    async def recent_incidents(self, limit: int, *, public_only: bool) -> tuple[Incident, ...]:
        """See the port."""
        found = [
            each
            for each in self._incidents.values()
            if each.state is not IncidentState.DISMISSED and (each.public or not public_only)
        ]
        found.sort(key=lambda each: (each.onset_at, each.ref), reverse=True)
        return self._restored(found[: max(limit, 0)])

    async def claim(self, limit: int, *, now: datetime) -> tuple[Delivery, ...]:
        """See the port."""
        ready = [each for each in self._oldest_first() if each.state is DeliveryState.READY]
        for each in ready:
            if each.not_after <= now:
                self._deliveries[each.key] = replace(each, state=DeliveryState.EXPIRED)
        # Judged by how things stood before this call, as a database's one question does.
        due = [
            (each, self._turn(each))
            for each in ready
            if now < each.not_after and (each.retry_at is None or each.retry_at <= now)
        ]
        taken: list[Delivery] = []
        for each, turn in due:
            if len(taken) >= limit:
                break
            if turn is Turn.NOW:
                taken.append(claimed(each, now))
            elif turn is Turn.NEVER:
                self._deliveries[each.key] = replace(each, state=DeliveryState.CANCELLED)
        self._deliveries.update((each.key, each) for each in taken)
        return tuple(taken)

    async def settle(self, deliveries: Sequence[Delivery]) -> None:
        """See the port."""
        for news in deliveries:
            stored = self._deliveries.get(news.key)
            if stored is not None:
                become = settled(stored, news, revoked=news.key in self._revoked)
                self._deliveries[news.key] = become or stored

    async def unknown_deliveries(self, limit: int) -> tuple[Delivery, ...]:
        """See the port."""
        found = [each for each in self._deliveries.values() if each.state is DeliveryState.UNKNOWN]
        found.sort(key=lambda each: (each.attempted_at or EPOCH, each.key))
        return tuple(found[: max(limit, 0)])

    async def deliveries_of(self, ref: int) -> tuple[Delivery, ...]:
        """See the port."""
        return tuple(each for each in self._oldest_first() if each.incident == ref)

    async def observations(
        self, *, targets: Sequence[str], since: datetime, until: datetime, limit: int
    ) -> tuple[Observation, ...]:
        """See the port."""
        found = [
            look
            for look in self._looks.values()
            if look.target in targets and since <= look.started_at < until
        ]
        found.sort(key=lambda look: look.started_at)
        return tuple(found[: max(limit, 0)])

    async def last_look_at(self) -> datetime | None:
        """See the port."""
        return max((look.started_at for look in self._looks.values()), default=None)

    async def roll_up(self, now: datetime) -> None:
        """See the port."""
        minute_us, now_us = self._buckets.begin_us, to_us(now)
        due, later = [], []
        for look in self._uncounted:
            begin_us = minute_us(Grain.MINUTE, to_us(look.started_at))
            if begin_us > now_us:
                later.append(look)
            elif begin_us >= self._looks_from_us:
                due.append(look)
        self._uncounted = later
        for grain, counts in self._counts.items():
            for key, more in figures_of(due, grain, self._buckets).items():
                counts[key] = counts.get(key, Counts()).plus(more)

    async def figures(
        self, grain: Grain, *, since: datetime, until: datetime, target: str | None = None
    ) -> tuple[Figure, ...]:
        """See the port."""
        return tuple(
            figure(grain, *key, counts)
            for key, counts in sorted(self._counts[grain].items())
            if to_us(since) <= key[0] < to_us(until) and target in (None, key[1])
        )

    async def prune(self, now: datetime) -> None:
        """See the port."""
        looks_cut_us = cut_us(self._retention.looks_days, now, self._buckets)
        self._looks_from_us = max(self._looks_from_us, looks_cut_us)
        spans_us = [span_us(each) for each in self._incidents.values()]
        stretches_us = deletable_us(looks_cut_us, spans_us, now=now)
        self._looks = {
            key: look
            for key, look in self._looks.items()
            if not any(begin <= to_us(look.started_at) < end for begin, end in stretches_us)
        }
        self.prune_outcomes(looks_cut_us, now)
        self.prune_notices(stretches_us)
        for grain, counts in self._counts.items():
            begin_us = cut_us(figure_days(self._retention, grain), now, self._buckets)
            self._counts[grain] = {
                key: value for key, value in counts.items() if key[0] >= begin_us
            }

    def _put_incident(self, moved: Incident) -> None:
        stored = self._incidents.get(moved.ref)
        told = () if stored is None else stored.story
        self._incidents[moved.ref] = replace(moved, story=(*told, *moved.story[len(told) :]))

    def _cancel(self, key: str, each: Delivery) -> None:
        if each.state is DeliveryState.READY:
            self._deliveries[key] = replace(each, state=DeliveryState.CANCELLED)
        elif each.state in UNDER_WAY:
            self._revoked.add(key)

    def _oldest_first(self) -> list[Delivery]:
        return sorted(self._deliveries.values(), key=lambda each: (each.created_at, each.key))

    def _turn(self, each: Delivery) -> Turn:
        if each.kind is MessageKind.OPEN:
            return Turn.NOW
        return turn_of_resolved(
            [
                other.state
                for other in self._deliveries.values()
                if other.kind is MessageKind.OPEN
                and other.incident == each.incident
                and other.recipient == each.recipient
            ]
        )

    def _restored(self, incidents: Sequence[Incident]) -> tuple[Incident, ...]:
        mono_s = self._clock.monotonic()
        return tuple(restored(each, mono_s) for each in incidents)
