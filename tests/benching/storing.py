"""Looks stored per second, each batch on disk before the next."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.clock import SystemClock
from monitor.store.sqlite import DATABASE, SqliteStore
from tests.benching.measure import Figure, compare
from tests.contract.store_values import NOW, look

if TYPE_CHECKING:
    from pathlib import Path

BATCH, BATCHES = 60, 20  # a batch is about what a tick of a small installation brings
TOTAL = BATCH * BATCHES


def measure(directory: Path) -> list[Figure]:
    """The store beside the driver alone."""
    numbers = itertools.count()
    store = SqliteStore(directory / "store", clock=SystemClock())
    plain = sqlite3.connect(directory / "plain.sqlite3", isolation_level=None)
    with closing(plain), asyncio.Runner() as runner:
        runner.run(store.open())
        try:
            runner.run(store.record([_look(next(numbers))]))
            row = _stored(directory / "store")
            plain.execute("PRAGMA journal_mode = WAL")
            plain.execute("PRAGMA synchronous = FULL")
            plain.execute(f"CREATE TABLE look ({', '.join(f'c{n}' for n in range(len(row)))})")

            async def ours() -> float:
                batches = [[_look(next(numbers)) for _ in range(BATCH)] for _ in range(BATCHES)]
                begin_s = time.perf_counter()
                for batch in batches:
                    await store.record(batch)
                return TOTAL / (time.perf_counter() - begin_s)

            def theirs() -> float:
                begin_s = time.perf_counter()
                for _ in range(BATCHES):
                    plain.execute("BEGIN IMMEDIATE")
                    marks = ", ".join("?" * len(row))
                    plain.executemany(f"INSERT INTO look VALUES ({marks})", [row] * BATCH)  # noqa: S608 - only marks
                    plain.execute("COMMIT")
                return TOTAL / (time.perf_counter() - begin_s)

            return [
                compare(
                    f"looks stored, batches of {BATCH}",
                    "1/s",
                    lambda: runner.run(ours()),
                    "sqlite3 executemany, WAL, FULL, as many columns, no index",
                    theirs,
                )
            ]
        finally:
            runner.run(store.close())


def _look(number: int):
    return look(f"{number:016x}", NOW + timedelta(milliseconds=number), vantage=f"v{number % 5}")


def _stored(directory: Path) -> tuple[object, ...]:
    with closing(sqlite3.connect(directory / DATABASE)) as reader:
        return tuple(reader.execute("SELECT * FROM look").fetchone())
