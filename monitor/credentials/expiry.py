"""Warns ahead of the day on which a secret itself ends; by the wall calendar, as people do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

DAYS_AHEAD = (14, 7, 3, 1)


class Expiry:
    """Remembers which warnings were given, so that each is given once."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def due(self, credential: str, expires_on: date, today: date) -> int | None:
        """Days left (negative: over), if a warning not given yet is due; else None."""
        left_days = (expires_on - today).days
        reached = [days for days in DAYS_AHEAD if left_days <= days]
        if left_days <= 0:
            reached.append(min(0, left_days))  # every day once it is over
        if not reached or self._given.get(credential, DAYS_AHEAD[0] + 1) <= min(reached):
            return None
        self._given[credential] = min(reached)
        return left_days
