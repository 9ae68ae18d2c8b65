"""Deleting what is too old, a little at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.store.retention import BEGINNING_US
from monitor.store.schema import look, mark, rollup

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from monitor.model import Grain

_ROWS_AT_ONCE = 5000  # some 50 ms of the writer
_STRETCHES_AT_ONCE = 200

Stretch = tuple[str, int, int]  # target, begin and end in microseconds


def looks_from_us(connection: Connection) -> int:
    """The begin of the oldest day whose looks are complete."""
    value = connection.scalar(select(mark.c.value).where(mark.c.name == "looks_from_us"))
    return BEGINNING_US if value is None else int(value)


def advance_looks_from(connection: Connection, cut_us: int) -> None:
    """Looks before `cut_us` may be gone from now on; never goes back."""
    new = upsert(mark).values(name="looks_from_us", value=cut_us)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=["name"], set_={"value": cut_us}, where=mark.c.value < cut_us
        )
    )


def delete_looks(connection: Connection, stretches: list[Stretch]) -> list[Stretch]:
    """Delete some looks; returns the stretches that still may hold some."""
    rest = list(stretches)
    room = _ROWS_AT_ONCE
    for target, begin_us, end_us in stretches[:_STRETCHES_AT_ONCE]:
        some = (
            select(look.c.pk)
            .where(
                look.c.target == target,
                look.c.started_at_us >= begin_us,
                look.c.started_at_us < end_us,
            )
            .limit(room)
        )
        room -= connection.execute(delete(look).where(look.c.pk.in_(some))).rowcount
        if room <= 0:
            break
        rest.pop(0)
    return rest


def delete_figures(connection: Connection, grain: Grain, cut_us: int) -> bool:
    """Delete some figures of stretches before `cut_us`; True: there may be more."""
    key = (rollup.c.grain, rollup.c.bucket_start_us, rollup.c.target, rollup.c.vantage)
    some = (
        select(*key)
        .where(rollup.c.grain == grain.value, rollup.c.bucket_start_us < cut_us)
        .limit(_ROWS_AT_ONCE)
    )
    gone = connection.execute(delete(rollup).where(tuple_(*key).in_(some))).rowcount
    return gone == _ROWS_AT_ONCE
