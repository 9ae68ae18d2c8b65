"""`govah tail`: counts the lines of a log as outcomes and hands them over, each line once."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import structlog

from monitor.beside.client import MOST_ITEMS, TAKEN, Poster, item_of
from monitor.beside.follow import Follower
from monitor.beside.ledger import Ledger, Pending, TailError
from monitor.beside.lines import Aside, Sorter
from monitor.store.lock import DirectoryLock

if TYPE_CHECKING:
    from threading import Event

    from monitor.beside.lines import Key
    from monitor.ports import Clock
    from monitor.settings.tail import TailFile

log = structlog.get_logger(__name__)

POLL_S = 0.5
TELL_S = 60.0
LONGEST_WAIT_S = 60.0
_LINES_AT_ONCE = 20_000  # between two looks at the clock and at the wish to stop


class Tail:
    """Reads, counts, hands over; `step` by `step`.

    Args:
        file: What to follow and what the lines mean.
        clock: The time.

    Raises:
        TailError: its state cannot be read or written.
        StoreError: another tail uses the same directory.
        OSError: the log, its directory or `ca_file` may not be read.
        ValueError: the address is none.
    """

    def __init__(self, file: TailFile, clock: Clock) -> None:
        ca_file = None if file.ca_file is None else str(file.ca_file)
        self._file = file
        self._clock = clock
        self._poster = Poster(file.url, file.key, timeout_s=file.timeout_s, ca_file=ca_file)
        self._sorter = Sorter(file)
        self._lock = DirectoryLock(file.data_directory)
        self._lock.take()
        try:
            self._ledger = Ledger(file.data_directory)
            place, self._pending = self._ledger.read()
            self._follower = Follower(file.log, place, clock, from_start=file.from_start)
            if place is None:  # from now on a rotation while we are away loses nothing
                self._ledger.write(self._follower.place, None)
        except BaseException:
            self._lock.release()
            raise
        self._kept: object = None  # what was written last
        self._from = self._follower.place  # where the counts begin
        self._counts: Counter[Key] = Counter()
        self._due_s = clock.monotonic()  # when the next batch may leave
        self._wait_s = file.every_s
        self.figures: Counter[str] = Counter()

    @property
    def idle(self) -> bool:
        """Everything there is was read, and handed over."""
        return self._follower.caught_up and not self._counts and self._pending is None

    def step(self) -> bool:
        """Do what can be done without waiting; False: nothing could.

        Raises:
            TailError: the place cannot be kept.
            OSError: the log may not be read.
        """
        if self._pending is not None:
            return self._hand_over()
        read = self._read_some()
        now_s = self._clock.monotonic()
        if self._counts and (len(self._counts) >= MOST_ITEMS or now_s >= self._due_s):
            self._pending = self._batch()
            self._keep()
            return self._hand_over()
        if not self._counts and now_s >= self._due_s:
            self._keep()
            self._due_s = now_s + self._file.every_s
        return read

    def close(self) -> None:
        """Keep the place; what was counted and is not on its way is counted again next time."""
        try:
            self._keep()
        finally:
            self._follower.close()
            self._lock.release()

    def told(self) -> dict[str, int]:
        """Counts since the start, for people."""
        lines = {reason.value: self.figures[reason.value] for reason in Aside}
        rest = ("lines", "counted", "too_long", "sent", "refused", "failures")
        waiting = sum(self._counts.values()) + (_total(self._pending) if self._pending else 0)
        return {
            **{name: self.figures[name] for name in rest},
            **lines,
            "waiting": waiting,
            "gaps": self._follower.gaps,
        }

    def _read_some(self) -> bool:
        """Read until there is nothing, or enough for a batch; whether anything was read."""
        lines = 0
        while len(self._counts) < MOST_ITEMS and lines < _LINES_AT_ONCE:
            piece = self._follower.read()
            self._count(piece.lines)
            self.figures["too_long"] += piece.too_long
            lines += len(piece.lines) + piece.too_long
            if not piece.more:
                break
        return lines > 0

    def _count(self, lines: tuple[bytes, ...]) -> None:
        now = self._clock.utc()
        for line in lines:
            self.figures["lines"] += 1
            found = self._sorter.sort(line, now)
            if isinstance(found, Aside):
                self.figures[found.value] += 1
            else:
                self.figures["counted"] += 1
                self._counts[found] += 1

    def _batch(self) -> Pending:
        """The counts as a batch; its id tells from where to where they were read."""
        begin, end = self._from, self._follower.place
        ends = [(each.inode, each.first, each.offset, each.before) for each in (begin, end)]
        name = hashlib.sha256(repr((str(self._file.log), ends)).encode()).hexdigest()[:16]
        items = [item_of(key, count) for key, count in self._counts.items()]
        self._counts.clear()
        self._from = end
        return Pending(name, items)

    def _hand_over(self) -> bool:
        batch = self._pending
        if batch is None or self._clock.monotonic() < self._due_s:
            return False
        answer = self._poster.post(batch.id, batch.items)
        left = Pending(batch.id, answer.left(batch.items))
        settled = _total(batch) - _total(left)
        self.figures["sent" if answer.status == TAKEN else "refused"] += settled
        moved = len(left.items) < len(batch.items)
        if not moved:
            self.figures["failures"] += 1
            log.warning("outcomes_not_taken", status=answer.status)
        elif answer.status != TAKEN:
            log.warning("outcomes_refused", calls=settled, field=answer.field)
        self._pending = left if left.items else None
        if moved:
            self._keep()
        self._plan(moved, answer.retry_s)
        return moved

    def _plan(self, moved: bool, asked_s: float) -> None:
        every_s = self._file.every_s
        longest_s = max(LONGEST_WAIT_S, every_s)
        self._wait_s = every_s if moved else min(longest_s, max(2 * self._wait_s, asked_s))
        behind = moved and not self._follower.caught_up
        self._due_s = self._clock.monotonic() + (0.0 if behind else self._wait_s)

    def _keep(self) -> None:
        now = (self._from if self._counts else self._follower.place, self._pending)
        if now != self._kept:
            self._ledger.write(*now)
            self._kept = now


def run(file: TailFile, clock: Clock, stop: Event, *, once: bool = False) -> dict[str, int]:
    """Follow the log until `stop` is set, or with `once` until all of it was handed over.

    Returns:
        The counts.

    Raises:
        TailError, StoreError, OSError, ValueError: as `Tail`.
    """
    tail = Tail(file, clock)
    tell_at_s = clock.monotonic() + TELL_S
    try:
        while not stop.is_set():
            busy = tail.step()
            if clock.monotonic() >= tell_at_s:
                log.info("tail", **tail.told())
                tell_at_s = clock.monotonic() + TELL_S
            if once and tail.idle:
                break
            if not busy:
                stop.wait(POLL_S)
    finally:
        tail.close()
    return tail.told()


def _total(batch: Pending) -> int:
    return sum(int(item["count"]) for item in batch.items)


__all__ = ["Tail", "TailError", "run"]
