"""The notices the page may show, kept at hand so that the page never waits for the store."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.core.said import AHEAD, LATELY

if TYPE_CHECKING:
    from monitor.model import Notice
    from monitor.ports import Clock, Store

REFRESH_S = 10.0
MOST = 500  # the newest
_BACK = timedelta(days=1) + LATELY


class Noticeboard:
    """What was said lately, holds, or is announced for the next day."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.notices: tuple[Notice, ...] = ()

    async def refresh(self) -> None:
        """Read them anew; what was read last stays where the store fails.

        Raises:
            StoreError: the store does not answer.
        """
        now = self._clock.utc()
        self.notices = (await self._store.notices(now - _BACK, now + AHEAD))[-MOST:]
