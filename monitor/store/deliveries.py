"""Deliveries in and out of the database; each function runs in its caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, bindparam, case, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from monitor.model import Delivery, DeliveryState, MessageKind
from monitor.store.rules import UNDER_WAY, Turn, claimed, settled, turn_of_resolved
from monitor.store.schema import delivery
from monitor.store.times import from_us, maybe_from_us, maybe_us, to_us

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

_INSERT = insert(delivery).on_conflict_do_nothing(index_elements=["key"])
_WRITE = (
    update(delivery)
    .where(delivery.c.key == bindparam("of_key"))
    .values(
        {
            name: bindparam(f"to_{name}")
            for name in (
                "state",
                "attempt",
                "attempted_at_us",
                "retry_at_us",
                "provider_id",
                "note",
            )
        }
    )
)
_CHUNK = 500  # keys per question: SQLite limits the parameters of a statement


def put_deliveries(connection: Connection, new: Sequence[Delivery]) -> None:
    """Add deliveries; a key that exists stays as it is."""
    if new:
        connection.execute(_INSERT, [_row(each) for each in new])


def cancel_open(connection: Connection, refs: Sequence[int]) -> None:
    """Cancel the open messages of incidents; those under way are marked, not to be repeated."""
    of_them = (delivery.c.incident.in_(refs), delivery.c.kind == MessageKind.OPEN.value)
    connection.execute(
        update(delivery)
        .where(*of_them, delivery.c.state == DeliveryState.READY.value)
        .values(state=DeliveryState.CANCELLED.value)
    )
    connection.execute(
        update(delivery).where(*of_them, delivery.c.state.in_(UNDER_WAY)).values(revoked=1)
    )


def forget_outcomes(connection: Connection) -> None:
    """SENDING left by a life that ended: it may have left, so it is UNKNOWN."""
    connection.execute(
        update(delivery)
        .where(delivery.c.state == DeliveryState.SENDING.value)
        .values(state=DeliveryState.UNKNOWN.value)
    )


def claim_due(connection: Connection, limit: int, now: datetime) -> tuple[Delivery, ...]:
    """Expire, then take at most `limit` due deliveries as SENDING, oldest first."""
    now_us = to_us(now)
    connection.execute(
        update(delivery)
        .where(delivery.c.state == DeliveryState.READY.value, delivery.c.not_after_us <= now_us)
        .values(state=DeliveryState.EXPIRED.value)
    )
    opening = delivery.alias()
    opening_states = (
        select(func.group_concat(opening.c.state))
        .where(
            opening.c.incident == delivery.c.incident,
            opening.c.recipient == delivery.c.recipient,
            opening.c.kind == MessageKind.OPEN.value,
        )
        .scalar_subquery()
    )
    asked = case((delivery.c.kind == MessageKind.RESOLVED.value, opening_states))
    query = (
        select(delivery, asked.label("opening"))
        .where(
            delivery.c.state == DeliveryState.READY.value,
            or_(delivery.c.retry_at_us.is_(None), delivery.c.retry_at_us <= now_us),
        )
        .order_by(delivery.c.created_at_us, delivery.c.key)
    )
    taken: list[Delivery] = []
    dropped: list[str] = []
    with connection.execute(query) as rows:
        for row in rows:
            if len(taken) >= limit:
                break
            turn = Turn.NOW
            if row.kind == MessageKind.RESOLVED.value:
                states = row.opening.split(",") if row.opening else []
                turn = turn_of_resolved([DeliveryState(state) for state in states])
            if turn is Turn.NOW:
                taken.append(claimed(_delivery(row), now))
            elif turn is Turn.NEVER:
                dropped.append(row.key)
    _write(connection, taken)
    if dropped:
        connection.execute(
            update(delivery)
            .where(delivery.c.key == bindparam("of_key"))
            .values(state=DeliveryState.CANCELLED.value),
            [{"of_key": key} for key in dropped],
        )
    return tuple(taken)


def settle_all(connection: Connection, news: Sequence[Delivery]) -> None:
    """Write what became of deliveries under way; others stay as they are."""
    for begin in range(0, len(news), _CHUNK):
        by_key = {each.key: each for each in news[begin : begin + _CHUNK]}
        rows = connection.execute(select(delivery).where(delivery.c.key.in_(by_key))).all()
        become = [
            settled(_delivery(row), by_key[row.key], revoked=bool(row.revoked)) for row in rows
        ]
        _write(connection, [each for each in become if each is not None])


def select_unknown(connection: Connection, limit: int) -> tuple[Delivery, ...]:
    """Deliveries in UNKNOWN, oldest attempt first."""
    query = select(delivery).where(delivery.c.state == DeliveryState.UNKNOWN.value)
    query = query.order_by(delivery.c.attempted_at_us, delivery.c.key).limit(max(limit, 0))
    return tuple(_delivery(row) for row in connection.execute(query))


def select_of(connection: Connection, ref: int) -> tuple[Delivery, ...]:
    """All deliveries of an incident, oldest first."""
    query = select(delivery).where(delivery.c.incident == ref)
    query = query.order_by(delivery.c.created_at_us, delivery.c.key)
    return tuple(_delivery(row) for row in connection.execute(query))


def _write(connection: Connection, become: Sequence[Delivery]) -> None:
    if become:
        connection.execute(
            _WRITE,
            [
                {
                    "of_key": each.key,
                    "to_state": each.state.value,
                    "to_attempt": each.attempt,
                    "to_attempted_at_us": maybe_us(each.attempted_at),
                    "to_retry_at_us": maybe_us(each.retry_at),
                    "to_provider_id": each.provider_id,
                    "to_note": each.note,
                }
                for each in become
            ],
        )


def _row(each: Delivery) -> dict[str, Any]:
    return {
        "key": each.key,
        "incident": each.incident,
        "kind": each.kind.value,
        "recipient": each.recipient,
        "channel": each.channel,
        "language": each.language,
        "body": each.body,
        "segments": each.segments,
        "not_after_us": to_us(each.not_after),
        "created_at_us": to_us(each.created_at),
        "state": each.state.value,
        "attempt": each.attempt,
        "attempted_at_us": maybe_us(each.attempted_at),
        "retry_at_us": maybe_us(each.retry_at),
        "provider_id": each.provider_id,
        "note": each.note,
        "revoked": 0,
    }


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        key=row.key,
        incident=row.incident,
        kind=MessageKind(row.kind),
        recipient=row.recipient,
        channel=row.channel,
        language=row.language,
        body=row.body,
        segments=row.segments,
        not_after=from_us(row.not_after_us),
        created_at=from_us(row.created_at_us),
        state=DeliveryState(row.state),
        attempt=row.attempt,
        attempted_at=maybe_from_us(row.attempted_at_us),
        retry_at=maybe_from_us(row.retry_at_us),
        provider_id=row.provider_id,
        note=row.note,
    )
