"""Reads a configuration file as text, or says in one sentence why it cannot."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from monitor.settings.problems import Ledger, SettingsError

if TYPE_CHECKING:
    from pathlib import Path

_FOREIGN_MARKS = (
    codecs.BOM_UTF8,
    codecs.BOM_UTF16_LE,
    codecs.BOM_UTF16_BE,
)


def read_text(path: Path, *, limit_bytes: int, mark_allowed: bool = False) -> str:
    """The file's text.

    Args:
        path: A regular file in UTF-8.
        limit_bytes: Longer files are refused unread.
        mark_allowed: Whether a UTF-8 byte order mark is passed over (spreadsheets write one).

    Raises:
        SettingsError: with one problem, at the offending byte where there is one.
    """
    data = _read(path, limit_bytes)
    if mark_allowed:
        data = data.removeprefix(codecs.BOM_UTF8)
    if data.startswith(_FOREIGN_MARKS):
        raise _refusal(
            path,
            "the file begins with a byte order mark",
            "UTF-8 without one",
            "save it as UTF-8 without BOM",
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
        raise _refusal(
            path,
            "a byte here is not UTF-8",
            "text in UTF-8",
            "save the file as UTF-8",
            place=(line, column),
        ) from None


def _read(path: Path, limit_bytes: int) -> bytes:
    expected = "a readable file"
    try:
        if path.is_dir():
            raise _refusal(path, "this is a directory", expected, "name the file in it")
        if not path.exists():
            raise _refusal(path, "there is no such file", expected, "check the path")
        if not path.is_file():
            raise _refusal(path, "this is not a regular file", expected, "name a regular file")
        with path.open("rb") as file:
            data = file.read(limit_bytes + 1)
    except (OSError, ValueError):
        raise _refusal(
            path, "the file cannot be read", expected, "check the path and its permissions"
        ) from None
    if len(data) > limit_bytes:
        limit = f"at most {limit_bytes // 1024} KiB"
        raise _refusal(path, "the file is too long", limit, "make it shorter")
    return data


def _refusal(
    path: Path, what: str, expected: str, do: str, *, place: tuple[int, int] = (1, 1)
) -> SettingsError:
    ledger = Ledger(str(path))
    ledger.add(place, (), what, expected, do)
    return SettingsError(ledger.problems())
