"""Notices in a CSV with a header, as an electricity company's list or an export of a calendar."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING

from monitor.core.notices.rows import Row, listing_of
from monitor.core.notices.sources import NoticeError, Unreadable, folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.core.notices.sources import Listing, Source

_SEPARATORS = ",;\t"
_PARTS = ("begin", "end", "day", "hours", "id", "component", "region", "state")


def read_csv(source: Source, data: bytes) -> Listing:
    """Read a table; its separator is the one most frequent in the header.

    Args:
        source: With `fields` naming columns of the header.
        data: UTF-8, or UTF-16 with a byte order mark, as spreadsheets write.

    Raises:
        NoticeError: it is no such text, or a column that `fields` names is missing.
    """
    text = _decoded(data)
    head = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=head.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        return listing_of(source, _rows(source, rows))
    except csv.Error:
        raise NoticeError(Unreadable.SYNTAX) from None


def _rows(source: Source, rows: Iterator[list[str]]) -> Iterator[Row]:
    header = [folded(name) for name in next(rows, [])]
    places: dict[str, int] = {}
    for part in _PARTS:
        column: str | None = getattr(source.fields, part)
        if column is None:
            continue
        if folded(column) not in header:
            raise NoticeError(Unreadable.SHAPE)
        places[part] = header.index(folded(column))
    for row in rows:
        if any(field.strip() for field in row):
            yield Row(**{part: row[i] if i < len(row) else None for part, i in places.items()})


def _decoded(data: bytes) -> str:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise NoticeError(Unreadable.ENCODING) from None
