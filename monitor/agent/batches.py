"""A batch as it travels: the looks' own text, put together without being read again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from monitor.wire.looks import HealthWire
from monitor.wire.messages import Batch, SpoolWire
from monitor.wire.shapes import Stamp

if TYPE_CHECKING:
    from monitor.agent.rows import Row
    from monitor.agent.spool import SpoolState
    from monitor.model import Instant, SelfHealth

_NO_LOOKS = '"looks":[]'


@dataclass(frozen=True, slots=True)
class Pending:
    """Looks that travel under one id, however often they are sent."""

    id: str
    rows: tuple[Row, ...]


def batch_body(
    pending: Pending, *, now: Instant, boot: str, health: SelfHealth, spool: SpoolState
) -> bytes:
    """The body of POST /looks.

    Args:
        pending: What is sent.
        now: The moment of sending, by our clocks: the core dates the looks by it.
        boot: Which boot `now.mono_s` counts from.
        health: Our own condition since the last batch.
        spool: How full it is.
    """
    head = Batch(
        version=1,
        batch=pending.id,
        sent=Stamp(wall=now.at, mono=now.mono_s, boot=boot),
        looks=[],
        health=HealthWire(**asdict(health)),
        spool=SpoolWire(
            waiting=spool.waiting, oldest_age_s=spool.oldest_age_s, dropped=spool.dropped
        ),
    ).model_dump_json()
    looks = ",".join(row.look for row in pending.rows)
    return head.replace(_NO_LOOKS, f'"looks":[{looks}]', 1).encode()
