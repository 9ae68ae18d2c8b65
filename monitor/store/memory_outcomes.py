"""Outcomes in plain memory: the part of `MemoryStore` for what the platform tells."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.model import Outcome
from monitor.store.outcomes import QUARTER_US, batches_cut_us
from monitor.store.times import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.model import OutcomeClass


class MemoryOutcomes:
    """Batches of outcomes, each stored once."""

    def __init__(self) -> None:
        self._batches: dict[str, datetime] = {}
        self._outcomes: list[Outcome] = []

    async def record_outcomes(
        self, batch: str, outcomes: Sequence[Outcome], received_at: datetime
    ) -> bool:
        """See the port."""
        if batch in self._batches:
            return False
        self._batches[batch] = received_at
        self._outcomes += (replace(each, received_at=received_at) for each in outcomes)
        return True

    async def outcomes(self, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        """See the port."""
        found = [each for each in self._outcomes if since <= each.minute_at < until]
        return tuple(sorted(found, key=lambda each: each.minute_at))

    async def outcome_sums(self, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        """See the port."""
        sums: Counter[tuple[int, str, str, OutcomeClass, str | None]] = Counter()
        for each in await self.outcomes(since, until):
            quarter = to_us(each.minute_at) // QUARTER_US
            sums[quarter, each.service, each.operation, each.outcome, each.code] += each.count
        return tuple(
            Outcome(service, operation, kind, from_us(quarter * QUARTER_US), count, code)
            for (quarter, service, operation, kind, code), count in sorted(
                sums.items(), key=lambda item: (*item[0][:-1], item[0][-1] or "")
            )
        )

    def prune_outcomes(self, cut_us: int, now: datetime) -> None:
        """Delete outcomes before `cut_us`, and batches nobody can send again."""
        self._outcomes = [each for each in self._outcomes if to_us(each.minute_at) >= cut_us]
        before_us = batches_cut_us(cut_us, to_us(now))
        self._batches = {id_: at for id_, at in self._batches.items() if to_us(at) >= before_us}
