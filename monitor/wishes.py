"""Extra looks: what attribution wishes to see now, granted within what the timetable leaves.

Source: ATTRIBUTION §4 (a few quick looks from the first doubt on; without budgets inside the
selection, the monitor causes the 429 it reports).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from monitor.model import WishResult
from monitor.telling import told_by
from probes.spec import ToldSpec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from monitor.model import Check, UnderWay, Vantage, World
    from monitor.ports import Clock

log = structlog.get_logger(__name__)

AT_ONCE = 30  # extra looks under way together
SLOW_ROOM = 2.0  # patience for a slow answer, as a multiple of what is slow: it is no failure


class Wishes:
    """Grants wishes for looks, in the background."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        *,
        take: Callable[[Check, Vantage], Awaitable[None]],
        under_way: Callable[[], Sequence[UnderWay]],
        admit: Callable[[Check], bool],
        counted: Callable[[WishResult], None],
    ) -> None:
        """Join the parts.

        Args:
            world: What may be wished for; its rules say how often.
            clock: Monotonic time decides.
            take: Takes one look, and tells it as any other.
            under_way: Looks that have begun and not answered: they are not asked a second time.
            admit: Whether the budgets have room for one look beyond the timetable; counts it.
            counted: Told what became of each wish.
        """
        self._world = world
        self._clock = clock
        self._take = take
        self._under_way = under_way
        self._admit = admit
        self._counted = counted
        self._patience = {check.id: _impatient(check, world) for check in world.checks.values()}
        self._granted_s: dict[tuple[str, str], float] = {}  # (vantage, asked check) -> when last
        self._tasks: set[asyncio.Task[None]] = set()
        self._open = False

    async def run(self) -> None:
        """Grant what is wished until cancelled; looks under way are cancelled with it."""
        self._open = True
        try:
            await asyncio.Event().wait()
        finally:
            self._open = False
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def wish(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Begin the looks that may be taken now; the others are dropped and counted.

        Args:
            pairs: (vantage, check), best first: the wishes of one tick.
        """
        if not self._open:
            return
        now_s = self._clock.monotonic()
        busy = {(look.vantage, look.check) for look in self._under_way()}
        left = self._world.rules.extra_per_tick
        for vantage_id, check_id in pairs:
            asked = self._asked(vantage_id, check_id)
            result = (
                WishResult.NOT_OURS
                if asked is None
                else self._may(vantage_id, asked, busy, left, now_s)
            )
            if asked is not None and result is WishResult.TAKEN:
                left -= 1
                self._granted_s[vantage_id, asked.id] = now_s
                self._begin(asked, self._world.vantages[vantage_id])
            self._counted(result)

    def _asked(self, vantage_id: str, check_id: str) -> Check | None:
        """The check to ask for it, or None where it is not ours to ask from there."""
        check = self._world.checks.get(check_id)
        if check is not None and isinstance(check.spec, ToldSpec):
            check = self._world.checks.get(check.spec.of)
        vantage = self._world.vantages.get(vantage_id)
        if check is None or vantage is None or vantage.agent or vantage_id not in check.vantages:
            return None
        return check

    def _may(
        self, vantage_id: str, check: Check, busy: set[tuple[str, str]], left: int, now_s: float
    ) -> WishResult:
        last_s = self._granted_s.get((vantage_id, check.id))
        if (vantage_id, check.id) in busy:
            return WishResult.UNDER_WAY
        if last_s is not None and now_s - last_s < self._world.rules.extra_pair_s:
            return WishResult.TOO_SOON
        if left <= 0 or len(self._tasks) >= AT_ONCE:
            return WishResult.TOO_MANY
        return WishResult.TAKEN if self._admit(check) else WishResult.OVER_BUDGET

    def _begin(self, check: Check, vantage: Vantage) -> None:
        task = asyncio.create_task(
            self._guard(self._patience[check.id], vantage), name=f"extra {check.id}@{vantage.id}"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guard(self, check: Check, vantage: Vantage) -> None:
        try:
            await self._take(check, vantage)
        except Exception:  # a bug in one look must not stop the others; it is logged with its trace
            log.exception("extra_look_failed", check=check.id, vantage=vantage.id)


def _impatient(check: Check, world: World) -> Check:
    """The check with the patience of an extra look; enough for all it tells to be slow."""
    slow_s = sum(each.slow_after_s or 0.0 for each in told_by(check, world.checks))
    patience_s = max(world.rules.extra_timeout_s, SLOW_ROOM * slow_s)
    return replace(check, timeout_s=min(check.timeout_s, patience_s))
