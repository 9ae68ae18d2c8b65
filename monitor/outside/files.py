"""A source in a file that somebody else writes."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from monitor.core.notices.sources import Trouble
from monitor.outside.copies import MOST_BYTES, Copy, CopyError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


def read_file(path: Path, before: Copy | None, *, written_since: datetime | None) -> Copy:
    """The file as it is now; blocks, but never for long.

    Args:
        path: A regular file of at most 1 MiB.
        before: The last copy; it is returned again where the file did not change.
        written_since: A file last written before that is stale; None: none ever is.

    Raises:
        CopyError: there is none, or none that can be used.
    """
    try:
        # A pipe that nobody writes to must not hold us.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        raise CopyError(Trouble.MISSING) from None
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):
        os.close(handle)
        raise CopyError(Trouble.NO_FILE)
    with os.fdopen(handle, "rb") as file:
        if written_since is not None and facts.st_mtime < written_since.timestamp():
            raise CopyError(Trouble.STALE)
        stamp = (facts.st_dev, facts.st_ino, facts.st_mtime_ns, facts.st_size)
        if before is not None and before.stamp == stamp:
            return before
        try:
            data = file.read(MOST_BYTES + 1)
        except OSError:
            raise CopyError(Trouble.MISSING) from None
    if len(data) > MOST_BYTES:
        raise CopyError(Trouble.TOO_LARGE)
    return Copy(data, stamp=stamp)
