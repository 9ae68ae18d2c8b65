"""One process per directory."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from monitor.ports import StoreError

if TYPE_CHECKING:
    from pathlib import Path


class DirectoryLock:
    """A lock on `govah.lock` that the kernel gives back when its holder dies, however it dies."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._file: int | None = None

    def take(self) -> None:
        """Hold the directory until `release`; it is created if it is not there.

        Raises:
            StoreError: another process holds it, or it cannot be written.
        """
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            file = os.open(self._directory / "govah.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(
                f"{self._directory} cannot be written ({error.strerror}): "
                "make it writable for us or name another directory"
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            raise StoreError(
                f"{self._directory} is in use by another govah: "
                "stop that one or name another directory"
            ) from error
        self._file = file

    def release(self) -> None:
        """Give the directory back; safe to call twice."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
