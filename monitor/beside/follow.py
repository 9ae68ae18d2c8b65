"""Follows a log through its rotations, by rename or by copy and truncation.

What tells one file from another is its content: the first line says which log it is, the bytes
before our place say that the place is ours. An inode alone says neither: it is given out again.
A place moves only past whole lines, and a piece that was read counts only if our place was still
ours afterwards, so that a truncation in between spoils nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.ports import Clock

LINE_CAP_BYTES = 256 * 1024
SETTLE_S = 5.0  # a log that was rotated is still written to until its writer has reopened it
_PIECE_BYTES = 512 * 1024
_PRINT_BYTES = 1024
_MARKS = 500  # more rotated logs than anybody keeps
_NUMBERED = r"[._-]\d[\d._:TZ-]*"


@dataclass(frozen=True, slots=True)
class Place:
    """Up to where a log was read."""

    inode: int = 0
    offset: int = 0
    first: str = ""  # digest of the log's first line; empty while nothing was read
    before: str = ""  # digest of the bytes before `offset`
    skipping: bool = False  # inside a line that is too long
    done: tuple[tuple[int, str], ...] = ()  # rotated logs nobody need read: inode, first line


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines that came, without their ends."""

    lines: tuple[bytes, ...] = ()
    too_long: int = 0
    more: bool = False  # there may be more right now


class Follower:
    """Reads what was added to `path` since `place`.

    Args:
        path: The log as its writer calls it.
        place: Where a former life stopped; None: begin here.
        clock: Says how long a rotated log has been quiet.
        from_start: Where there is no `place`, read what is there already.
    """

    def __init__(
        self, path: Path, place: Place | None, clock: Clock, *, from_start: bool = False
    ) -> None:
        self._path = path
        self._clock = clock
        self._file = -1
        self._quiet_since_s: float | None = None
        self.caught_up = False  # whether the last read met the end of the log that is written
        self.gaps = 0  # times that a log was gone before it was read to its end
        name = re.escape(path.name)
        stem, suffix = re.escape(path.stem), re.escape(path.suffix)
        self._sibling = re.compile(f"{name}{_NUMBERED}|{stem}{_NUMBERED}{suffix}", re.ASCII)
        if place is not None:
            self.place = place
            self._find()
        else:
            self.place = Place(done=tuple(self._marks()))
            self._take(path)
            if not from_start:
                self._to_the_end()

    def read(self) -> Piece:
        """Read a piece; empty where nothing whole has been added.

        Raises:
            OSError: the log may not be read.
        """
        if self._file < 0 or self._begins_elsewhere():
            self._next()
        self.caught_up = self._file < 0
        if self.caught_up:
            return Piece()
        place = self.place
        data = os.pread(self._file, _PIECE_BYTES, place.offset)
        if place.offset and self._print(self._file, place.offset) != place.before:
            self._truncated()
            return Piece(more=True)
        piece, used, skipping = _cut(data, skipping=place.skipping)
        if used:
            self._advance(place.offset + used, skipping=skipping)
            return piece
        return self._at_the_end(data)

    def close(self) -> None:
        """Let the file go."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _at_the_end(self, rest: bytes) -> Piece:
        """Go on to the next log if this one was rotated and is quiet."""
        if not self._rotated():
            self._quiet_since_s = None
            self.caught_up = True
            return Piece()
        now_s = self._clock.monotonic()
        if self._quiet_since_s is None:
            self._quiet_since_s = now_s
        if now_s - self._quiet_since_s < SETTLE_S:
            return Piece()
        lines = (rest.removesuffix(b"\r"),) if rest and not self.place.skipping else ()
        if rest:
            self._advance(self.place.offset + len(rest), skipping=False)
        self._finish()
        self._next()
        return Piece(lines, more=True)

    def _rotated(self) -> bool:
        try:
            return self._path.stat().st_ino != os.fstat(self._file).st_ino
        except FileNotFoundError:
            return False  # the next one is not there yet

    def _begins_elsewhere(self) -> bool:
        """Whether a log was rotated away before we read the first line of its follower."""
        return self.place.offset == 0 and not self._rotated() and any(self._unread())

    def _truncated(self) -> None:
        """What was ours lies in a copy now, or was read to its end."""
        copies = [path for path in self._siblings() if self._ours(path)]
        if copies:
            self._take(copies[-1], self.place)
            return
        if not any(_first_line(path) == self.place.first for path in self._siblings()):
            self.gaps += 1
        self._finish()
        self._next()

    def _find(self) -> None:
        """Find the log of a former life's place."""
        place = self.place
        found = [path for path in (*self._siblings(), self._path) if self._ours(path)]
        same = [path for path in found if _inode(path) == place.inode]
        if same or found:
            self._take((same or found)[-1], place)
        elif place.offset:
            self._truncated()

    def _ours(self, path: Path) -> bool:
        """Whether the place is in this log."""
        place = self.place
        if not place.offset:
            return _inode(path) == place.inode
        try:
            file = os.open(path, os.O_RDONLY)
        except OSError:
            return False
        try:
            if os.fstat(file).st_size < place.offset:
                return False
            return (
                _first_line_of(file) == place.first
                and self._print(file, place.offset) == place.before
            )
        finally:
            os.close(file)

    def _next(self) -> None:
        """Take the oldest rotated log that nobody has read, else the one that is written."""
        unread = next(self._unread(), None)
        if unread is not None:
            self._take(unread)
            return
        ours = self.place.offset and self._ours(self._path)
        self._take(self._path, self.place if ours else None)

    def _take(self, path: Path, place: Place | None = None) -> None:
        """Open a log at a place, or at its start."""
        self.close()
        self._quiet_since_s = None
        with suppress(FileNotFoundError):
            self._file = os.open(path, os.O_RDONLY)
            inode = os.fstat(self._file).st_ino
            begin = Place(done=self.place.done) if place is None else place
            self.place = replace(begin, inode=inode)

    def _finish(self) -> None:
        """Note that this log, and every copy of it, need not be read any more."""
        place, known = self.place, dict.fromkeys(self.place.done)
        known[place.inode, place.first] = None
        known.update((mark, None) for mark in self._marks() if mark[1] == place.first)
        self.place = replace(place, done=tuple(known)[-_MARKS:])

    def _unread(self) -> Iterator[Path]:
        current = os.fstat(self._file).st_ino if self._file >= 0 else 0
        done = set(self.place.done)
        for path in self._siblings():
            mark = (_inode(path), _first_line(path))
            if mark[0] != current and mark[1] and mark not in done:
                yield path

    def _marks(self) -> Iterator[tuple[int, str]]:
        for path in self._siblings():
            yield _inode(path), _first_line(path)

    def _siblings(self) -> list[Path]:
        """The rotated logs, oldest first."""
        found = []
        for path in self._path.parent.iterdir():
            if self._sibling.fullmatch(path.name):
                with suppress(OSError):
                    found.append((path.stat().st_mtime_ns, _age(path.name), path))
        return [path for *_, path in sorted(found)]

    def _to_the_end(self) -> None:
        if self._file < 0:
            return
        size = os.fstat(self._file).st_size
        begin = max(0, size - LINE_CAP_BYTES)
        tail = os.pread(self._file, size - begin, begin)
        self._advance(begin + tail.rfind(b"\n") + 1, skipping=False)

    def _advance(self, offset: int, *, skipping: bool) -> None:
        first = self.place.first or (_first_line_of(self._file) if offset else "")
        before = self._print(self._file, offset) if offset else ""
        self.place = replace(
            self.place, offset=offset, first=first, before=before, skipping=skipping
        )
        self._quiet_since_s = None

    @staticmethod
    def _print(file: int, offset: int) -> str:
        begin = max(0, offset - _PRINT_BYTES)
        return _digest(os.pread(file, offset - begin, begin))


