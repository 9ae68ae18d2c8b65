"""Migrations and tables agree, and nobody pays for Alembic without need."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from monitor.store.migrate import alembic_config
from monitor.store.schema import APPLICATION_ID, HEAD, metadata
from monitor.store.sqlite import SqliteStore
from tests.contract.store_values import StillClock

OPEN_AND_CLOSE = """
import asyncio, pathlib, sys
from monitor.clock import SystemClock
from monitor.store.sqlite import SqliteStore
async def main():
    store = SqliteStore(pathlib.Path(sys.argv[1]), clock=SystemClock())
    await store.open()
    await store.close()
asyncio.run(main())
print("alembic" in sys.modules)
"""


def shape(path):
    """The text of every table and index, in no particular order."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: " ".join(sql.split()) for name, sql in rows if name != "alembic_version"}


async def test_the_migrations_make_the_same_schema_as_the_tables(tmp_path):
    store = SqliteStore(tmp_path, clock=StillClock())
    await store.open()
    await store.close()
    engine = create_engine(f"sqlite:///{tmp_path}/tables.sqlite3")
    metadata.create_all(engine)
    engine.dispose()

    migrated = shape(tmp_path / "govah.sqlite3")

    assert len(migrated) >= len(metadata.tables)
    assert migrated == shape(tmp_path / "tables.sqlite3")


async def test_a_new_file_is_marked_as_ours_and_safe_against_power_cuts(tmp_path):
    store = SqliteStore(tmp_path, clock=StillClock())
    await store.open()
    full = await store._write(lambda c: c.exec_driver_sql("PRAGMA synchronous").scalar())
    keys = await store._write(lambda c: c.exec_driver_sql("PRAGMA foreign_keys").scalar())
    await store.close()

    with closing(sqlite3.connect(tmp_path / "govah.sqlite3")) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert (full, keys) == (2, 1)


def test_the_constant_is_the_newest_migration():
    scripts = ScriptDirectory.from_config(alembic_config())

    assert scripts.get_heads() == [HEAD]


def test_alembic_is_loaded_to_migrate_and_not_otherwise(tmp_path):
    command = [sys.executable, "-c", OPEN_AND_CLOSE, str(tmp_path)]

    loaded = [
        subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        for _ in range(2)
    ]

    assert loaded == ["True", "False"]
