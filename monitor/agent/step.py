"""One transaction on the spool's file: the new in, the old out, a gap for what must go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.agent import rows as keeping
from monitor.agent.gaps import gap_of_row, merged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from monitor.agent.gaps import Gap
    from monitor.agent.rows import Row
    from monitor.wire.shapes import Stamp

FIRST_ASKED = 500


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done; all of it or nothing."""

    rows: Sequence[Row]
    delete: frozenset[int]
    away: frozenset[int]  # under way to the core: not to be dropped now
    gaps: dict[str, Gap]
    too_many_bytes: int  # once `rows` are in and `delete` is out
    dropped: int  # looks so far
    seen_last: Stamp | None


def carry_out(connection: Connection, step: Step) -> tuple[list[Row], dict[str, Gap]]:
    """Do it.

    Returns:
        What was dropped for want of room, and the gaps there are then.
    """
    keeping.delete(connection, step.delete)
    keeping.insert(connection, step.rows)
    dropped = _oldest_beyond(connection, step)
    keeping.delete(connection, {row.n for row in dropped})
    gaps = merged(step.gaps, [gap_of_row(row) for row in dropped])
    keeping.put_gaps(connection, list(gaps.values()))
    keeping.put_facts(
        connection,
        dropped=step.dropped + sum(row.count for row in dropped),
        seen_last=step.seen_last,
    )
    return dropped, gaps


def _oldest_beyond(connection: Connection, step: Step) -> list[Row]:
    """The oldest rows, as many as are too many; those under way to the core stay."""
    dropped: list[Row] = []
    left, asked, found = step.too_many_bytes, FIRST_ASKED, FIRST_ASKED
    while left > 0 and found == asked:
        asked *= 2
        oldest = keeping.select(connection, asked, newest=False)
        found, left, dropped = len(oldest), step.too_many_bytes, []
        for row in oldest:
            if left > 0 and row.n not in step.away:
                dropped.append(row)
                left -= row.bytes
    return dropped
