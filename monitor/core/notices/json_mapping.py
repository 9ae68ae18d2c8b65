"""Notices in any JSON, by JMESPaths that say where their parts stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jmespath
import jmespath.exceptions

from monitor.core.notices.plain_json import parsed
from monitor.core.notices.rows import MOST_ROWS, Row, listing_of
from monitor.core.notices.sources import NoticeError, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.core.notices.sources import Listing, Source

_PARTS = ("begin", "end", "day", "hours", "id", "component", "region", "state")


def read_json(source: Source, data: bytes) -> Listing:
    """Read a JSON.

    Args:
        source: With `entries`, a JMESPath to the list, and `fields`, JMESPaths within an entry.
        data: UTF-8.

    Raises:
        NoticeError: it is no JSON, or there is no list where `entries` leads.
    """
    entries = _asked(source.entries or "@", parsed(data))
    if not isinstance(entries, list):
        raise NoticeError(Unreadable.SHAPE)
    return listing_of(source, _rows(source, entries))


def _rows(source: Source, entries: list[Any]) -> Iterator[Row]:
    paths = {part: getattr(source.fields, part) for part in _PARTS}
    for entry in entries[: MOST_ROWS + 1]:
        yield Row(**{part: _asked(path, entry) for part, path in paths.items() if path is not None})


def _asked(path: str, value: Any) -> Any:
    """What stands there; None where a function of the path does not take what it finds."""
    try:
        return jmespath.search(path, value)
    except (jmespath.exceptions.JMESPathError, ValueError, TypeError, RecursionError):
        return None
