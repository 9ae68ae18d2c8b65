"""A token bucket: so many at once after a rest, so many in the long run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.model import Budget


class Bucket:
    """Counts what may still be done; told the time, never asks for it."""

    def __init__(self, budget: Budget, now_mono_s: float) -> None:
        self._budget = budget
        self._left = float(budget.most)
        self._seen_mono_s = now_mono_s

    def has(self, now_mono_s: float) -> bool:
        """Whether one more is within the budget."""
        return self._filled(now_mono_s) >= 1.0

    def spares(self, now_mono_s: float) -> bool:
        """Whether one more leaves half of the whole, and at least one, for what must be done."""
        return self._filled(now_mono_s) - 1.0 >= max(1.0, self._budget.most / 2)

    def take(self, now_mono_s: float) -> None:
        """Count one that happened; what happened against the budget is not counted twice."""
        self._left = max(0.0, self._filled(now_mono_s) - 1.0)

    def _filled(self, now_mono_s: float) -> float:
        elapsed_s = max(0.0, now_mono_s - self._seen_mono_s)
        self._seen_mono_s = max(self._seen_mono_s, now_mono_s)
        most = float(self._budget.most)
        self._left = min(most, self._left + elapsed_s * most / self._budget.per_s)
        return self._left
