"""The timeline of looks as geometry: pure, colours live in the style sheet.

Rows are vantages grouped by target. Labels stand where reading starts; time runs left to right in
every language, so that two languages show the same picture (looks/LOOKS.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.core.lookmap import Cell, Group, LookMap

WIDTH = 720
_LABELS, _EDGE, _ROW, _HEAD, _GAP, _TOP = 124, 14, 14, 27, 10, 46
_BRICK, _LEAST_BRICK = 12.0, 4.0
_BELOW = 7.0  # between one row's bricks and the next one's
LATE = "late"  # the mark below looks that came late
_MOST_TICKS = 7
_NARROW = 96  # a stretch shorter than this has no room for labels inside
_STEPS_S = (5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400)


@dataclass(frozen=True, slots=True)
class Label:
    """A text and where it begins."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """One group of targets; `paths` are the marks by state."""

    state: str
    y: float
    height: float
    icon_x: float
    name: Label
    total: Label
    rows: tuple[Label, ...]
    paths: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A moment on the axis."""

    x: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture, in units of its own view box."""

    height: float
    top: float
    bottom: float
    blocks: tuple[Block, ...]
    ticks: tuple[Tick, ...]
    onset_x: float
    end_x: float
    narrow: bool  # no room for labels between onset and end
    before: str  # text anchor of the onset's label
    after: str  # text anchor of the end's label
    label_x: float

    @property
    def marks_late(self) -> bool:
        """Whether any look is marked as late."""
        return any(state == LATE for block in self.blocks for state, _ in block.paths)


@dataclass(frozen=True, slots=True)
class Names:
    """What a group and its rows are called, and its total."""

    name: str
    total: str
    rows: tuple[str, ...]


def draw(picture: LookMap, names: tuple[Names, ...], *, rtl: bool, time_zone: str) -> Drawing:
    """Lay the picture out.

    Args:
        picture: The looks.
        names: One for each group, in the same order.
        rtl: Whether labels stand at the right.
        time_zone: Whose clock the axis shows.
    """
    left, right = (_EDGE, WIDTH - _LABELS) if rtl else (_LABELS, WIDTH - _EDGE)
    pitch = (right - left) / picture.columns
    start, end = (WIDTH, 0) if rtl else (0, WIDTH)
    length_s = (picture.until - picture.since).total_seconds()

    def across(at: datetime) -> float:
        share = (at - picture.since).total_seconds() / length_s
        return round(left + min(1.0, max(0.0, share)) * (right - left), 1)

    blocks, y = [], float(_TOP)
    for group, called in zip(picture.groups, names, strict=True):
        rows_y = [y + _HEAD + (i + 0.5) * _ROW for i in range(len(group.rows))]
        height = _HEAD + len(group.rows) * _ROW + 3
        blocks.append(
            Block(
                state=group_state(group),
                y=y,
                height=height,
                icon_x=WIDTH - 23 if rtl else 9,
                name=Label(abs(start - 28), y + 18, called.name),
                total=Label(abs(end - 8), y + 18, called.total),
                rows=tuple(
                    Label(abs(start - 28), mid + 4, row)
                    for mid, row in zip(rows_y, called.rows, strict=True)
                ),
                paths=_marks(group, rows_y, left, pitch),
            )
        )
        y += height + _GAP
    onset_x, end_x = across(picture.onset_at), across(picture.ended_at)
    narrow = end_x - onset_x < _NARROW
    return Drawing(
        height=y + 12,
        top=_TOP - 4,
        bottom=y - _GAP + 4,
        blocks=tuple(blocks),
        ticks=tuple(Tick(across(at), at) for at in _ticks(picture, time_zone)),
        onset_x=onset_x,
        end_x=end_x,
        narrow=narrow,
        before=("start" if rtl else "end") if narrow else "middle",
        after=("end" if rtl else "start") if narrow else "middle",
        label_x=abs(start - 28),
    )


def group_state(group: Group) -> str:
    """Return how a group fared over the incident: fine, partial, outage or blind."""
    if not group.looks:
        return "blind"
    if group.answered == group.looks:
        return "fine"
    return "partial" if group.answered * 2 > group.looks else "outage"


def _marks(
    group: Group, rows_y: list[float], left: float, pitch: float
) -> tuple[tuple[str, str], ...]:
    marks: dict[str, list[str]] = {}
    for row, mid in zip(group.rows, rows_y, strict=True):
        for cell in row.cells:
            x = round(left + (cell.column + 0.5) * pitch, 1)
            state, path = _mark(cell, x, mid, pitch)
            marks.setdefault(state, []).append(path)
        late = [cell.column for cell in row.cells if cell.late]
        if late:
            marks.setdefault(LATE, []).extend(_underline(late, left, mid, pitch))
    return tuple((state, "".join(parts)) for state, parts in marks.items())


def _underline(columns: list[int], left: float, mid: float, pitch: float) -> Iterator[str]:
    """Draw one line below each run of neighbouring columns; those given are in order."""
    for _, run in groupby(enumerate(columns), key=lambda each: each[1] - each[0]):
        together = [column for _, column in run]
        x, length = left + together[0] * pitch, len(together) * pitch
        yield f"M{x:.1f} {mid + _BELOW:g}h{length:.1f}"


def _mark(cell: Cell, x: float, mid: float, pitch: float) -> tuple[str, str]:
    """Draw the looks of one cell; the height of a brick is the share of them that failed."""
    if cell.failed:
        height = round(max(_LEAST_BRICK, _BRICK * cell.failed / cell.looks), 1)
        return "outage", f"M{x} {mid - height / 2:g}v{height:g}"
    if cell.slow:
        return "slow", f"M{x - 2:g} {mid:g}a2 2 0 1 0 4 0a2 2 0 1 0-4 0"
    if cell.fine:
        return "fine", f"M{x} {mid:g}h0"
    return "blind", f"M{x - pitch / 2:.1f} {mid - 5.5:g}h{pitch:.1f}v11h-{pitch:.1f}z"


def _ticks(picture: LookMap, time_zone: str) -> Iterator[datetime]:
    length_s = (picture.until - picture.since).total_seconds()
    step_s = next((s for s in _STEPS_S if length_s / s <= _MOST_TICKS), _STEPS_S[-1])
    local = picture.since.astimezone(ZoneInfo(time_zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    passed_s = (local - midnight).total_seconds()
    at = midnight + timedelta(seconds=-(-passed_s // step_s) * step_s)
    while at < picture.until:
        yield at
        at += timedelta(seconds=step_s)
