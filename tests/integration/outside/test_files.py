"""Copies of files that somebody else writes."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from monitor.outside.copies import MOST_BYTES, CopyError
from monitor.outside.files import read_file


def test_a_file_is_read_again_only_when_it_changed(tmp_path) -> None:
    path = tmp_path / "cuts.csv"
    path.write_bytes(b"one")
    first = read_file(path, None, written_since=None)
    assert read_file(path, first, written_since=None) is first

    new = tmp_path / "new"
    new.write_bytes(b"two")
    os.utime(new, ns=(path.stat().st_mtime_ns, path.stat().st_mtime_ns))
    new.replace(path)

    assert read_file(path, first, written_since=None).data == b"two"


def test_a_state_that_nobody_writes_any_more_is_stale(tmp_path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"[]")
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)

    assert read_file(path, None, written_since=written - timedelta(seconds=1)).data == b"[]"
    with pytest.raises(CopyError, match="stale"):
        read_file(path, None, written_since=written + timedelta(seconds=1))


def test_what_is_no_plain_file_is_said_so_at_once(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "long").write_bytes(b"x" * (MOST_BYTES + 1))

    for name, why in (
        ("pipe", "no_file"),
        ("folder", "no_file"),
        ("long", "too_large"),
        ("none", "missing"),
        ("a\0b", "missing"),
    ):
        with pytest.raises(CopyError, match=why):
            read_file(tmp_path / name, None, written_since=None)
