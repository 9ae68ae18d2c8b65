"""What was looked at and could not be kept: a gap has a begin, an end and a count, per check."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from monitor.model import Phase, Void
from monitor.wire.looks import LookWire, SightingWire
from monitor.wire.shapes import Count, Name, Stamp, Wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.agent.rows import Row


class Gap(Wire):
    """Looks of one check that were dropped."""

    check: Name
    vantage: Name
    target: Name
    count: Count
    first: Stamp  # begin of the first
    last: Stamp  # begin of the last

    @property
    def duration_s(self) -> float:
        """From the begin of the first to the begin of the last."""
        if self.first.boot == self.last.boot:
            return max(0.0, self.last.mono - self.first.mono)
        return max(0.0, (self.last.wall - self.first.wall).total_seconds())

    def as_look(self, look_id: str, n: int) -> str:
        """The gap as a look that says nothing but how many are not there."""
        look = LookWire(
            n=n,
            id=look_id,
            check=self.check,
            vantage=self.vantage,
            target=self.target,
            at=self.first,
            duration_s=self.duration_s,
            sighting=SightingWire(phase=Phase.START, detail=f"{self.count} looks"),
            void=Void.SPOOL_FULL,
        )
        return look.model_dump_json(exclude_defaults=True)


def gap_of_row(row: "Row") -> Gap:
    """The gap that one dropped row leaves."""
    look: dict[str, Any] = from_json(row.look)
    at = row.stamp
    return Gap(
        check=row.check,
        vantage=look["vantage"],
        target=look["target"],
        count=row.count,
        first=at,
        last=at,
    )


def merged(gaps: "Mapping[str, Gap]", more: "Iterable[Gap]") -> dict[str, Gap]:
    """The gaps by check once `more` of them, later ones, are there too."""
    wide = dict(gaps)
    for gap in more:
        before = wide.get(gap.check)
        wide[gap.check] = (
            gap
            if before is None
            else before.model_copy(update={"count": before.count + gap.count, "last": gap.last})
        )
    return wide
