"""Look at a database before touching it: is it ours, whole, and not newer than we are?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from monitor.ports import StoreError
from monitor.store.errors import damaged
from monitor.store.schema import APPLICATION_ID, HEAD

if TYPE_CHECKING:
    from pathlib import Path

# Below this size every page is checked at each start (some tenths of a second). Above it the start
# would take longer than five seconds, and SQLite's own errors have to do.
CHECKED_BYTES = 64 * 1024 * 1024


def examine(path: Path, *, busy_timeout_s: float) -> str | None:
    """The schema revision of the database at `path`; changes nothing.

    Returns:
        The revision, or None where there is nothing yet.

    Raises:
        StoreError: it is another program's, damaged, or newer than this program.
        sqlite3.Error: SQLite could not read it.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    address = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=busy_timeout_s)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            return None
        if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
            raise StoreError(
                f"{path} belongs to another program: move it away or name another directory"
            )
        if path.stat().st_size <= CHECKED_BYTES:
            (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if answer != "ok":
                raise damaged(path)
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if str(revision) > HEAD:
        raise StoreError(
            f"{path} was written by a newer govah (schema {revision}, this one knows {HEAD}): "
            "install that version again"
        )
    return str(revision)
