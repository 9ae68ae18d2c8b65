"""From a source's bytes to what it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.notices.csv_table import read_csv
from monitor.core.notices.feeds import read_feed
from monitor.core.notices.gematik import read_gematik
from monitor.core.notices.ics import read_ics
from monitor.core.notices.json_mapping import read_json
from monitor.core.notices.sources import Format
from monitor.core.notices.statuspage import read_statuspage

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.core.notices.sources import Listing, Source


def read(source: Source, data: bytes, now: datetime) -> Listing:
    """Read one copy of a source.

    Args:
        source: How it is written and what it is about.
        data: All of it.
        now: Aware, UTC.

    Raises:
        NoticeError: nothing of it can be read.
    """
    match source.format:
        case Format.ICS:
            return read_ics(source, data, now)
        case Format.CSV:
            return read_csv(source, data)
        case Format.JSON:
            return read_json(source, data)
        case Format.STATUSPAGE:
            return read_statuspage(source, data)
        case Format.GEMATIK:
            return read_gematik(source, data)
        case Format.RSS | Format.ATOM:
            return read_feed(source, data)
