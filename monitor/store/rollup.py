"""Raw looks → minutes → hours → days, inside the database.

Every stretch that a look touched since the last time is computed again from the level below, so a
late look counts like any other and running twice changes nothing. What counts as what is defined
in `monitor.store.figures`; a test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Text, and_, bindparam, case, delete, func, insert, literal, select

from monitor.model import Figure, Grain, Void
from monitor.store.figures import Counts, figure
from monitor.store.prune import looks_from_us
from monitor.store.schema import dirty, look, rollup
from monitor.store.times import MINUTE_US

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Insert

    from monitor.store.buckets import Buckets

_MINUTES_AT_ONCE = 60  # the writer is free for others between batches

_counts = look.c.void.is_(None)
_missed = look.c.void == Void.MISSED.value
_failed = and_(_counts, look.c.failure.is_not(None))
_slow = and_(_counts, look.c.failure.is_(None), look.c.slow == 1)
_void = and_(look.c.void.is_not(None), look.c.void != Void.MISSED.value)
_took_us = case((_counts, look.c.duration_us), else_=0)


def _times(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


_MINUTE = (
    insert(rollup)
    .prefix_with("OR REPLACE")
    .from_select(
        [column.name for column in rollup.columns],
        select(
            literal(Grain.MINUTE.value, Text),
            dirty.c.minute_us,
            dirty.c.target,
            look.c.vantage,
            _times(_counts),
            _times(_failed),
            _times(_slow),
            _times(_void),
            _times(_missed),
            func.sum(_took_us),
            func.max(_took_us),
        )
        .join(
            look,
            and_(
                look.c.target == dirty.c.target,
                look.c.started_at_us >= dirty.c.minute_us,
                look.c.started_at_us < dirty.c.minute_us + MINUTE_US,
            ),
        )
        .where(dirty.c.minute_us.between(bindparam("first_us"), bindparam("last_us")))
        .group_by(dirty.c.minute_us, dirty.c.target, look.c.vantage),
    )
)


def _coarser(grain: Grain, finer: Grain) -> Insert:
    return (
        insert(rollup)
        .prefix_with("OR REPLACE")
        .from_select(
            [column.name for column in rollup.columns],
            select(
                literal(grain.value, Text),
                bindparam("begin_us", type_=rollup.c.bucket_start_us.type),
                rollup.c.target,
                rollup.c.vantage,
                *(
                    func.sum(rollup.c[name])
                    for name in ("looks", "failed", "slow", "void", "missed", "duration_sum_us")
                ),
                func.max(rollup.c.duration_max_us),
            )
            .where(
                rollup.c.grain == finer.value,
                rollup.c.bucket_start_us >= bindparam("begin_us"),
                rollup.c.bucket_start_us < bindparam("end_us"),
            )
            .group_by(rollup.c.target, rollup.c.vantage),
        )
    )


_COARSER = {
    Grain.HOUR: _coarser(Grain.HOUR, Grain.MINUTE),
    Grain.DAY: _coarser(Grain.DAY, Grain.HOUR),
}


def roll_up_some(connection: Connection, now_us: int, buckets: Buckets) -> bool:
    """Compute the oldest touched minutes, their hours and days again; True: there is more to do."""
    # Of a day whose looks are partly gone nothing may be computed again.
    connection.execute(delete(dirty).where(dirty.c.minute_us < looks_from_us(connection)))
    minutes = connection.scalars(
        select(dirty.c.minute_us)
        .distinct()
        .where(dirty.c.minute_us <= now_us)
        .order_by(dirty.c.minute_us)
        .limit(_MINUTES_AT_ONCE)
    ).all()
    if not minutes:
        return False
    reach = {"first_us": minutes[0], "last_us": minutes[-1]}
    connection.execute(_MINUTE, reach)
    for grain, statement in _COARSER.items():
        begins = sorted({buckets.begin_us(grain, us) for us in minutes})
        connection.execute(
            statement, [{"begin_us": us, "end_us": buckets.end_us(grain, us)} for us in begins]
        )
    connection.execute(
        delete(dirty).where(dirty.c.minute_us.between(reach["first_us"], reach["last_us"]))
    )
    return len(minutes) == _MINUTES_AT_ONCE


def select_figures(
    connection: Connection, grain: Grain, *, since_us: int, until_us: int, target: str | None
) -> tuple[Figure, ...]:
    """Figures whose stretch begins in [since, until), by begin, target and vantage."""
    query = select(rollup).where(
        rollup.c.grain == grain.value,
        rollup.c.bucket_start_us >= since_us,
        rollup.c.bucket_start_us < until_us,
    )
    if target is not None:
        query = query.where(rollup.c.target == target)
    query = query.order_by(rollup.c.bucket_start_us, rollup.c.target, rollup.c.vantage)
    return tuple(
        figure(grain, begin_us, of_target, vantage, Counts(*counts))
        for _grain, begin_us, of_target, vantage, *counts in connection.execute(query)
    )
