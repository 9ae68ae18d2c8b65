"""Notices, in and out of the database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model import Notice, NoticeKind
from monitor.store.schema import notice
from monitor.store.times import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

_ROWS_AT_ONCE = 5000


def put_notices(connection: Connection, notices: Sequence[Notice]) -> None:
    """Store each notice; one told again takes the place of its former self.

    When we first learnt of it stays.
    """
    rows = [_row(each) for each in notices]
    if not rows:
        return
    new = upsert(notice)
    told = {name: new.excluded[name] for name in rows[0] if name not in {"id", "seen_at_us"}}
    seen_at_us = func.min(notice.c.seen_at_us, new.excluded.seen_at_us)
    connection.execute(
        new.on_conflict_do_update(index_elements=["id"], set_=told | {"seen_at_us": seen_at_us}),
        rows,
    )


def select_notices(connection: Connection, *, since_us: int, until_us: int) -> tuple[Notice, ...]:
    """Notices whose stretch touches [since, until), by begin and id."""
    query = (
        select(notice)
        .where(notice.c.from_at_us < until_us, notice.c.to_at_us >= since_us)
        .order_by(notice.c.from_at_us, notice.c.id)
    )
    return tuple(
        Notice(
            id=row.id,
            source=row.source,
            kind=NoticeKind(row.kind),
            from_at=from_us(row.from_at_us),
            to_at=from_us(row.to_at_us),
            seen_at=from_us(row.seen_at_us),
            party=row.party,
            services=tuple(json.loads(row.services)),
            region=row.region,
            says=row.says,
        )
        for row in connection.execute(query)
    )


def delete_notices(connection: Connection, begin_us: int, end_us: int) -> bool:
    """Delete some notices that lie wholly in [begin, end); True: there may be more."""
    some = (
        select(notice.c.id)
        .where(notice.c.from_at_us >= begin_us, notice.c.to_at_us < end_us)
        .limit(_ROWS_AT_ONCE)
    )
    gone = connection.execute(delete(notice).where(notice.c.id.in_(some))).rowcount
    return gone == _ROWS_AT_ONCE


def _row(each: Notice) -> dict[str, str | int | None]:
    return {
        "id": each.id,
        "source": each.source,
        "kind": each.kind.value,
        "from_at_us": to_us(each.from_at),
        "to_at_us": to_us(each.to_at),
        "seen_at_us": to_us(each.seen_at),
        "party": each.party,
        "services": json.dumps(each.services),
        "region": each.region,
        "says": each.says,
    }
