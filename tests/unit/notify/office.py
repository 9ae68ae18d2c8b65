"""An outbox with everything around it, under a clock that is moved by hand."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from monitor.model import Delivery, DeliveryState, Instant, MessageKind, Recipient
from monitor.notify.memory import Fault, MemorySender
from monitor.notify.outbox import Outbox
from monitor.ports import StoreError
from monitor.store.memory import MemoryStore

START = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
GRACE_S = 5.0
LIST_LAG_S = 3.0


class HandClock:
    """Stands still until moved; whoever sleeps moves it."""

    def __init__(self) -> None:
        self.mono_s = 0.0
        self.step = timedelta()  # how far the wall clock has been set wrong

    def utc(self):
        return START + timedelta(seconds=self.mono_s) + self.step

    def monotonic(self):
        return self.mono_s

    def now(self):
        return Instant(self.utc(), self.mono_s)

    async def sleep(self, duration_s):
        await asyncio.sleep(0)
        self.mono_s += duration_s


class FailingStore(MemoryStore):
    """Loses its voice on demand: what is not settled is not on disk."""

    def __init__(self, clock):
        super().__init__(clock=clock)
        self.settles_left: int | None = None  # None: as many as wanted
        self.settled: list[str] = []

    async def settle(self, deliveries):
        if self.settles_left is not None:
            if self.settles_left == 0:
                raise StoreError("the disk is full; make room")
            self.settles_left -= 1
        await super().settle(deliveries)
        self.settled += [each.key for each in deliveries]


class Office:
    """Store, provider, clock and one outbox; `crash` leaves only store, provider and clock."""

    def __init__(self, *, grace_s=GRACE_S, recipients=3):
        self.clock = HandClock()
        self.store = FailingStore(self.clock)
        self.faults: list[Fault] = []  # of the next attempts; then none
        self.deaf_look_ups = 0  # so many look-ups fail
        self.sender = MemorySender(
            self.clock,
            lookup_grace_s=grace_s,
            list_lag_s=LIST_LAG_S,
            fault=lambda _: self.faults.pop(0) if self.faults else Fault.NONE,
            lookup_works=self._hears,
        )
        self.recipients = {
            f"dr-{n}": Recipient(f"dr-{n}", f"+9891200000{n:02}", ("tamin",), "fa")
            for n in range(recipients)
        }
        self.changes: list[Delivery] = []
        self.outbox = self._outbox()

    def _hears(self):
        self.deaf_look_ups -= 1
        return self.deaf_look_ups < 0

    def _outbox(self):
        return Outbox(
            self.store,
            self.sender,
            self.recipients,
            self.clock,
            stop_s=0.1,
            on_change=self.changes.append,
        )

    async def plan(self, key="k1", *, recipient="dr-0", valid_s=1800.0, **changed):
        now = self.clock.utc()
        fields = {
            "key": key,
            "incident": 1001,
            "kind": MessageKind.OPEN,
            "recipient": recipient,
            "channel": "sms",
            "language": "fa",
            "body": f"text of {key}",
            "segments": 1,
            "not_after": now + timedelta(seconds=valid_s),
            "created_at": now,
        }
        await self.store.commit((), [Delivery(**(fields | changed))])

    async def crash(self):
        """As after kill -9: what was not on disk is gone."""
        self.store.settles_left = None
        self.outbox = self._outbox()
        await self.store.open()

    async def work(self, for_s):
        end_s = self.clock.mono_s + for_s
        while self.clock.mono_s < end_s:
            if not await self.outbox.turn():
                self.clock.mono_s += 0.5

    async def state(self, key="k1"):
        return next(each for each in await self.store.deliveries_of(1001) if each.key == key)

    def taken(self, key="k1"):
        return sum(each.body == f"text of {key}" for each in self.sender.ledger)


__all__ = ["GRACE_S", "DeliveryState", "Fault", "Office"]
