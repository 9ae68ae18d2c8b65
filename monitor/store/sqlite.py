"""The store as one SQLite file: a single writer, readers that never wait, everything durable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from monitor.model import Grain
from monitor.ports import StoreError
from monitor.store import agents as agenting
from monitor.store import deliveries as delivering
from monitor.store import incidents as telling
from monitor.store import looks as looking
from monitor.store import notices as noticing
from monitor.store import outcomes as trading
from monitor.store import prune as pruning
from monitor.store import rollup as rolling
from monitor.store.buckets import Buckets
from monitor.store.errors import in_words
from monitor.store.examine import examine
from monitor.store.lane import Lane
from monitor.store.lock import DirectoryLock
from monitor.store.retention import Retention, cut_us, deletable_us, figure_days
from monitor.store.rules import restored
from monitor.store.schema import HEAD
from monitor.store.times import maybe_from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from monitor.model import (
        Agent,
        Delivery,
        Figure,
        Incident,
        Invited,
        Notice,
        Observation,
        Outcome,
    )
    from monitor.ports import Clock
    from monitor.store.retention import KeptDays

T = TypeVar("T")

DATABASE = "govah.sqlite3"
_WRITE_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")
_READ_PRAGMAS = ("query_only = ON",)


@dataclass(frozen=True, slots=True)
class _Lanes:
    write: Lane
    read: Lane


class SqliteStore:
    """`monitor.ports.Store` in `directory/govah.sqlite3`; see `docs/store.md`.

    Args:
        directory: Where the file and its lock live; created by `open`.
        clock: For the monotonic reading that restored incidents get.
        retention: When what may be deleted.
        time_zone: Whose days and hours the figures are of.
        busy_timeout_s: How long another program's lock on the file is waited for.
    """

    def __init__(
        self,
        directory: Path,
        *,
        clock: Clock,
        retention: KeptDays | None = None,
        time_zone: str = "Asia/Tehran",
        busy_timeout_s: float = 5.0,
    ) -> None:
        self._path = directory / DATABASE
        self._clock = clock
        self._retention: KeptDays = retention or Retention()
        self._buckets = Buckets(time_zone)
        self._busy_timeout_s = busy_timeout_s
        self._lock = DirectoryLock(directory)
        self._lanes: _Lanes | None = None

    async def open(self) -> None:
        """See the port."""
        if self._lanes is not None:
            raise StoreError(f"{self._path} is open already")
        self._lock.take()
        self._lanes = _Lanes(
            self._lane("write", "BEGIN IMMEDIATE", _WRITE_PRAGMAS),
            self._lane("read", "BEGIN", _READ_PRAGMAS),
        )
        try:
            revision = await self._lanes.write.apart(self._examine)
            if revision != HEAD:
                # Imported only where a step is missing: Alembic is slow to load.
                from monitor.store.migrate import migrate  # noqa: PLC0415

                await self._write(migrate)
            await self._write(delivering.forget_outcomes)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """See the port."""
        lanes, self._lanes = self._lanes, None
        try:
            if lanes is not None:
                await lanes.read.close()
                await lanes.write.close()
        finally:
            self._lock.release()

    async def record(self, observations: Sequence[Observation]) -> None:
        """See the port."""
        await self._write(lambda connection: looking.insert_looks(connection, observations))

    async def commit(
        self,
        incidents: Iterable[Incident],
        deliveries: Iterable[Delivery] = (),
        *,
        cancel_open_of: Iterable[int] = (),
    ) -> None:
        """See the port."""
        moved, new, cancelled = tuple(incidents), tuple(deliveries), tuple(cancel_open_of)

        def work(connection: Connection) -> None:
            for incident in moved:
                telling.put_incident(connection, incident)
            delivering.cancel_open(connection, cancelled)
            delivering.put_deliveries(connection, new)

        await self._write(work)

    async def next_ref(self) -> int:
        """See the port."""
        return await self._write(telling.give_ref)

    async def open_incidents(self) -> tuple[Incident, ...]:
        """See the port."""
        return self._restored(await self._read(telling.select_open))

    async def incident(self, ref: int) -> Incident | None:
        """See the port."""
        found = await self._read(lambda connection: telling.select_one(connection, ref))
        return None if found is None else restored(found, self._clock.monotonic())

    async def recent_incidents(self, limit: int, *, public_only: bool) -> tuple[Incident, ...]:
        """See the port."""
        return self._restored(
            await self._read(
                lambda connection: telling.select_recent(connection, limit, public_only=public_only)
            )
        )

    async def claim(self, limit: int, *, now: datetime) -> tuple[Delivery, ...]:
        """See the port."""
        return await self._write(lambda connection: delivering.claim_due(connection, limit, now))

    async def settle(self, deliveries: Sequence[Delivery]) -> None:
        """See the port."""
        await self._write(lambda connection: delivering.settle_all(connection, deliveries))

    async def unknown_deliveries(self, limit: int) -> tuple[Delivery, ...]:
        """See the port."""
        return await self._read(lambda connection: delivering.select_unknown(connection, limit))

    async def deliveries_of(self, ref: int) -> tuple[Delivery, ...]:
        """See the port."""
        return await self._read(lambda connection: delivering.select_of(connection, ref))

    async def observations(
        self, *, targets: Sequence[str], since: datetime, until: datetime, limit: int
    ) -> tuple[Observation, ...]:
        """See the port."""
        return await self._read(
            lambda connection: looking.select_looks(
                connection,
                targets=targets,
                since_us=to_us(since),
                until_us=to_us(until),
                limit=limit,
            )
        )

    async def last_look_at(self) -> datetime | None:
        """See the port."""
        return maybe_from_us(await self._read(looking.newest_look_us))

    async def roll_up(self, now: datetime) -> None:
        """See the port."""
        now_us = to_us(now)
        while await self._write(
            lambda connection: rolling.roll_up_some(connection, now_us, self._buckets)
        ):
            pass

    async def figures(
        self, grain: Grain, *, since: datetime, until: datetime, target: str | None = None
    ) -> tuple[Figure, ...]:
        """See the port."""
        return await self._read(
            lambda connection: rolling.select_figures(
                connection, grain, since_us=to_us(since), until_us=to_us(until), target=target
            )
        )

    async def record_outcomes(
        self, batch: str, outcomes: Sequence[Outcome], received_at: datetime
    ) -> bool:
        """See the port."""
        return await self._write(
            lambda connection: trading.insert_outcomes(connection, batch, outcomes, received_at)
        )

    async def outcomes(self, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        """See the port."""
        return await self._read(
            lambda connection: trading.select_outcomes(
                connection, since_us=to_us(since), until_us=to_us(until)
            )
        )

    async def outcome_sums(self, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        """See the port."""
        return await self._read(
            lambda connection: trading.select_sums(
                connection, since_us=to_us(since), until_us=to_us(until)
            )
        )

    async def keep_notices(self, notices: Sequence[Notice]) -> None:
        """See the port."""
        await self._write(lambda connection: noticing.put_notices(connection, notices))

    async def notices(self, since: datetime, until: datetime) -> tuple[Notice, ...]:
        """See the port."""
        return await self._read(
            lambda connection: noticing.select_notices(
                connection, since_us=to_us(since), until_us=to_us(until)
            )
        )

    async def known_looks(self, ids: Collection[str]) -> frozenset[str]:
        """See the port."""
        return await self._read(lambda connection: agenting.known_ids(connection, ids))

    async def agents(self) -> tuple[Agent, ...]:
        """See the port."""
        return await self._read(agenting.select_agents)

    async def invite(self, invited: Invited) -> None:
        """See the port."""
        await self._write(lambda connection: agenting.put_invitation(connection, invited))

    async def invited_vantage(self, token_sha256: str) -> str | None:
        """See the port."""
        return await self._read(
            lambda connection: agenting.invited_vantage(connection, token_sha256)
        )

    async def enrol(self, token_sha256: str, agent: Agent, *, now: datetime) -> bool:
        """See the port."""
        return await self._write(
            lambda connection: agenting.enrol(connection, token_sha256, agent, now)
        )

    async def admit(self, vantage: str, key_id: str, sequence: int) -> int | None:
        """See the port."""
        return await self._write(
            lambda connection: agenting.admit(connection, vantage, key_id, sequence)
        )

    async def note_agent(self, agent: Agent) -> None:
        """See the port."""
        await self._write(lambda connection: agenting.note(connection, agent))

    async def revoke(self, vantage: str, *, now: datetime) -> None:
        """See the port."""
        await self._write(lambda connection: agenting.revoke(connection, vantage, now))

    async def prune(self, now: datetime) -> None:
        """See the port; in small transactions, so that other writes come in between."""
        looks_cut_us = cut_us(self._retention.looks_days, now, self._buckets)
        await self._write(lambda connection: pruning.advance_looks_from(connection, looks_cut_us))
        spans_us = await self._read(telling.select_spans_us)
        stretches_us = deletable_us(looks_cut_us, spans_us, now=now)
        targets = await self._read(looking.targets_looked_at)
        rest = [(target, begin, end) for target in targets for begin, end in stretches_us]
        while rest:
            rest = await self._delete_looks(rest)
        while await self._delete_outcomes(looks_cut_us, to_us(now)):
            pass
        for stretch_us in stretches_us:
            while await self._delete_notices(*stretch_us):
                pass
        for grain in Grain:
            begin_us = cut_us(figure_days(self._retention, grain), now, self._buckets)
            while await self._delete_figures(grain, begin_us):
                pass

    async def _delete_looks(self, stretches: list[pruning.Stretch]) -> list[pruning.Stretch]:
        return await self._write(lambda connection: pruning.delete_looks(connection, stretches))

    async def _delete_outcomes(self, before_us: int, now_us: int) -> bool:
        return await self._write(
            lambda connection: trading.delete_outcomes(connection, before_us, now_us)
        )

    async def _delete_notices(self, begin_us: int, end_us: int) -> bool:
        return await self._write(
            lambda connection: noticing.delete_notices(connection, begin_us, end_us)
        )

    async def _delete_figures(self, grain: Grain, before_us: int) -> bool:
        return await self._write(
            lambda connection: pruning.delete_figures(connection, grain, before_us)
        )

    async def _write(self, work: Callable[[Connection], T]) -> T:
        return await self._opened().write.run(work)

    async def _read(self, work: Callable[[Connection], T]) -> T:
        return await self._opened().read.run(work)

    def _opened(self) -> _Lanes:
        if self._lanes is None:
            raise StoreError(f"{self._path} is not open")
        return self._lanes

    def _lane(self, name: str, begin: str, pragmas: tuple[str, ...]) -> Lane:
        return Lane(
            self._path,
            name=name,
            begin=begin,
            pragmas=pragmas,
            busy_timeout_s=self._busy_timeout_s,
        )

    def _examine(self) -> str | None:
        with in_words(self._path):
            return examine(self._path, busy_timeout_s=self._busy_timeout_s)

    def _restored(self, incidents: Iterable[Incident]) -> tuple[Incident, ...]:
        mono_s = self._clock.monotonic()
        return tuple(restored(incident, mono_s) for incident in incidents)
