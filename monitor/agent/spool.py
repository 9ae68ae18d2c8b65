"""Looks on this machine's own disk until the core has them: `docs/agents.md`.

A look is safe once `flush` has returned. Beyond the limit the oldest are dropped; on a full disk
the newest wait in memory, up to `RING`. What is dropped leaves a gap behind, with a count.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from pydantic_core import to_json

from monitor.agent import rows as keeping
from monitor.agent.gaps import gap_of_row, merged
from monitor.agent.reserve import Reserve
from monitor.agent.rows import Row
from monitor.agent.step import Step, carry_out
from monitor.ports import StoreError
from monitor.store.errors import in_words
from monitor.store.lane import Lane
from monitor.wire.looks import look_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from monitor.agent.gaps import Gap
    from monitor.agent.rows import Held
    from monitor.model import Observation
    from monitor.ports import Clock, Ids
    from monitor.wire.shapes import Stamp

log = structlog.get_logger(__name__)

SPOOL = "spool.sqlite3"
FLUSH_S = 0.5
RING = 50_000  # looks kept in memory while the disk refuses them
SEAL_SHARE = 0.9  # of the limit: below it a gap becomes a record among the others
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@dataclass(frozen=True, slots=True)
class SpoolState:
    """How full it is."""

    waiting: int
    oldest_age_s: float
    dropped: int  # looks, since the spool was made


class Spool:
    """Keeps looks in `directory/spool.sqlite3`."""

    def __init__(
        self, directory: Path, *, limit_bytes: int, clock: Clock, ids: Ids, boot: str
    ) -> None:
        """Join the parts.

        Args:
            directory: Exists, and is ours alone.
            limit_bytes: Of all looks on disk; beyond it the oldest are dropped.
            clock: Whose monotonic reading goes on during `boot`.
            ids: Of the records that gaps become.
            boot: Which boot of the machine this is.
        """
        self._path = directory / SPOOL
        self._limit_bytes = limit_bytes
        self._clock = clock
        self._ids = ids
        self._boot = boot
        self._reserve = Reserve(directory / "spool.reserve")
        self._lane: Lane | None = None
        self._lock = asyncio.Lock()
        self._fresh: dict[int, Row] = {}  # not on disk
        self._flushing: dict[int, Row] = {}  # on their way to it
        self._over: dict[int, Row] = {}  # with the core; still to be deleted
        self._away: frozenset[int] = frozenset()  # taken, and not yet with the core
        self._gaps: dict[str, Gap] = {}
        self._spilled: dict[str, Gap] = {}  # gaps since the last flush began
        self._seen_last: Stamp | None = None
        self._n = self._on_disk = self._bytes = self._dropped = 0
        self.stuck = False  # the disk refused the last flush

    async def open(self) -> None:
        """Take up what is there; a damaged file is set aside, and a new one begun.

        Raises:
            StoreError: the directory cannot be used.
        """
        self._lane = self._new_lane()
        try:
            held = await self._lane.run(keeping.prepare)
        except StoreError as error:
            await self._lane.close()
            code = getattr(error.__cause__, "sqlite_errorcode", 0)
            if code & 0xFF not in _DAMAGED:
                raise
            with in_words(self._path):
                self._set_aside()
            log.error("spool_damaged", error="its looks are lost; it lies beside as .damaged")  # noqa: TRY400 - one sentence says it
            self._lane = self._new_lane()
            held = await self._lane.run(keeping.prepare)
        self._take_up(held)
        await self._lane.apart(self._reserve.keep)

    async def close(self) -> None:
        """Write what is in memory, as far as the disk takes it."""
        if self._lane is not None:
            await self.flush()
            await self._lane.close()
            self._lane = None

    @property
    def waiting(self) -> int:
        """Looks that the core does not have."""
        return self._on_disk + len(self._fresh) + len(self._flushing) - len(self._over)

    @property
    def dropped(self) -> int:
        """Looks that the core will never have."""
        return self._dropped

    def absent_s(self) -> float | None:
        """How long ago the newest look was that was ever kept; None if there was none."""
        return None if self._seen_last is None else self._age_s(self._seen_last)

    def put(self, observation: Observation) -> None:
        """Take a look; it is on disk after the next `flush`."""
        self._n += 1
        look = to_json(look_to_json(observation, self._boot, self._n)).decode()
        self._fresh[self._n] = Row(self._n, observation.id, observation.check, 1, look)
        if len(self._fresh) + len(self._flushing) > RING:
            oldest = next((n for n in self._fresh if n not in self._away), None)
            if oldest is not None:
                row = self._fresh.pop(oldest)
                self._spilled = merged(self._spilled, [gap_of_row(row)])
                self._dropped += row.count

    async def run(self) -> None:
        """Flush every half second until cancelled."""
        while True:
            await self._clock.sleep(FLUSH_S)
            await self.flush()

    async def flush(self) -> bool:
        """Put on disk what is not there yet; False if the disk would not: it is tried again."""
        async with self._lock:
            return await self._flush()

    async def take(self, limit: int, *, limit_bytes: int, newest: bool) -> tuple[Row, ...]:
        """Looks to be sent, oldest first; they stay until `done`.

        Args:
            limit: Rows at most.
            limit_bytes: Of their looks together; one is taken in any case.
            newest: The newest instead of the oldest.
        """
        async with self._lock:
            memory = list(self._fresh.values()) if self.stuck else []
            found = memory if newest and memory else await self._select(limit, newest) or memory
            found = found[::-1] if newest else found
            taken: list[Row] = []
            size = 0
            for row in found[:limit]:
                size += len(row.look)
                if taken and size > limit_bytes:
                    break
                taken.append(row)
            taken = taken[::-1] if newest else taken
            self._away = frozenset(row.n for row in taken)
            return tuple(taken)

    async def done(self, rows: Iterable[Row]) -> None:
        """The core has these, or will never take them: forget them."""
        async with self._lock:
            for row in rows:
                if self._fresh.pop(row.n, None) is None:
                    self._over[row.n] = row
            self._away = frozenset()
            await self._flush()

    async def state(self) -> SpoolState:
        """How full it is now."""
        async with self._lock:
            oldest = await self._select(1, newest=False) or list(self._fresh.values())[:1]
        age_s = self._age_s(oldest[0].stamp) if oldest else 0.0
        return SpoolState(self.waiting, age_s, self._dropped)

    async def _flush(self) -> bool:
        if not self._to_do():
            return True
        self._flushing, self._fresh = self._fresh, {}
        step = self._step()
        try:
            await self._carry_out(step)
        except StoreError as error:
            self._fresh, self._flushing = {**self._flushing, **self._fresh}, {}
            self._complain(error)
            await self._make_room()
            return False
        self._flushing = {}
        if self.stuck:
            self.stuck = False
            await self._opened().apart(self._reserve.keep)
            log.info("spool_works_again", waiting=self.waiting)
        return True

    def _to_do(self) -> bool:
        return bool(self._fresh or self._over or self._spilled or self._may_seal(self._bytes))

    def _step(self) -> Step:
        self._gaps, self._spilled = merged(self._gaps, self._spilled.values()), {}
        rows = list(self._flushing.values())
        size = self._bytes + sum(row.bytes for row in rows)
        size -= sum(row.bytes for row in self._over.values())
        gaps = self._gaps
        if self._may_seal(size):
            rows += [self._sealed(gap) for gap in gaps.values()]
            gaps = {}
        newest = next(reversed(self._flushing.values()), None)
        return Step(
            rows=rows,
            delete=frozenset(self._over),
            away=self._away,
            gaps=gaps,
            too_many_bytes=size - self._limit_bytes,
            dropped=self._dropped,
            seen_last=self._seen_last if newest is None else newest.stamp,
        )

    def _may_seal(self, size: int) -> bool:
        return bool(self._gaps) and not self.stuck and size < SEAL_SHARE * self._limit_bytes

    def _sealed(self, gap: Gap) -> Row:
        self._n += 1
        look_id = self._ids.look()
        return Row(self._n, look_id, gap.check, gap.count, gap.as_look(look_id, self._n))

    async def _carry_out(self, step: Step) -> None:
        dropped, gaps = await self._opened().run(lambda connection: carry_out(connection, step))
        self._seen_last = step.seen_last
        self._bytes += sum(row.bytes for row in step.rows)
        self._bytes -= sum(row.bytes for row in (*self._over.values(), *dropped))
        self._on_disk += len(step.rows) - len(step.delete) - len(dropped)
        self._dropped += sum(row.count for row in dropped)
        self._over, self._gaps = {}, gaps

    async def _make_room(self) -> None:
        """What the core has may go even where nothing new fits."""
        lane = self._opened()
        over = dict(self._over)
        try:
            await lane.apart(self._reserve.give)
            await lane.apart(self._checkpoint)
            if over:
                await lane.run(lambda connection: keeping.delete(connection, over))
        except StoreError:
            return
        self._on_disk -= len(over)
        self._bytes -= sum(row.bytes for row in over.values())
        self._over = {}

    def _checkpoint(self) -> None:
        with in_words(self._path), closing(sqlite3.connect(self._path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def _select(self, limit: int, newest: bool) -> list[Row]:
        most = limit + len(self._over)
        try:
            found = await self._opened().run(
                lambda connection: keeping.select(connection, most, newest=newest)
            )
        except StoreError as error:
            self._complain(error)
            return []
        return [row for row in found if row.n not in self._over]

    def _complain(self, error: StoreError) -> None:
        if not self.stuck:  # once, until it works again
            log.error("spool_failing", error=str(error), kept_in_memory=len(self._fresh))
        self.stuck = True

    def _age_s(self, stamp: Stamp) -> float:
        if stamp.boot == self._boot:
            return max(0.0, self._clock.monotonic() - stamp.mono)
        return max(0.0, (self._clock.utc() - stamp.wall).total_seconds())

    def _take_up(self, held: Held) -> None:
        self._on_disk, self._bytes, self._n = held.waiting, held.bytes, held.last_n
        self._dropped, self._gaps, self._seen_last = held.dropped, held.gaps, held.seen_last

    def _new_lane(self) -> Lane:
        return Lane(
            self._path,
            name="spool",
            begin="BEGIN IMMEDIATE",
            pragmas=keeping.PRAGMAS,
            busy_timeout_s=5.0,
        )

    def _opened(self) -> Lane:
        if self._lane is None:
            raise StoreError(f"{self._path} is not open")
        return self._lane

    def _set_aside(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            path = self._path.with_name(f"{SPOOL}{suffix}")
            if path.exists():
                path.replace(path.with_name(f"{SPOOL}{suffix}.damaged"))
