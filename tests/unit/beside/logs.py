"""A log as its writer and its rotator treat it: unique lines, halves of lines, rotations."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random


@dataclass
class Writer:
    """Writes lines that no other line is like, and remembers them."""

    path: Path
    rng: Random
    written: list[bytes] = field(default_factory=list)
    rotations: int = 0
    _half: bytes = b""

    def __post_init__(self) -> None:
        self._file = self.path.open("ab", buffering=0)

    def line(self) -> bytes:
        """A line to write; the number makes it unique."""
        text = b"%d " % len(self.written) + b"\xff\xd8 " * self.rng.randrange(3)
        line = text + b"x" * self.rng.choice([0, 5, 80, 2000])
        self.written.append(line)
        return line

    def write(self) -> None:
        """Some whole lines."""
        if not self._half:
            self._file.write(b"".join(self.line() + b"\n" for _ in range(self.rng.randint(1, 30))))

    def half(self) -> None:
        """Half a line, or the other half."""
        if self._half:
            self._file.write(self._half)
            self._half = b""
        else:
            whole = self.line() + b"\n"
            cut = self.rng.randint(1, len(whole) - 1)
            self._file.write(whole[:cut])
            self._half = whole[cut:]

    def rename(self) -> None:
        """Rotate by rename: the writer reopens some lines later."""
        self._shift()
        self.path.rename(f"{self.path}.1")
        if self.rng.random() < 0.5:
            self.path.touch()
        if self.rng.random() < 0.5:
            self.write()
        self._complete()
        self.close()
        self._file = self.path.open("ab", buffering=0)

    def copy_truncate(self) -> None:
        """Rotate by copy and truncation, as long as nothing is written meanwhile."""
        self._complete()
        self._shift()
        shutil.copyfile(self.path, f"{self.path}.1")
        self.path.write_bytes(b"")

    def close(self) -> None:
        self._file.close()

    def _complete(self) -> None:
        if self._half:
            self.half()

    def _shift(self) -> None:
        self.rotations += 1
        for n in range(self.rotations, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{n}")
            if older.exists():
                older.rename(self.path.with_name(f"{self.path.name}.{n + 1}"))
