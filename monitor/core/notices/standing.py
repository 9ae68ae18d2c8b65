"""What a reading makes of what we knew: new notices, changed ones, and ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.core.notices.pushed import digest
from monitor.core.notices.sources import OVER, Aside, AsideError
from monitor.model import Notice, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from monitor.core.notices.sources import Listing, Source, Told

MOST = 1000  # notices of one reading
AHEAD = timedelta(days=400)
LONGEST = timedelta(days=31)
PAST = timedelta(days=1)  # how long ago something new to us may have ended


def notices_of(
    source: Source, listing: Listing, known: Mapping[str, Notice], now: datetime
) -> tuple[tuple[Notice, ...], tuple[Aside, ...]]:
    """Turn what a source told into notices.

    An announced end is an end. A state without one holds for the source's `life_s` beyond this
    reading. What a whole listing no longer names has ended, or is withdrawn if it had not begun;
    an empty one withdraws nothing, for it may as well be a gap.

    Args:
        source: Whose listing.
        listing: What was read.
        known: The source's notices so far, by id.
        now: Aware, UTC.

    Returns:
        What stands after this reading and what it ended, and why entries were set aside.
    """
    found: dict[str, Notice] = {}
    aside = list(listing.aside)
    keys: set[str] = set()
    for told in listing.told:
        if told.key in keys or len(found) >= MOST:
            aside.append(Aside.TWICE if told.key in keys else Aside.TOO_MANY)
            continue
        keys.add(told.key)
        try:
            notice = _notice(source, told, known, now)
        except AsideError as error:
            aside.append(error.why)
            continue
        if notice is not None:
            found[notice.id] = notice
    if listing.whole:
        gone = (notice for key, notice in known.items() if key not in found)
        found.update((notice.id, notice) for notice in _ended(gone, now, gap=not listing.told))
    return tuple(found.values()), tuple(aside)


def _notice(
    source: Source, told: Told, known: Mapping[str, Notice], now: datetime
) -> Notice | None:
    """The notice of one entry; None: it is past, and was so before we knew it."""
    before = _before(source, told, known, now)
    from_at = told.from_at or (before.from_at if before is not None else now)
    if before is not None and told.kind is NoticeKind.STATUS:
        from_at = min(from_at, before.from_at)  # a feed's date moves with each of its updates
    to_at = _end(source, told, from_at, now)
    if told.says in OVER:
        to_at = max(from_at, min(to_at, now))
        if before is None and to_at == from_at:
            return None
    elif to_at <= from_at:
        raise AsideError(Aside.BACKWARDS)
    elif told.kind is not NoticeKind.STATUS and to_at - from_at > LONGEST:
        raise AsideError(Aside.TOO_LONG)
    if from_at > now + AHEAD:
        raise AsideError(Aside.FAR)
    if before is None and to_at < now - PAST:
        return None
    return Notice(
        id=before.id if before is not None else _id(source, told, now),
        source=source.id,
        kind=told.kind,
        from_at=from_at,
        to_at=to_at,
        seen_at=before.seen_at if before is not None else now,
        party=source.party,
        services=told.services,
        region=told.region,
        says=told.says,
    )


def _end(source: Source, told: Told, from_at: datetime, now: datetime) -> datetime:
    if told.to_at is not None:
        return told.to_at
    if told.says in OVER:
        return now
    if told.from_at is None or told.kind is NoticeKind.STATUS:
        return max(from_at, now) + timedelta(seconds=source.life_s)
    return from_at + timedelta(seconds=source.lasts_s)


def _id(source: Source, told: Told, now: datetime) -> str:
    name = f"{source.id}:{digest(told.key)}"
    return name if told.from_at is not None else f"{name}:{int(now.timestamp())}"


def _before(
    source: Source, told: Told, known: Mapping[str, Notice], now: datetime
) -> Notice | None:
    """The notice this entry was until now; one without a begin is a new one after its end."""
    if told.from_at is not None:
        return known.get(_id(source, told, now))
    mark = f"{source.id}:{digest(told.key)}:"
    return next((n for key, n in known.items() if key.startswith(mark) and n.to_at > now), None)


def _ended(gone: Iterable[Notice], now: datetime, *, gap: bool) -> Iterator[Notice]:
    for notice in gone:
        if notice.to_at <= now or notice.says in OVER:
            continue
        if notice.kind is NoticeKind.STATUS and notice.from_at <= now:
            yield replace(notice, to_at=now, says="resolved")
        elif notice.from_at > now and not gap:
            yield replace(notice, to_at=notice.from_at, says="cancelled")
