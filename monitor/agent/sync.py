"""Brings what the spool holds to the core, the present first, for as long as it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import structlog

from monitor.agent.batches import Pending, batch_body
from monitor.agent.core import CoreError, Outcome

if TYPE_CHECKING:
    import random  # noqa: TID251 - only its type; the instance is given

    from monitor.agent.core import Core
    from monitor.agent.spool import Spool
    from monitor.ports import Clock, Ids, SelfWatch
    from monitor.wire.messages import Stored

log = structlog.get_logger(__name__)

TURN_S = 1.0  # looks reach the core with about this delay
QUIET_S = 5.0  # a word to the core at least this often, looks or not
MOST = 500
BEHIND = 100  # more waiting than this: no rest between batches but for the pace
MOST_BYTES = 900 * 1024  # below what the core takes, even where nothing can be compressed
LOOKS_PER_S = 2000.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
_LOUD = {
    Outcome.REFUSED: "the core does not know our key: enrol again (docs/agents.md)",
    Outcome.OTHER_VERSION: "the core speaks another version: update one of the two",
    Outcome.REPLAYED: "another agent may use our key: enrol one of them anew",
    Outcome.STRANGE: "this is not the core's answer: look at the address and what lies between",
    Outcome.NOT_UNDERSTOOD: "the core does not understand our batches: update one of the two",
}


class Told(Protocol):
    """Hears of every exchange."""

    def exchanged(self, outcome: Outcome) -> None:
        """One more ended like this."""
        ...

    def answered(self, answer: Stored, offset_s: float) -> None:
        """The core has a batch; our wall clock is `offset_s` ahead of its."""
        ...

    def look_refused(self) -> None:
        """The core will never take one look; it was given up."""
        ...


class Sync:
    """Sends batches until cancelled."""

    def __init__(
        self,
        *,
        core: Core,
        spool: Spool,
        clock: Clock,
        ids: Ids,
        watch: SelfWatch,
        chance: random.Random,
        boot: str,
        told: Told,
    ) -> None:
        self._core = core
        self._spool = spool
        self._clock = clock
        self._ids = ids
        self._watch = watch
        self._chance = chance
        self._boot = boot
        self._told = told
        self._pending: Pending | None = None
        self._most = MOST
        self._newest = True
        self._failures = 0
        self._sent_s = clock.monotonic()  # begin of the last exchange that was good
        self._trouble: Outcome | None = None
        self._quarantine: str | None = None

    async def run(self) -> None:
        """One exchange after the other."""
        while True:
            try:
                wait_s = await self.turn()
            except Exception:  # a bug here must not stop the looking; it is logged with its trace
                log.exception("turn_failed", name="sync")
                self._pending, wait_s = None, LONGEST_WAIT_S
            await self._clock.sleep(wait_s)

    async def turn(self) -> float:
        """Send what there is, if anything; the seconds to wait before the next turn."""
        if self._pending is None:
            self._pending = await self._next()
        pending, quiet_s = self._pending, self._clock.monotonic() - self._sent_s
        if not pending.rows and quiet_s < QUIET_S:
            self._pending = None
            return TURN_S
        try:
            await self._exchange(pending)
        except CoreError as error:
            return await self._after(error, pending)
        await self._spool.done(pending.rows)
        self._pending, self._failures = None, 0
        self._most = min(MOST, 2 * self._most)
        behind = self._spool.waiting > BEHIND
        return len(pending.rows) / LOOKS_PER_S if behind else TURN_S

    async def _next(self) -> Pending:
        """The newest and the oldest in turns: the present at once, and the past in its order."""
        rows = await self._spool.take(self._most, limit_bytes=MOST_BYTES, newest=self._newest)
        self._newest = not self._newest
        return Pending(self._ids.look(), rows)

    async def _exchange(self, pending: Pending) -> None:
        state = await self._spool.state()
        now = self._clock.now()

        def body() -> bytes:
            nonlocal now
            now = self._clock.now()
            return batch_body(
                pending,
                now=now,
                boot=self._boot,
                health=self._watch.worst_since(self._sent_s),
                spool=state,
            )

        answer = await self._core.looks(body)
        self._sent_s = now.mono_s
        self._told.exchanged(Outcome.GOOD)
        self._told.answered(answer, (now.at - answer.core_wall).total_seconds())
        self._note_quarantine(answer.quarantine)
        if self._trouble is not None:
            self._trouble = None
            log.info("core_answers_again", waiting=state.waiting)

    async def _after(self, error: CoreError, pending: Pending) -> float:
        self._told.exchanged(error.outcome)
        if error.outcome in (Outcome.NOT_UNDERSTOOD, Outcome.TOO_MUCH) and pending.rows:
            if len(pending.rows) > 1:  # find the one that is not taken, and send the others
                self._most = len(pending.rows) // 2
                self._newest = not self._newest
                self._pending = None
                return TURN_S
            if await self._heard_without_looks():
                await self._give_up(pending)
                return TURN_S
        self._complain(error)
        self._failures += 1
        longest_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(self._failures, 10))
        wait_s = self._chance.uniform(FIRST_WAIT_S, longest_s)
        return max(wait_s, min(error.retry_after_s or 0.0, LONGEST_WAIT_S))

    async def _heard_without_looks(self) -> bool:
        """Whether the core understands us but for the one look: else the fault is elsewhere."""
        try:
            await self._exchange(Pending(self._ids.look(), ()))
        except CoreError as error:
            self._told.exchanged(error.outcome)
            return False
        return True

    async def _give_up(self, pending: Pending) -> None:
        """One look that the core will never take must not hold up all those behind it."""
        log.error("look_not_taken", check=pending.rows[0].check, look=pending.rows[0].id)
        self._told.look_refused()
        await self._spool.done(pending.rows)
        self._pending, self._failures = None, 0

    def _complain(self, error: CoreError) -> None:
        if error.outcome is not self._trouble:  # once per kind of trouble
            self._trouble = error.outcome
            do = _LOUD.get(error.outcome)
            if do is None:
                log.warning("core_does_not_take_looks", why=str(error))
            else:
                log.error("core_does_not_take_looks", why=str(error), do=do)

    def _note_quarantine(self, reason: str | None) -> None:
        if reason != self._quarantine:
            self._quarantine = reason
            if reason is None:
                log.info("believed_again")
            else:
                log.error("not_believed_by_the_core", reason=reason)
