"""Every database we cannot use gets one clear sentence, and stays as it was."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from monitor.ports import StoreError
from monitor.store.sqlite import SqliteStore
from tests.contract.store_values import NOW, StillClock, delivery, incident, look

NOBODY = 65534
HOLD = """
import asyncio, pathlib, sys
from monitor.clock import SystemClock
from monitor.store.sqlite import SqliteStore
async def main():
    await SqliteStore(pathlib.Path(sys.argv[1]), clock=SystemClock()).open()
    print("held", flush=True)
    sys.stdin.read()
asyncio.run(main())
"""


def a_store(directory, **changes):
    return SqliteStore(directory, clock=StillClock(), **changes)


@pytest.fixture
async def written(tmp_path):
    """The file of a store that holds something and was closed."""
    store = a_store(tmp_path)
    await store.open()
    await store.commit([incident()], [delivery(f"{n}", recipient=f"dr-{n}") for n in range(200)])
    await store.record([look(f"{n:016x}") for n in range(500)])
    await store.close()
    return tmp_path / "govah.sqlite3"


async def refusal(directory, **changes):
    """What `open` says, after which nothing is held and no file has changed."""
    path = directory / "govah.sqlite3"
    before = path.read_bytes() if path.is_file() else None
    store = a_store(directory, **changes)

    with pytest.raises(StoreError) as caught:
        await store.open()

    assert (path.read_bytes() if path.is_file() else None) == before
    with pytest.raises(StoreError, match="is not open"):
        await store.next_ref()
    sentence = str(caught.value)
    assert str(directory) in sentence
    assert "\n" not in sentence
    return sentence


@contextmanager
def unprivileged():
    """Root may write everywhere; whoever else we are may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def reachable():
    """A directory that other users reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        Path(name).chmod(0o700)


async def test_a_second_store_on_the_same_directory_is_refused_until_the_first_is_closed(tmp_path):
    first = a_store(tmp_path)
    await first.open()

    sentence = await refusal(tmp_path)
    await first.close()
    await first.close()
    await (second := a_store(tmp_path)).open()
    await second.close()

    assert "is in use by another govah: stop that one" in sentence


@pytest.mark.process
async def test_a_second_process_is_refused_and_a_killed_one_holds_nothing(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        sentence = await refusal(tmp_path)
        holder.kill()

    await (store := a_store(tmp_path)).open()
    await store.close()
    assert "is in use by another govah" in sentence


async def test_a_newer_schema_is_refused(written):
    with closing(sqlite3.connect(written)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")

    assert "newer govah (schema 0999" in await refusal(written.parent)


async def test_a_database_of_another_program_is_refused(tmp_path):
    with closing(sqlite3.connect(tmp_path / "govah.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE looks (id)")

    assert "belongs to another program" in await refusal(tmp_path)


async def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "govah.sqlite3").write_text("سلام " * 1000)

    assert "is not a SQLite database" in await refusal(tmp_path)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
async def test_a_truncated_file_is_refused(written, share):
    data = written.read_bytes()
    written.write_bytes(data[: int(len(data) * share)])

    sentence = await refusal(written.parent)

    assert "is damaged" in sentence or "is not a SQLite database" in sentence


async def test_a_damaged_page_is_noticed_at_the_start(written):
    data = bytearray(written.read_bytes())
    data[8 * 4096 : 8 * 4096 + 400] = b"\xff" * 400
    written.write_bytes(data)

    assert "is damaged" in await refusal(written.parent)


async def test_a_file_that_is_damaged_while_in_use_is_told_in_words(written):
    store = a_store(written.parent)
    await store.open()
    data = written.read_bytes()
    written.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))

    with pytest.raises(StoreError, match="is damaged"):
        await store.deliveries_of(1001)
    await store.close()


async def test_a_directory_in_the_place_of_the_file_is_refused(tmp_path):
    (tmp_path / "govah.sqlite3").mkdir()

    assert "cannot be" in await refusal(tmp_path)


async def test_a_directory_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "data").write_text("a file is in the way")

    assert "cannot be written" in await refusal(tmp_path / "data")


async def test_a_read_only_directory_is_refused(reachable):
    reachable.chmod(0o555)

    with unprivileged():
        sentence = await refusal(reachable)

    assert "cannot be written (Permission denied)" in sentence


async def test_a_read_only_file_is_refused(reachable):
    await (store := a_store(reachable)).open()
    await store.close()
    (reachable / "govah.lock").chmod(0o666)
    (reachable / "govah.sqlite3").chmod(0o444)
    reachable.chmod(0o777)

    with unprivileged():
        sentence = await refusal(reachable)

    assert "make it and its directory writable" in sentence


async def test_a_file_locked_by_another_program_is_refused(written):
    with closing(sqlite3.connect(written, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")

        sentence = await refusal(written.parent, busy_timeout_s=0.05)

    assert "is locked by another program" in sentence


async def test_a_writer_from_outside_delays_only_writing_and_nothing_is_half_done(written):
    store = a_store(written.parent, busy_timeout_s=0.05)
    await store.open()
    with closing(sqlite3.connect(written, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreError, match="is locked by another program"):
            await store.commit([incident(1002)], [delivery("new", incident=1002)])
        assert (await store.incident(1001)).ref == 1001

        other.execute("ROLLBACK")
    assert await store.incident(1002) is None
    assert len(await store.claim(500, now=NOW)) == 200
    await store.close()


async def test_a_store_is_opened_once(tmp_path):
    store = a_store(tmp_path)
    await store.open()

    with pytest.raises(StoreError, match="is open already"):
        await store.open()

    assert await store.next_ref() == 1001
    await store.close()


async def test_a_bug_of_ours_is_no_store_error_and_shows_nothing_that_was_to_be_written(tmp_path):
    store = a_store(tmp_path)
    await store.open()

    with pytest.raises(IntegrityError) as caught:
        await store.commit([], [delivery("a", body="SECRET", segments=None)])

    assert "NOT NULL" in str(caught.value)
    assert "SECRET" not in str(caught.value)
    await store.close()
