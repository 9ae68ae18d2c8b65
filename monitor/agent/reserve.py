"""A little room set aside: a disk full of looks can still forget those delivered."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RESERVE_BYTES = 256 * 1024  # above what the log beside the database needs to be emptied
PLENTY = 2  # so many reserves free before one is set aside again


class Reserve:
    """A file that only takes up room."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self) -> None:
        """Set room aside where there is plenty; where not, there is none to set aside."""
        try:
            if self._path.exists():
                return
            disk = os.statvfs(self._path.parent)
            if disk.f_bavail * disk.f_frsize >= PLENTY * RESERVE_BYTES:
                self._path.write_bytes(bytes(RESERVE_BYTES))
        except OSError:
            self.give()

    def give(self) -> None:
        """Give it to whoever needs it now."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            return  # then it stays, and helps nobody
