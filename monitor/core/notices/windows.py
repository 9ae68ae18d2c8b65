"""Maintenance windows that the configuration itself names, once or every week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from monitor.core.notices.ics import BEHIND, HORIZON
from monitor.core.notices.pushed import digest
from monitor.core.notices.recurrence import begins
from monitor.model import Notice, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from monitor.core.notices.recurrence import Rule

SOURCE = "_maintenance"  # no source can have this id


@dataclass(frozen=True, slots=True)
class Window:
    """A planned stretch of maintenance."""

    party: str
    from_at: datetime  # aware, in the zone whose clock a recurrence follows
    lasts_s: float
    services: tuple[str, ...] = ()  # empty: all of the party's
    rule: Rule | None = None


def planned(windows: Iterable[Window], now: datetime) -> Iterator[Notice]:
    """The windows of the last two days and the next two weeks, as notices.

    Args:
        windows: As declared.
        now: Aware, UTC; also when we learn of those that are new.
    """
    for window in windows:
        if window.rule is None:
            found = [window.from_at.astimezone(UTC)]
        else:
            found = list(begins(window.rule, window.from_at, now - BEHIND, now + HORIZON))
        for begin in found:
            end = begin + timedelta(seconds=window.lasts_s)
            if end < now - BEHIND or begin > now + HORIZON:
                continue
            name = digest(window.party, *window.services, begin.isoformat())
            yield Notice(
                id=f"{SOURCE}:{name}",
                source=SOURCE,
                kind=NoticeKind.MAINTENANCE,
                from_at=begin,
                to_at=end,
                seen_at=now,
                party=window.party,
                services=window.services,
                says="planned",
            )
