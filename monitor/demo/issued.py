"""What a party of the demo gave out and takes back: tokens and sessions that run out."""

from __future__ import annotations

import secrets
import time

MOST = 10_000  # beyond this the oldest are forgotten


class Issued:
    """Random values with an end."""

    def __init__(self, lifetime_s: float) -> None:
        self.lifetime_s = lifetime_s
        self._ends: dict[str, float] = {}

    def issue(self) -> str:
        """A fresh value, good for `lifetime_s`."""
        while len(self._ends) >= MOST:
            del self._ends[next(iter(self._ends))]
        value = secrets.token_urlsafe(24)
        self._ends[value] = time.monotonic() + self.lifetime_s
        return value

    def holds(self, value: object) -> bool:
        """Whether `value` was given out here and has not run out."""
        return isinstance(value, str) and self._ends.get(value, 0.0) > time.monotonic()

    def forget(self) -> None:
        """As after a restart of the party's own store: nobody is known any more."""
        self._ends.clear()
