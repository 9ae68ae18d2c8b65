"""The spool's file: looks in the order they were taken, gaps, and a few figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_core import from_json, to_json

from monitor.agent.gaps import Gap
from monitor.ports import StoreError
from monitor.wire.shapes import Stamp

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Connection

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "wal_autocheckpoint = 32",  # pages: what waits in the log must fit into the reserve
    "journal_size_limit = 131072",
)
ROW_BYTES = 64  # of a row besides its look
_VERSION = 1
_TABLES = (
    # AUTOINCREMENT: a number is never given twice, deleted or not.
    """CREATE TABLE look (
        n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
        check_id TEXT NOT NULL, count INTEGER NOT NULL, look TEXT NOT NULL
    ) STRICT""",
    "CREATE TABLE gap (check_id TEXT PRIMARY KEY, gap TEXT NOT NULL) STRICT",
    "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    f"PRAGMA user_version = {_VERSION}",
)
_COLUMNS = "n, id, check_id, count, look"


@dataclass(frozen=True, slots=True)
class Row:
    """A look as it is kept: text for the wire, and what we need to know of it ourselves."""

    n: int
    id: str
    check: str
    count: int  # how many looks it stands for when it is dropped
    look: str  # JSON, as `monitor.wire.looks` makes it

    @property
    def bytes(self) -> int:
        """What it takes of the spool's room."""
        return len(self.look) + ROW_BYTES

    @property
    def stamp(self) -> Stamp:
        """When the look began."""
        return Stamp.model_validate_json(to_json(from_json(self.look)["at"]))


@dataclass(frozen=True, slots=True)
class Held:
    """What a spool's file held when it was opened."""

    waiting: int
    bytes: int
    last_n: int
    dropped: int
    seen_last: Stamp | None  # begin of the newest look ever kept
    gaps: dict[str, Gap]


def prepare(connection: Connection) -> Held:
    """Make the tables where there are none, and read what is there.

    Raises:
        StoreError: a newer program made it.
    """
    version = connection.exec_driver_sql("PRAGMA user_version").scalar()
    if version not in (0, _VERSION):
        raise StoreError("the spool was written by a newer govah: install that one again")
    if version == 0:
        for statement in _TABLES:
            connection.exec_driver_sql(statement)
    one = connection.exec_driver_sql(
        f"SELECT count(*), coalesce(sum(length(look) + {ROW_BYTES}), 0) FROM look"  # noqa: S608 - a number of ours
    ).one()
    last_n = connection.exec_driver_sql("SELECT max(seq) FROM sqlite_sequence").scalar() or 0
    told = connection.exec_driver_sql("SELECT name, value FROM fact")
    facts: dict[str, str] = {name: value for name, value in told}  # noqa: C416 - rows are no pairs to mypy
    texts = connection.exec_driver_sql("SELECT gap FROM gap")
    gaps = [Gap.model_validate_json(text) for (text,) in texts]
    seen_last = facts.get("seen_last")
    return Held(
        waiting=one[0],
        bytes=one[1],
        last_n=last_n,
        dropped=int(facts.get("dropped", 0)),
        seen_last=None if seen_last is None else Stamp.model_validate_json(seen_last),
        gaps={gap.check: gap for gap in gaps},
    )


def insert(connection: Connection, rows: Iterable[Row]) -> None:
    """Append."""
    values = [(row.n, row.id, row.check, row.count, row.look) for row in rows]
    if values:
        statement = f"INSERT INTO look ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)"  # noqa: S608 - names of ours
        connection.exec_driver_sql(statement, values)


def select(connection: Connection, limit: int, *, newest: bool) -> list[Row]:
    """The oldest rows, or the newest; oldest first either way."""
    way = "DESC" if newest else "ASC"
    statement = f"SELECT {_COLUMNS} FROM look ORDER BY n {way} LIMIT ?"  # noqa: S608 - names of ours
    rows = [Row(*values) for values in connection.exec_driver_sql(statement, (limit,))]
    return rows[::-1] if newest else rows


def delete(connection: Connection, numbers: Collection[int]) -> None:
    """Forget rows by number."""
    if numbers:
        values = [(number,) for number in sorted(numbers)]
        connection.exec_driver_sql("DELETE FROM look WHERE n = ?", values)


def put_facts(connection: Connection, *, dropped: int, seen_last: Stamp | None) -> None:
    """Write the figures over the old ones."""
    values = [("dropped", str(dropped))]
    if seen_last is not None:
        values.append(("seen_last", seen_last.model_dump_json()))
    statement = "INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)"
    connection.exec_driver_sql(statement, values)


def put_gaps(connection: Connection, gaps: Sequence[Gap]) -> None:
    """Write all gaps there are."""
    connection.exec_driver_sql("DELETE FROM gap")
    values = [(gap.check, gap.model_dump_json()) for gap in gaps]
    if values:
        connection.exec_driver_sql("INSERT INTO gap (check_id, gap) VALUES (?, ?)", values)
