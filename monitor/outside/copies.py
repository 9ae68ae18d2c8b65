"""Copies of a source: what every way to get one has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.core.notices.sources import Trouble

MOST_BYTES = 1024 * 1024


class CopyError(Exception):
    """There is no copy; it says why, and nothing of what was read or asked."""

    def __init__(self, why: Trouble, *, retry_after_s: float = 0.0) -> None:
        super().__init__(why.value)
        self.why = why
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Copy:
    """What stands there now."""

    data: bytes
    etag: str | None = None
    modified: str | None = None  # as the server writes it
    stamp: tuple[int, ...] = ()  # of a file: changes when it does
