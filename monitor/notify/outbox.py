"""Takes messages from the store to the provider: one acceptance per intent, or a flag.

The intent is on disk before a byte leaves (`Store.claim`). An attempt whose outcome is not known
is looked up, after the sender's grace, and only proved absence allows another attempt. A crash at
any moment merely makes some outcomes unknown.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from monitor.model import DeliveryState, Outgoing, SendOutcome, SendResult
from monitor.notify.fate import after_attempt, after_look_up, retry_wait_s
from monitor.ports import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from monitor.model import Delivery, Recipient
    from monitor.ports import Clock, Sender, Store

log = structlog.get_logger(__name__)

LOOK_UP_WINDOW = 1000  # unknown deliveries kept on the agenda at once


@dataclass(frozen=True, slots=True)
class _Appointment:
    """When an unknown delivery is looked up next, on the monotonic clock: wall time may step."""

    due_mono_s: float
    tries: int


class Outbox:
    """Works off READY and UNKNOWN deliveries; the only one to do so."""

    def __init__(
        self,
        store: Store,
        sender: Sender,
        recipients: Mapping[str, Recipient],
        clock: Clock,
        *,
        batch: int = 20,
        concurrency: int = 10,
        idle_s: float = 1.0,
        stop_s: float = 2.0,
        on_change: Callable[[Delivery], None] = lambda _: None,
    ) -> None:
        """Prepare.

        Args:
            store: Where intents and outcomes are kept.
            sender: The one channel.
            recipients: By id; numbers are looked up here and go nowhere but to the sender.
            clock: Time.
            batch: Most deliveries taken, and most looked up, in one turn.
            concurrency: Most conversations with the provider at once.
            idle_s: Longest pause between turns while there is nothing to do.
            stop_s: How long a stop waits for conversations under way.
            on_change: Told of each delivery whose new state is on disk; must not raise.
        """
        self._store = store
        self._sender = sender
        self._recipients = recipients
        self._clock = clock
        self._batch = batch
        self._concurrency = concurrency
        self._idle_s = idle_s
        self._stop_s = stop_s
        self._on_change = on_change
        self._wake = asyncio.Event()
        self._agenda: dict[str, _Appointment] = {}
        self._held: list[Delivery] = []  # outcomes the store has not taken yet
        self._settling = asyncio.Lock()
        self._store_ails = False

    def wake(self) -> None:
        """There may be something to do now."""
        self._wake.set()

    async def run(self) -> None:
        """Take turns until cancelled; then what is under way gets `stop_s` to end.

        What does not end in time stays SENDING on disk and is looked up after the next start.
        """
        while True:
            self._wake.clear()
            if not await self.turn():
                await self._pause()

    async def turn(self) -> int:
        """Look up what is due, take what is ready, send, settle.

        Returns:
            How many deliveries moved. A store that fails is told in the log; nothing is taken
            until it has kept all earlier outcomes.
        """
        if not await self._settle():
            return 0
        try:
            look_ups = await self._due_look_ups()
            claimed = await self._store.claim(self._batch, now=self._clock.utc())
        except StoreError as error:
            self._ailing(error)
            return 0
        return await self._work([*self._wanted(claimed), *look_ups])

    def _wanted(self, claimed: Sequence[Delivery]) -> list[Delivery]:
        """The claimed ones somebody can still be told through; the others end here."""
        wanted: list[Delivery] = []
        for each in claimed:
            if each.recipient not in self._recipients:
                self._end(each, DeliveryState.REJECTED, "recipient_gone")
            elif each.channel != self._sender.channel:
                self._end(each, DeliveryState.REJECTED, "channel_gone")
            else:
                wanted.append(each)
        return wanted

    def _end(self, delivery: Delivery, state: DeliveryState, note: str) -> None:
        self._held.append(replace(delivery, state=state, note=note))

    async def _due_look_ups(self) -> list[Delivery]:
        """Unknown deliveries whose grace, or pause since the last look-up, is over.

        Grace runs on the monotonic clock from when this process first saw the delivery unknown.
        """
        mono_s = self._clock.monotonic()
        first = _Appointment(mono_s + self._sender.lookup_grace_s, 0)
        unknown = await self._store.unknown_deliveries(LOOK_UP_WINDOW)
        self._agenda = {each.key: self._agenda.get(each.key, first) for each in unknown}
        due = [each for each in unknown if self._agenda[each.key].due_mono_s <= mono_s]
        return due[: self._batch]

    async def _work(self, deliveries: Sequence[Delivery]) -> int:
        """Attempt the SENDING ones and look up the UNKNOWN ones, several at once."""
        waiting = deque(deliveries)
        moved = len(self._held)

        async def work() -> None:
            nonlocal moved
            while waiting:
                delivery = waiting.popleft()
                attempt = delivery.state is DeliveryState.SENDING
                outcome = await (self._attempt if attempt else self._look_up)(delivery)
                if outcome is not None:
                    moved += 1
                    self._held.append(outcome)
                    await self._settle()

        workers = [asyncio.create_task(work()) for _ in range(min(self._concurrency, len(waiting)))]
        try:
            await asyncio.gather(*(asyncio.shield(each) for each in workers))
        except asyncio.CancelledError:
            unsent = [each for each in waiting if each.state is DeliveryState.SENDING]
            waiting.clear()
            self._held += [replace(each, state=DeliveryState.READY) for each in unsent]
            await asyncio.wait(workers, timeout=self._stop_s)
            raise
        finally:
            for each in workers:
                each.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            await self._settle()
        return moved

    async def _attempt(self, delivery: Delivery) -> Delivery:
        """Hand one claimed message to the sender, unless it has become too late meanwhile."""
        now = self._clock.utc()
        if now >= delivery.not_after:
            return replace(delivery, state=DeliveryState.EXPIRED, note="too_late")
        message = self._outgoing(delivery, int((delivery.not_after - now).total_seconds()))
        result = await self._outcome_of(self._sender.send(message))
        return after_attempt(delivery, result, self._clock.utc())

    async def _look_up(self, delivery: Delivery) -> Delivery | None:
        """Ask the sender about one unknown delivery; None: still unknown, asked again later."""
        result = SendResult(SendOutcome.UNKNOWN, note="lookup_incomplete")
        if delivery.recipient in self._recipients and delivery.channel == self._sender.channel:
            # Since it was written, not since its last try: an earlier try may have come through.
            search = self._sender.find(self._outgoing(delivery, 1), since=delivery.created_at)
            result = await self._outcome_of(search)
        outcome = after_look_up(delivery, result, self._clock.utc())
        if outcome is None:
            tries = self._agenda[delivery.key].tries + 1
            due_mono_s = self._clock.monotonic() + retry_wait_s(delivery.key, tries)
            self._agenda[delivery.key] = _Appointment(due_mono_s, tries)
        return outcome

    def _outgoing(self, delivery: Delivery, valid_for_s: int) -> Outgoing:
        to = self._recipients[delivery.recipient].phone
        return Outgoing(delivery.key, to, delivery.body, max(valid_for_s, 1))

    async def _outcome_of(self, conversation: Awaitable[SendResult]) -> SendResult:
        """What a sender says; a bug in it leaves the outcome unknown, and the rest goes on."""
        try:
            return await conversation
        except Exception as error:  # noqa: BLE001 - whatever it is, the message may have left
            # Without its text, which may hold a number.
            log.error("sender_bug", error=type(error).__name__)  # noqa: TRY400
            return SendResult(SendOutcome.UNKNOWN, note="sender_bug")

    async def _settle(self) -> bool:
        """Write all outcomes held so far; False, and they are still held, when the store fails.

        While one group is being written the next gathers: a loaded outbox writes in groups.
        """
        async with self._settling:
            group = tuple(self._held)
            if not group:
                return True
            try:
                await self._store.settle(group)
            except StoreError as error:
                self._ailing(error)
                return False
            del self._held[: len(group)]
            if self._store_ails:
                self._store_ails = False
                log.info("outbox_store_well")
            for each in group:
                self._on_change(each)
            return True

    def _ailing(self, error: StoreError) -> None:
        """Say once that the store fails, not at every turn."""
        if not self._store_ails:
            self._store_ails = True
            log.error("outbox_store_ails", reason=str(error))

    async def _pause(self) -> None:
        waits = [
            asyncio.create_task(self._wake.wait()),
            asyncio.create_task(self._clock.sleep(self._idle_s)),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
