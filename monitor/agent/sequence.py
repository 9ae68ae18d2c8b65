"""Numbers that only grow, whatever happens to this process: each request to the core has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from monitor.agent.files import write_private

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)

BLOCK = 1000  # numbers reserved by one write


class Sequence:
    """Gives numbers out; those up to a mark on disk count as used after a restart.

    Where the disk refuses the mark, numbers go on from memory: a core that has seen a number
    before says so, and `jump` goes beyond it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = _read(path)
        self._reserved = self._last

    def next(self) -> int:
        """A number higher than any given out before."""
        self._last += 1
        if self._last > self._reserved:
            self._reserve()
        return self._last

    def jump(self, last: int) -> None:
        """Go on above `last`: the core has seen it."""
        self._last = max(self._last, last)

    def _reserve(self) -> None:
        self._reserved = self._last + BLOCK
        try:
            write_private(self._path, str(self._reserved).encode())
        except OSError as error:
            log.warning("sequence_not_written", error=error.strerror)


def _read(path: Path) -> int:
    try:
        return max(0, int(path.read_bytes()))
    except (OSError, ValueError):
        return 0  # new, or unreadable: the core says how far it was
