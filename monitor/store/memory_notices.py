"""Notices in plain memory: the part of `MemoryStore` for what others say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.store.times import to_us

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.model import Notice


class MemoryNotices:
    """Notices by id; one told again takes the place of its former self."""

    def __init__(self) -> None:
        self._notices: dict[str, Notice] = {}

    async def keep_notices(self, notices: Sequence[Notice]) -> None:
        """See the port."""
        for each in notices:
            former = self._notices.get(each.id, each)
            seen_at = min(former.seen_at, each.seen_at)
            self._notices[each.id] = replace(each, seen_at=seen_at)

    async def notices(self, since: datetime, until: datetime) -> tuple[Notice, ...]:
        """See the port."""
        found = [n for n in self._notices.values() if n.from_at < until and n.to_at >= since]
        return tuple(sorted(found, key=lambda each: (each.from_at, each.id)))

    def prune_notices(self, stretches_us: Sequence[tuple[int, int]]) -> None:
        """Delete notices that lie wholly in one of the stretches."""
        self._notices = {
            id_: each
            for id_, each in self._notices.items()
            if not any(
                begin <= to_us(each.from_at) and to_us(each.to_at) < end
                for begin, end in stretches_us
            )
        }
