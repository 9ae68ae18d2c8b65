"""One row of a table, whatever it was written in, as what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.core.notices.sources import OVER, SAYS, Aside, AsideError, Listing, folded
from monitor.core.notices.sources import Told as _Told
from monitor.core.notices.times import at, day, hours, moment, zone
from monitor.model import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from monitor.core.notices.sources import Source

MOST_ROWS = 10_000  # of one source


@dataclass(frozen=True, slots=True)
class Row:
    """The parts of a row that the source's `fields` name; None: not there."""

    begin: object = None
    end: object = None
    day: object = None
    hours: object = None
    id: object = None
    component: object = None
    region: object = None
    state: object = None


def listing_of(source: Source, rows: Iterable[Row]) -> Listing:
    """Read rows; one that cannot be read is set aside, the others count."""
    told: list[_Told] = []
    aside: list[Aside] = []
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            aside.append(Aside.TOO_MANY)
            break
        try:
            told.append(_told(source, row))
        except AsideError as error:
            aside.append(error.why)
    return Listing(tuple(told), tuple(aside))


def _told(source: Source, row: Row) -> _Told:
    from_at, to_at = _stretch(source, row)
    services = source.services_in(_texts(row.component))
    region = source.region_in(_texts(row.region))
    says = _says(source, row.state)
    name = _texts(row.id)
    parts = name or [
        *(each.isoformat() for each in (from_at, to_at) if each is not None),
        *services,
        region or "",
    ]
    return _Told("\0".join(parts), source.kind, says, from_at, to_at, services, region)


def _stretch(source: Source, row: Row) -> tuple[datetime | None, datetime | None]:
    local = zone(source.time_zone)
    if source.fields.day is None:
        from_at = None if _nothing(row.begin) else moment(row.begin, local)
        to_at = None if _nothing(row.end) else moment(row.end, local)
        if from_at is None and source.kind is not NoticeKind.STATUS:
            raise AsideError(Aside.TIME)
        return from_at, to_at
    when = day(row.day)
    times = hours(row.hours) if source.fields.hours is not None else hours(row.begin)[:1]
    if source.fields.hours is None and not _nothing(row.end):
        times += hours(row.end)[:1]
    if len(times) > 2:  # noqa: PLR2004 - a begin and an end
        raise AsideError(Aside.TIME)
    from_at = at(when, times[0], local)
    if len(times) == 1:
        return from_at, None
    over_night = times[1] <= times[0]
    return from_at, at(when + timedelta(days=1) if over_night else when, times[1], local)


def _says(source: Source, state: object) -> str:
    plain = "unknown" if source.kind is NoticeKind.STATUS else "planned"
    if source.fields.state is None:
        return plain
    word = folded(next(iter(_texts(state)), ""))
    meanings = {folded(theirs): ours for theirs, ours in source.states.items()}
    says = meanings.get(word, word if word in SAYS else None)
    if says is None:
        raise AsideError(Aside.WORD)
    return says if says in OVER or source.kind is NoticeKind.STATUS else plain


def _texts(value: object) -> list[str]:
    """The texts in a field: one, or a list of them; numbers and booleans as JSON writes them."""
    values = value if isinstance(value, list) else [value]
    texts = [str(each).lower() if isinstance(each, bool) else str(each)
             for each in values if isinstance(each, str | int | float)]  # fmt: skip
    return [text for text in texts if text.strip()]


def _nothing(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
