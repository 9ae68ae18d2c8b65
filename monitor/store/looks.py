"""Looks in and out of the database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, bindparam, func, or_, select
from sqlalchemy.dialects.sqlite import dialect, insert

from monitor.model import (
    Certificate,
    Failure,
    Observation,
    Phase,
    SelfHealth,
    Sighting,
    Timings,
    Void,
)
from monitor.store.figures import duration_us
from monitor.store.schema import certificate, dirty, look
from monitor.store.steps import steps_from_text, steps_to_text
from monitor.store.times import MINUTE_US, from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

_CERTIFICATE = ("subject", "issuer", "names", "not_before_us", "not_after_us")
_COLUMNS = [column for column in look.columns if column.name != "pk"]
# Compiled once and handed to the driver as tuples: twice as fast as Core's executemany.
_INSERT_LOOK = str(
    insert(look)
    .values({column.name: bindparam(column.name) for column in _COLUMNS})
    .on_conflict_do_nothing(index_elements=["id"])
    .compile(dialect=dialect())
)
_NEW_CERTIFICATE = insert(certificate)
_TOLD_CERTIFICATE = _NEW_CERTIFICATE.on_conflict_do_nothing(index_elements=["sha256"])
# What we saw ourselves is in place of what an agent told, who may tell anything.
_SEEN_CERTIFICATE = _NEW_CERTIFICATE.on_conflict_do_update(
    index_elements=["sha256"],
    set_={name: _NEW_CERTIFICATE.excluded[name] for name in _CERTIFICATE},
    where=or_(*(certificate.c[name] != _NEW_CERTIFICATE.excluded[name] for name in _CERTIFICATE)),
)
_INSERT_DIRTY = insert(dirty).on_conflict_do_nothing(index_elements=["minute_us", "target"])


def insert_looks(connection: Connection, looks: Sequence[Observation]) -> None:
    """Append looks and mark their minutes for counting; known ids are passed over."""
    if not looks:
        return
    known = _keep_certificates(connection, looks)
    rows = [_row(each, known) for each in looks]
    connection.exec_driver_sql(_INSERT_LOOK, rows)
    minutes = {
        (us - us % MINUTE_US, each.target) for each in looks for us in (to_us(each.started_at),)
    }
    connection.execute(
        _INSERT_DIRTY, [{"minute_us": us, "target": target} for us, target in sorted(minutes)]
    )


def select_looks(
    connection: Connection, *, targets: Sequence[str], since_us: int, until_us: int, limit: int
) -> tuple[Observation, ...]:
    """Looks at `targets` that began in [since, until), oldest first."""
    query = (
        select(look, certificate)
        .outerjoin(certificate)
        .where(
            look.c.target.in_(targets),
            look.c.started_at_us >= since_us,
            look.c.started_at_us < until_us,
        )
        .order_by(look.c.started_at_us, look.c.pk)
        .limit(max(limit, 0))
    )
    return tuple(_observation(row) for row in connection.execute(query))


def targets_looked_at(connection: Connection) -> list[str]:
    """Every target with a look, by name; found by hops along the index instead of a scan."""
    found: list[str] = []
    query = select(look.c.target).order_by(look.c.target).limit(1)
    target = connection.scalar(query)
    while target is not None:
        found.append(target)
        target = connection.scalar(query.where(look.c.target > target))
    return found


def newest_look_us(connection: Connection) -> int | None:
    """When the newest look began."""
    newest = select(func.max(look.c.started_at_us))
    return max(
        (
            connection.scalar(newest.where(look.c.target == target)) or 0
            for target in targets_looked_at(connection)
        ),
        default=None,
    )


def _keep_certificates(connection: Connection, looks: Sequence[Observation]) -> dict[str, int]:
    told, seen = (
        {
            each.sighting.certificate.sha256: each.sighting.certificate
            for each in looks
            if each.sighting.certificate is not None and (each.received_at is None) is ours
        }
        for ours in (False, True)
    )
    for statement, certificates in ((_TOLD_CERTIFICATE, told), (_SEEN_CERTIFICATE, seen)):
        rows = [_certificate_row(each) for each in certificates.values()]
        if rows:
            connection.execute(statement, rows)
    shown = told | seen
    if not shown:
        return {}
    query = select(certificate.c.sha256, certificate.c.pk).where(certificate.c.sha256.in_(shown))
    return {row.sha256: row.pk for row in connection.execute(query)}


def _certificate_row(shown: Certificate) -> dict[str, Any]:
    return {
        "sha256": shown.sha256,
        "subject": _storable(shown.subject),
        "issuer": _storable(shown.issuer),
        "names": json.dumps(shown.names),
        "not_before_us": to_us(shown.not_before),
        "not_after_us": to_us(shown.not_after),
    }


def _row(each: Observation, certificates: dict[str, int]) -> tuple[Any, ...]:
    seen, timings, health = each.sighting, each.sighting.timings, each.health
    shown = seen.certificate
    return (
        each.id,
        each.check,
        each.vantage,
        each.target,
        to_us(each.started_at),
        each.started_mono_s,
        each.duration_s,
        duration_us(each),
        int(each.slow),
        None if each.void is None else each.void.value,
        seen.phase.value,
        None if seen.failure is None else seen.failure.value,
        _storable(seen.detail),
        timings.dns_s,
        timings.connect_s,
        timings.tls_s,
        timings.wait_s,
        timings.transfer_s,
        seen.address,
        seen.http_status,
        None if seen.code is None else _storable(seen.code),
        seen.body_bytes,
        None if shown is None else certificates[shown.sha256],
        None if shown is None else int(shown.verified),
        health.lag_s,
        health.clock_step_s,
        health.open_files,
        health.open_files_limit,
        health.paused_s,
        health.starved,
        health.memory,
        health.clock_error_s,
        steps_to_text(each.steps) if each.steps else None,
        None if each.received_at is None else to_us(each.received_at),
        int(each.late),
    )


def _storable(text: str) -> str:
    """Half a surrogate pair, which JSON of the other side may hold, has no place in UTF-8."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def _observation(row: Row[Any]) -> Observation:
    values: tuple[Any, ...] = tuple(row)
    (
        _pk, look_id, check, vantage, target, started_at_us, started_mono_s, duration_s, _took_us,
        slow, void, phase, failure, detail, dns_s, connect_s, tls_s, wait_s, transfer_s, address,
        http_status, code, body_bytes, _certificate, verified, lag_s, clock_step_s, open_files,
        open_files_limit, paused_s, starved, memory, clock_error_s, steps, received_at_us, late,
        *shown,
    ) = values  # fmt: skip
    return Observation(
        id=look_id,
        check=check,
        vantage=vantage,
        target=target,
        started_at=from_us(started_at_us),
        started_mono_s=started_mono_s,
        duration_s=duration_s,
        slow=bool(slow),
        void=None if void is None else Void(void),
        sighting=Sighting(
            phase=Phase(phase),
            failure=None if failure is None else Failure(failure),
            detail=detail,
            timings=Timings(dns_s, connect_s, tls_s, wait_s, transfer_s),
            address=address,
            http_status=http_status,
            code=code,
            body_bytes=body_bytes,
            certificate=None if verified is None else _certificate_of(shown, verified=verified),
        ),
        health=SelfHealth(
            lag_s,
            clock_step_s,
            open_files,
            open_files_limit,
            paused_s,
            starved,
            memory,
            clock_error_s,
        ),
        steps=() if steps is None else steps_from_text(steps),
        received_at=None if received_at_us is None else from_us(received_at_us),
        late=bool(late),
    )


def _certificate_of(shown: list[Any], *, verified: int) -> Certificate:
    _pk, sha256, subject, issuer, names, not_before_us, not_after_us = shown
    return Certificate(
        sha256=sha256,
        subject=subject,
        issuer=issuer,
        names=tuple(json.loads(names)),
        not_before=from_us(not_before_us),
        not_after=from_us(not_after_us),
        verified=bool(verified),
    )