def _cut(data: bytes, *, skipping: bool) -> tuple[Piece, int, bool]:
    """Cut whole lines off; the bytes used, and whether the rest is of a line that is too long."""
    used = 0
    if skipping:
        used = data.find(b"\n") + 1 or len(data)
        if not data[:used].endswith(b"\n"):
            return Piece(more=bool(data)), used, True
    end = data.rfind(b"\n", used)
    if end < 0:
        if len(data) - used <= LINE_CAP_BYTES:
            return Piece(more=used > 0), used, False
        return Piece(too_long=1, more=True), len(data), True
    lines = [line.removesuffix(b"\r") for line in data[used:end].split(b"\n")]
    fitting = tuple(line for line in lines if len(line) <= LINE_CAP_BYTES)
    return Piece(fitting, too_long=len(lines) - len(fitting), more=True), end + 1, False


def _age(name: str) -> int:
    """Of logs changed at the same moment: the higher number is older, a later date is not."""
    number = re.search(r"(\d+)\D*\Z", name)
    return -int(number[1]) if number and len(number[1]) < 5 else 0  # noqa: PLR2004 - no date is so short


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _first_line(path: Path) -> str:
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return ""
    try:
        return _first_line_of(file)
    finally:
        os.close(file)


def _first_line_of(file: int) -> str:
    """Digest of a log's first line, or of as much of it as tells it; empty for an empty log."""
    head = os.pread(file, _PRINT_BYTES, 0)
    line = head[: head.find(b"\n") + 1] or head
    return _digest(line) if line else ""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
