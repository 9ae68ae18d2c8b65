"""Those who tell us that they are alive: who said so last, and since when we could have heard it.

Nothing is kept over a restart: until we have listened long enough again, silence means nothing yet.
"""

from __future__ import annotations

from collections import deque
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from monitor.model import Beat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.model import HeartbeatSource
    from monitor.ports import Clock

AWAKE_EVERY_S = 1.0
ASLEEP_AFTER_S = 3.0  # standing still this long, we may have missed somebody
BEATS_PER_S = 10  # more than this from one source are not counted
_NOBODY = b"\0" * 32  # no secret has this digest


class Heartbeats:
    """The newest beat of every declared source, in memory (port `Pulse`)."""

    def __init__(self, clock: Clock, sources: Iterable[HeartbeatSource]) -> None:
        """Know the sources.

        Args:
            clock: Stamps beats; its monotonic reading decides.
            sources: Who may tell us; nobody else is ever remembered.
        """
        self._clock = clock
        self._digests = {source.id: _digest(source.secret) for source in sources}
        self._last: dict[str, Beat] = {}
        self._recent = {name: deque[float](maxlen=BEATS_PER_S) for name in self._digests}
        self._awake_mono_s: float | None = None  # None: nobody can reach us
        self._since_mono_s = 0.0

    async def run(self) -> None:
        """Listen until cancelled; only time spent in here counts as having listened.

        A process that stood still (stopped, starved, paused with its machine) has not listened.
        """
        self._awake_mono_s = self._since_mono_s = self._clock.monotonic()
        try:
            while True:
                await self._clock.sleep(AWAKE_EVERY_S)
                self._stay_awake()
        finally:
            self._awake_mono_s = None

    def admits(self, source: str, secret: str) -> bool:
        """Whether `secret` is that of `source`; takes as long for one nobody declared."""
        known = self._digests.get(source, _NOBODY)
        return compare_digest(_digest(secret), known)

    def too_often(self, source: str) -> bool:
        """Whether a declared source spends more beats than we count."""
        recent = self._recent[source]
        full = len(recent) == BEATS_PER_S
        return full and self._clock.monotonic() - recent[0] < 1.0

    def beat(self, source: str, secret: str, ok: bool = True) -> bool:
        """Take a beat.

        Args:
            source: Its id.
            secret: What proves it.
            ok: False says "I am alive, and my work went wrong".

        Returns:
            False if there is no such source or the secret is not its own: nothing was kept.
        """
        if not self.admits(source, secret):
            return False
        self._stay_awake()
        now = self._clock.now()
        self._recent[source].append(now.mono_s)
        self._last[source] = Beat(source, now, ok)
        return True

    def last(self, source: str) -> Beat | None:
        """The newest beat of a source, or None."""
        return self._last.get(source)

    @property
    def listening_since_mono_s(self) -> float:
        """Since when we could have heard anybody; now, if nobody can reach us."""
        self._stay_awake()
        return self._clock.monotonic() if self._awake_mono_s is None else self._since_mono_s

    def _stay_awake(self) -> None:
        # Asked before every answer as well: after a pause a look may run before our own timer.
        if self._awake_mono_s is None:
            return
        now_mono_s = self._clock.monotonic()
        if now_mono_s - self._awake_mono_s > ASLEEP_AFTER_S:
            self._since_mono_s = now_mono_s
        self._awake_mono_s = now_mono_s


def _digest(secret: str) -> bytes:
    """Of one length, so that comparing tells nothing of the secret's."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
