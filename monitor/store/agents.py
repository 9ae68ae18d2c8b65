"""Agents and their invitations in and out of the database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model import Agent, Quarantine
from monitor.ports import ALL_USED
from monitor.store.errors import in_words
from monitor.store.schema import agent, invitation, look
from monitor.store.times import from_us, maybe_from_us, maybe_us, to_us

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from monitor.model import Invited

_CHUNK = 500  # ids per question: SQLite limits the parameters of a statement
_NOTED = (
    "last_seen_us",
    "clock_offset_s",
    "quarantine",
    "waiting",
    "oldest_age_s",
    "dropped",
)


def known_ids(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    """Which of these look ids are stored."""
    wanted = sorted(set(ids))
    found: set[str] = set()
    for begin in range(0, len(wanted), _CHUNK):
        query = select(look.c.id).where(look.c.id.in_(wanted[begin : begin + _CHUNK]))
        found.update(connection.scalars(query))
    return frozenset(found)


def select_agents(connection: Connection) -> tuple[Agent, ...]:
    """All agents, by vantage."""
    rows = connection.execute(select(agent).order_by(agent.c.vantage))
    return tuple(_agent(row._asdict()) for row in rows)


def put_invitation(connection: Connection, invited: Invited) -> None:
    """Add a token; a known one stays as it is."""
    connection.execute(
        upsert(invitation)
        .values(
            token_sha256=invited.token_sha256,
            vantage=invited.vantage,
            expires_at_us=to_us(invited.expires_at),
        )
        .on_conflict_do_nothing(index_elements=["token_sha256"])
    )


def invited_vantage(connection: Connection, token_sha256: str) -> str | None:
    """Whom an unused token is for."""
    return connection.scalar(
        select(invitation.c.vantage).where(
            invitation.c.token_sha256 == token_sha256, invitation.c.used_at_us.is_(None)
        )
    )


def enrol(connection: Connection, token_sha256: str, new: Agent, now: datetime) -> bool:
    """Use the token up and replace the vantage's agent; False, and nothing, if it is no good."""
    used = connection.execute(
        update(invitation)
        .where(
            invitation.c.token_sha256 == token_sha256,
            invitation.c.vantage == new.vantage,
            invitation.c.used_at_us.is_(None),
            invitation.c.expires_at_us > to_us(now),
        )
        .values(used_at_us=to_us(now))
    )
    if not used.rowcount:
        return False
    connection.execute(delete(agent).where(agent.c.vantage == new.vantage))
    connection.execute(insert(agent).values(_row(new)))
    return True


def admit(connection: Connection, vantage: str, key_id: str, sequence: int) -> int | None:
    """Write `sequence` if it is the highest of this key; else tell the highest."""
    mine = (agent.c.vantage == vantage, agent.c.key_id == key_id, agent.c.revoked_at_us.is_(None))
    written = connection.execute(
        update(agent).where(*mine, agent.c.last_sequence < sequence).values(last_sequence=sequence)
    )
    if written.rowcount:
        return None
    last = connection.scalar(select(agent.c.last_sequence).where(*mine))
    return ALL_USED if last is None else int(last)


def note(connection: Connection, stood: Agent) -> None:
    """Write how an agent stood, if its key is still the present one."""
    row = _row(stood)
    connection.execute(
        update(agent)
        .where(agent.c.vantage == stood.vantage, agent.c.key_id == stood.key_id)
        .values({name: row[name] for name in _NOTED})
    )


def revoke(connection: Connection, vantage: str, now: datetime) -> None:
    """Revoke the present key; unused tokens of the vantage are used up."""
    connection.execute(
        update(agent)
        .where(agent.c.vantage == vantage, agent.c.revoked_at_us.is_(None))
        .values(revoked_at_us=to_us(now))
    )
    connection.execute(
        update(invitation)
        .where(invitation.c.vantage == vantage, invitation.c.used_at_us.is_(None))
        .values(used_at_us=to_us(now))
    )


def read_agents(path: Path) -> tuple[Agent, ...]:
    """All agents in the database at `path`, beside a running core; changes nothing.

    Raises:
        StoreError: SQLite could not read it.
    """
    if not path.exists():
        return ()
    address = f"{path.absolute().as_uri()}?mode=ro"
    with in_words(path), closing(sqlite3.connect(address, uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'agent'").fetchone():
            return ()
        rows = connection.execute("SELECT * FROM agent ORDER BY vantage")
        return tuple(_agent(dict(row)) for row in rows)


def _row(each: Agent) -> dict[str, Any]:
    return {
        "vantage": each.vantage,
        "public_key": each.public_key,
        "key_id": each.key_id,
        "enrolled_at_us": to_us(each.enrolled_at),
        "program": each.program,
        "last_sequence": each.last_sequence,
        "last_seen_us": maybe_us(each.last_seen_at),
        "clock_offset_s": each.clock_offset_s,
        "quarantine": None if each.quarantine is None else each.quarantine.value,
        "waiting": each.waiting,
        "oldest_age_s": each.oldest_age_s,
        "dropped": each.dropped,
        "revoked_at_us": maybe_us(each.revoked_at),
    }


def _agent(row: dict[str, Any]) -> Agent:
    return Agent(
        vantage=row["vantage"],
        public_key=bytes(row["public_key"]),
        key_id=row["key_id"],
        enrolled_at=from_us(row["enrolled_at_us"]),
        program=row["program"],
        last_sequence=row["last_sequence"],
        last_seen_at=maybe_from_us(row["last_seen_us"]),
        clock_offset_s=row["clock_offset_s"],
        quarantine=None if row["quarantine"] is None else Quarantine(row["quarantine"]),
        waiting=row["waiting"],
        oldest_age_s=row["oldest_age_s"],
        dropped=row["dropped"],
        revoked_at=maybe_from_us(row["revoked_at_us"]),
    )
