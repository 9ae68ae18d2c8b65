"""Sources as tests declare them."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.core.notices.reading import read
from monitor.core.notices.sources import Format, Source
from monitor.core.notices.standing import notices_of
from monitor.model import NoticeKind

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)  # 1405/09/03, 09:30 in Tehran


def a_source(form: Format, kind: NoticeKind = NoticeKind.STATUS, **more) -> Source:
    plain = {"life_s": 600.0, "lasts_s": 3600.0, "time_zone": "Asia/Tehran", "party": "insurer"}
    return Source("they", kind, form, **(plain | more))


def told(source: Source, text: str | bytes, known=(), now=NOW):
    """The notices of a reading, and why entries were set aside."""
    data = text.encode() if isinstance(text, str) else text
    return notices_of(source, read(source, data, now), {n.id: n for n in known}, now)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
