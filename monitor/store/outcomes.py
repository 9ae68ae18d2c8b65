"""Outcomes of the platform's own calls, in and out of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model import Outcome, OutcomeClass
from monitor.store.schema import outcome, outcome_batch
from monitor.store.times import DAY_US, from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

BATCHES_KEPT_US = 8 * DAY_US  # at least; older outcomes are not taken any more
QUARTER_US = 15 * 60 * 1_000_000
_ROWS_AT_ONCE = 5000


def insert_outcomes(
    connection: Connection, batch: str, outcomes: Sequence[Outcome], received_at: datetime
) -> bool:
    """Append a batch; False, and nothing changed, where its id is known."""
    at_us = to_us(received_at)
    new = upsert(outcome_batch).values(id=batch, received_at_us=at_us).on_conflict_do_nothing()
    if not connection.execute(new).rowcount:
        return False
    if outcomes:
        connection.execute(insert(outcome), [_row(each, at_us) for each in outcomes])
    return True


def select_outcomes(connection: Connection, *, since_us: int, until_us: int) -> tuple[Outcome, ...]:
    """Outcomes whose minute begins in [since, until), by minute, then as they came."""
    query = (
        select(outcome)
        .where(outcome.c.minute_us >= since_us, outcome.c.minute_us < until_us)
        .order_by(outcome.c.minute_us, outcome.c.pk)
    )
    return tuple(
        Outcome(
            service=row.service,
            operation=row.operation,
            outcome=OutcomeClass(row.outcome),
            minute_at=from_us(row.minute_us),
            count=row._mapping["count"],  # noqa: SLF001 - a row's own public API; `count` is a method
            code=row.code,
            region=row.region,
            network=row.network,
            received_at=from_us(row.received_at_us),
        )
        for row in connection.execute(query)
    )


def select_sums(connection: Connection, *, since_us: int, until_us: int) -> tuple[Outcome, ...]:
    """Outcomes whose minute begins in [since, until), summed by the quarter of an hour."""
    quarter = (outcome.c.minute_us // QUARTER_US).label("quarter")
    kind = (outcome.c.service, outcome.c.operation, outcome.c.outcome, outcome.c.code)
    query = (
        select(quarter, *kind, func.sum(outcome.c.count).label("calls"))
        .where(outcome.c.minute_us >= since_us, outcome.c.minute_us < until_us)
        .group_by(quarter, *kind)
        .order_by(quarter, *kind)
    )
    return tuple(
        Outcome(
            service=row.service,
            operation=row.operation,
            outcome=OutcomeClass(row.outcome),
            minute_at=from_us(row.quarter * QUARTER_US),
            count=row.calls,
            code=row.code,
        )
        for row in connection.execute(query)
    )


def delete_outcomes(connection: Connection, cut_us: int, now_us: int) -> bool:
    """Delete some outcomes before `cut_us`, and batches nobody can send again; True: more left.

    Args:
        connection: Inside a transaction.
        cut_us: Outcomes of minutes before it go.
        now_us: The present.
    """
    some = select(outcome.c.pk).where(outcome.c.minute_us < cut_us).limit(_ROWS_AT_ONCE)
    gone = connection.execute(delete(outcome).where(outcome.c.pk.in_(some))).rowcount
    before_us = batches_cut_us(cut_us, now_us)
    old = (
        select(outcome_batch.c.id)
        .where(outcome_batch.c.received_at_us < before_us)
        .limit(_ROWS_AT_ONCE)
    )
    known = connection.execute(delete(outcome_batch).where(outcome_batch.c.id.in_(old))).rowcount
    return _ROWS_AT_ONCE in {gone, known}


def batches_cut_us(cut_us: int, now_us: int) -> int:
    """Ids of batches that came before this are forgotten."""
    return min(cut_us, now_us - BATCHES_KEPT_US)


def _row(each: Outcome, received_at_us: int) -> dict[str, str | int | None]:
    return {
        "minute_us": to_us(each.minute_at),
        "service": each.service,
        "operation": each.operation,
        "outcome": each.outcome.value,
        "code": each.code,
        "region": each.region,
        "network": each.network,
        "count": each.count,
        "received_at_us": received_at_us,
    }
