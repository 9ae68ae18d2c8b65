"""Reads `govah-tape/1`: lines in, a reel or one exact error out. See docs/tapes.md."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NoReturn

from monitor.core.inference.evidence import SignalKind
from monitor.core.replay.declared import layout_of
from monitor.core.replay.fields import FaultError, named, number, one_of, shown
from monitor.core.replay.reel import Reel
from monitor.core.replay.rows import notice_of, outcomes_of, row_of, started, takes_of, truth_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from monitor.core.inference.evidence import Notice, Outcome
    from monitor.core.inference.layout import Layout
    from monitor.core.replay.reel import Truth

FORMAT = "govah-tape/1"
DURATION_LONGEST_S = 32 * 86_400.0
SLOTS_MOST = 100_000_000  # of all rows together: as many bytes
NOTICES_MOST = 100_000
SIGNALS = (SignalKind.SELF.value, SignalKind.REGIONAL_TRAFFIC.value)


class TapeError(Exception):
    """A malformed tape: which line, and what is wrong there."""

    def __init__(self, line: int, fault: str) -> None:
        super().__init__(f"line {line}: {fault}")
        self.line = line
        self.fault = fault


def read(lines: Iterable[str], *, with_truth: bool = True) -> Reel:
    """Read a tape.

    The header comes first, the world second, the truth last if at all; between them every declared
    pair has its row and the rest comes in any order. Unknown keys are ignored, empty lines too;
    anything else that does not fit is an error: a tape that is not whole is not replayed.

    Args:
        lines: The lines, decoded, of bounded length.
        with_truth: Whether the truth is read; without, its line is only seen to be the last.

    Returns:
        The tape in memory: at most `SLOTS_MOST` bytes of outcomes.

    Raises:
        TapeError: The first thing that is wrong, with its line number from 1 on.
    """
    draft, number_ = _Draft(), 0
    for number_, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            draft.take(_parsed(text), with_truth=with_truth)
        except FaultError as fault:
            raise TapeError(number_, str(fault)) from None
    try:
        return draft.whole()
    except FaultError as fault:
        raise TapeError(max(1, number_), str(fault)) from None


def _parsed(text: str) -> dict[str, Any]:
    try:
        line = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    except FaultError:
        raise
    except json.JSONDecodeError as error:
        raise FaultError(f"not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise FaultError("not JSON of ours: nested too deeply") from None
    except ValueError:
        raise FaultError("not JSON of ours: a number is too long") from None
    if not isinstance(line, dict):
        raise FaultError(f"must be an object, not {shown(line)}")
    return line


def _no_number(name: str) -> NoReturn:
    raise FaultError(f"{name} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise FaultError(f"{shown(next(k for k in keys if keys.count(k) > 1))} is there twice")
    return found


@dataclass
class _Draft:
    """What has been read so far."""

    header: Mapping[str, Any] | None = None
    told: tuple[int, ...] = ()
    takes_s: dict[Outcome, float] = field(default_factory=dict)
    duration_s: float = 0.0
    slot_s: float = 5.0
    start: str = ""
    layout: Layout | None = None
    looks: dict[tuple[str, str], bytes] = field(default_factory=dict)
    signals: dict[tuple[str, SignalKind], bytes] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    truth: Truth | None = None
    ended: bool = False
    slots: int = 0

    def take(self, line: Mapping[str, Any], *, with_truth: bool) -> None:
        """Take one line."""
        kind = one_of(line, "type", ("tape", "world", "notice", "looks", "signal", "truth"))
        if self.ended:
            raise FaultError("the truth must be the last line")
        due = "tape" if self.header is None else "world" if self.layout is None else None
        if due is not None and kind != due:
            raise FaultError(f"the line of type {due} must come before {kind}")
        if due is None and kind in ("tape", "world"):
            raise FaultError(f"a second line of type {kind}")
        if kind == "truth":
            self.ended = True
            self.truth = truth_of(line) if with_truth else None
        else:
            takers: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
                "tape": self._head, "world": self._world, "notice": self._notice,
                "looks": self._looks, "signal": self._signal,
            }  # fmt: skip
            takers[kind](line)

    def _head(self, line: Mapping[str, Any]) -> None:
        one_of(line, "format", (FORMAT,))
        named(line, "id")
        self.start = started(line)
        self.duration_s = number(line, "duration_s", 1.0, DURATION_LONGEST_S)
        self.slot_s = number(line, "slot_s", 1.0, 3600.0)
        self.told = outcomes_of(line)
        self.takes_s = takes_of(line, self.told)
        self.header = line

    def _world(self, line: Mapping[str, Any]) -> None:
        self.layout = layout_of(line)

    def _notice(self, line: Mapping[str, Any]) -> None:
        if len(self.notices) >= NOTICES_MOST:
            raise FaultError(f"more than {NOTICES_MOST} notices")
        layout = self._layout()
        parties = (layout.platform, *layout.upstreams)
        self.notices.append(notice_of(line, f"n{len(self.notices) + 1}", parties))

    def _looks(self, line: Mapping[str, Any]) -> None:
        layout = self._layout()
        vantage = _known(line, "vantage", layout.places)
        pair = (vantage, _known(line, "target", layout.things))
        if pair not in layout.every_s:
            raise FaultError(
                f"the world declares no look at {shown(pair[1])} from {shown(vantage)}"
            )
        if pair in self.looks:
            raise FaultError(f"a second row of {shown(pair[1])} from {shown(vantage)}")
        self.looks[pair] = self._row(line)

    def _signal(self, line: Mapping[str, Any]) -> None:
        vantage = _known(line, "vantage", self._layout().places)
        signal = (vantage, SignalKind(one_of(line, "signal", SIGNALS)))
        if signal in self.signals:
            raise FaultError(f"a second row of {signal[1]} from {shown(vantage)}")
        self.signals[signal] = self._row(line)

    def _row(self, line: Mapping[str, Any]) -> bytes:
        row = row_of(line, self.told, self.duration_s / self.slot_s)
        self.slots += len(row)
        if self.slots > SLOTS_MOST:
            raise FaultError(f"more than {SLOTS_MOST} slots in all rows together")
        return row

    def _layout(self) -> Layout:
        if self.layout is None:
            raise FaultError("the world is missing")
        return self.layout

    def whole(self) -> Reel:
        """The tape, if nothing is missing."""
        if self.header is None:
            raise FaultError("the tape is empty")
        layout = self._layout()
        for vantage, target in layout.looks:
            if (vantage, target) not in self.looks:
                raise FaultError(f"ends without the row of {shown(target)} from {shown(vantage)}")
        return Reel(
            id=named(self.header, "id"),
            start=self.start,
            duration_s=self.duration_s,
            layout=replace(layout, signals=tuple(self.signals)),
            looks=self.looks,
            signals=self.signals,
            notices=tuple(self.notices),
            truth=self.truth,
            slot_s=self.slot_s,
            takes_s=self.takes_s,
        )


def _known(line: Mapping[str, Any], key: str, known: Mapping[str, object]) -> str:
    value = named(line, key)
    if value not in known:
        raise FaultError(f"unknown {key} {shown(value)}")
    return value
