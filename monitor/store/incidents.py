"""Incidents and their stories in and out of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model import Entry, EntryKind, Incident, IncidentState, Instant
from monitor.store.rules import FIRST_REF, refuse_to_move_closed
from monitor.store.schema import incident, incident_entry, mark
from monitor.store.times import from_us, maybe_from_us, maybe_us, to_us
from monitor.store.verdicts import verdict_of, verdict_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

_CLOSED = [state.value for state in IncidentState if state.closed]


def give_ref(connection: Connection) -> int:
    """The next reference; never the same twice."""
    first = upsert(mark).values(name="ref", value=FIRST_REF)
    given = first.on_conflict_do_update(
        index_elements=["name"], set_={"value": mark.c.value + 1}
    ).returning(mark.c.value)
    return int(connection.execute(given).scalar_one())


def put_incident(connection: Connection, moved: Incident) -> None:
    """Replace the incident's row and append what its story gained."""
    stored = connection.scalar(select(incident.c.state).where(incident.c.ref == moved.ref))
    refuse_to_move_closed(None if stored is None else IncidentState(stored), moved)
    row = _row(moved)
    connection.execute(
        upsert(incident)
        .values(row)
        .on_conflict_do_update(
            index_elements=["ref"], set_={name: row[name] for name in row if name != "ref"}
        )
    )
    told = connection.scalar(
        select(func.count()).select_from(incident_entry).where(incident_entry.c.ref == moved.ref)
    )
    entries = [
        {
            "ref": moved.ref,
            "position": position,
            "at_us": to_us(entry.at),
            "kind": entry.kind.value,
            "verdict": verdict_text(entry.verdict),
        }
        for position, entry in enumerate(moved.story)
        if position >= (told or 0)
    ]
    if entries:
        connection.execute(insert(incident_entry), entries)


def select_open(connection: Connection) -> tuple[Incident, ...]:
    """Incidents that are not closed, oldest onset first."""
    query = select(incident).where(incident.c.state.not_in(_CLOSED))
    return _incidents(connection, query.order_by(incident.c.onset_at_us, incident.c.ref))


def select_one(connection: Connection, ref: int) -> Incident | None:
    """The incident `ref`, if there is one."""
    found = _incidents(connection, select(incident).where(incident.c.ref == ref))
    return found[0] if found else None


def select_recent(connection: Connection, limit: int, *, public_only: bool) -> tuple[Incident, ...]:
    """Incidents that were not dismissed, newest onset first."""
    query = select(incident).where(incident.c.state != IncidentState.DISMISSED.value)
    if public_only:
        query = query.where(incident.c.public == 1)
    query = query.order_by(incident.c.onset_at_us.desc(), incident.c.ref.desc())
    return _incidents(connection, query.limit(max(limit, 0)))


def select_spans_us(connection: Connection) -> list[tuple[int, int | None]]:
    """Begin and end of every incident; None: it is open."""
    end = func.coalesce(incident.c.resolved_at_us, incident.c.since_at_us)
    query = select(incident.c.onset_at_us, end, incident.c.state)
    return [
        (onset_us, end_us if IncidentState(state).closed else None)
        for onset_us, end_us, state in connection.execute(query)
    ]


def _row(moved: Incident) -> dict[str, Any]:
    clear = moved.clear_since
    return {
        "ref": moved.ref,
        "subject": moved.subject,
        "state": moved.state.value,
        "verdict": verdict_text(moved.verdict),
        "onset_at_us": to_us(moved.onset_at),
        "since_at_us": to_us(moved.since.at),
        "public": int(moved.public),
        "flaps": moved.flaps,
        "advice": moved.advice,
        "next_update_at_us": maybe_us(moved.next_update_at),
        "promises_kept": moved.promises_kept,
        "promises_missed": moved.promises_missed,
        "clear_since_at_us": None if clear is None else to_us(clear.at),
        "recovered_at_us": maybe_us(moved.recovered_at),
        "resolved_at_us": maybe_us(moved.resolved_at),
        "told": int(moved.told),
    }


def _incidents(connection: Connection, query: Select[Any]) -> tuple[Incident, ...]:
    rows = connection.execute(query).all()
    refs = [row.ref for row in rows]
    stories: dict[int, list[Entry]] = {ref: [] for ref in refs}
    entries = (
        select(incident_entry)
        .where(incident_entry.c.ref.in_(refs))
        .order_by(incident_entry.c.ref, incident_entry.c.position)
    )
    for entry in connection.execute(entries):
        stories[entry.ref].append(
            Entry(from_us(entry.at_us), EntryKind(entry.kind), verdict_of(entry.verdict))
        )
    return tuple(_incident(row, stories[row.ref]) for row in rows)


def _incident(row: Row[Any], story: Iterable[Entry]) -> Incident:
    clear_at = maybe_from_us(row.clear_since_at_us)
    return Incident(
        ref=row.ref,
        subject=row.subject,
        state=IncidentState(row.state),
        verdict=verdict_of(row.verdict),
        onset_at=from_us(row.onset_at_us),
        since=Instant(from_us(row.since_at_us), 0.0),
        public=bool(row.public),
        story=tuple(story),
        flaps=row.flaps,
        advice=row.advice,
        next_update_at=maybe_from_us(row.next_update_at_us),
        promises_kept=row.promises_kept,
        promises_missed=row.promises_missed,
        clear_since=None if clear_at is None else Instant(clear_at, 0.0),
        recovered_at=maybe_from_us(row.recovered_at_us),
        resolved_at=maybe_from_us(row.resolved_at_us),
        told=bool(row.told),
    )
