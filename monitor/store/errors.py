"""What SQLite and the disk say, in one sentence for the operator."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from monitor.ports import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DAMAGED = "{} is damaged: move it away with its -wal file, put a backup in its place, and restart"
_SENTENCES = {
    sqlite3.SQLITE_BUSY: "{} is locked by another program: close that program, then try again",
    sqlite3.SQLITE_LOCKED: "{} is locked by another program: close that program, then try again",
    sqlite3.SQLITE_READONLY: "{} cannot be written: make it and its directory writable for us",
    sqlite3.SQLITE_PERM: "{} cannot be written: make it and its directory writable for us",
    sqlite3.SQLITE_CANTOPEN: "{} cannot be opened: make it and its directory writable for us",
    sqlite3.SQLITE_FULL: "{} cannot grow: the disk is full; free some space",
    sqlite3.SQLITE_IOERR: "{} cannot be read or written: look at the disk and its free space",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: "{} is not a SQLite database: move it away or name another directory",
}


def damaged(path: Path) -> StoreError:
    """The error for a file whose pages do not fit together."""
    return StoreError(_DAMAGED.format(path))


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn what the file at `path` cannot do into StoreError; bugs pass through as they are.

    SQLAlchemy's own text holds the statement, so only SQLite's error stays as the cause.
    """
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(cause, "sqlite_errorcode", None)
        sentence = None if code is None else _SENTENCES.get(code & 0xFF)
        if sentence is None:
            raise
        raise StoreError(sentence.format(path)) from cause
