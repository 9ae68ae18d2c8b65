"""The lines of a tape that tell what was seen, announced and true."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.core.inference.evidence import OUTCOMES, Notice, Outcome
from monitor.core.replay.fields import (
    FaultError,
    listed,
    named,
    named_or_none,
    names,
    number,
    one_of,
    shown,
)
from monitor.core.replay.reel import Truth
from monitor.model import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

TAKES_LONGEST_S = 600.0
FARTHEST_S = 1e9  # from the tape's begin
LABELS_MOST = 1000
BLIPS_MOST = 100_000
NOTICES = ("maintenance", "power_cut", "deploy")
_BYTES = {code: bytes([code]) for code in range(len(OUTCOMES))}


def started(header: Mapping[str, Any]) -> str:
    """The moment the tape begins, ISO 8601 with its offset."""
    start = named(header, "start")
    try:
        aware = datetime.fromisoformat(start).tzinfo is not None
    except ValueError:
        aware = False
    if not aware:
        raise FaultError(f"start must be a moment with its offset, not {shown(start)}")
    return start


def outcomes_of(header: Mapping[str, Any]) -> tuple[int, ...]:
    """For each number that the tape uses: the index of its outcome in `OUTCOMES`."""
    told = [
        OUTCOMES.index(Outcome(one_of({"outcome": name}, "outcome", set(Outcome))))
        for name in listed(header, "outcomes", len(OUTCOMES))
    ]
    if not told or len(set(told)) < len(told):
        raise FaultError("outcomes must name some, each once")
    return tuple(told)


def takes_of(header: Mapping[str, Any], told: Collection[int]) -> dict[Outcome, float]:
    """How long after a look begins its answer is there, s, for each outcome of the tape."""
    takes = header.get("takes_s")
    if not isinstance(takes, dict):
        raise FaultError("takes_s must be an object of seconds by outcome")
    return {
        o: number(takes, o.value, 0.0, TAKES_LONGEST_S) for o in map(OUTCOMES.__getitem__, told)
    }


def row_of(line: Mapping[str, Any], told: tuple[int, ...], slots: float) -> bytes:
    """The outcomes of a run-length encoded row, one byte per slot.

    Args:
        line: What holds `rle`: pairs of an outcome's number and how many slots it lasts.
        told: The outcomes' numbers, as `outcomes_of` gives them.
        slots: How many slots the tape lasts; a row may be off by one, durations are rounded.

    Returns:
        Indices into `OUTCOMES`. Nothing is unpacked before its length is known to be right.

    Raises:
        FaultError: Not pairs, an unknown outcome, or another length than the tape's.
    """
    most = math.ceil(slots) + 1
    total, runs = 0, listed(line, "rle", most)
    for run in runs:
        match run:
            case [int(code), int(length)] if not isinstance(code, bool) and length > 0:
                if not 0 <= code < len(told):
                    raise FaultError(f"rle holds the unknown outcome {shown(code)}")
                total += length
            case _:
                raise FaultError(f"rle must hold pairs of outcome and slots, not {shown(run)}")
        if total > most:
            raise FaultError(f"rle is longer than the tape's {slots:g} slots")
    if total < max(1, math.floor(slots) - 1):
        raise FaultError(f"rle covers {total} of the tape's {slots:g} slots")
    return b"".join(_BYTES[told[code]] * length for code, length in runs)


def notice_of(line: Mapping[str, Any], id_: str, parties: Collection[str]) -> Notice:
    """What was announced."""
    kind = NoticeKind(one_of(line, "kind", NOTICES))
    from_s = number(line, "from_s", -FARTHEST_S, FARTHEST_S)
    to_s = number(line, "to_s", -FARTHEST_S, FARTHEST_S)
    if to_s <= from_s:
        raise FaultError(f"to_s must be later than from_s, not {to_s:g}")
    party = None if line.get("party") is None else one_of(line, "party", parties)
    region = named_or_none(line, "region")
    return Notice(kind=kind, from_s=from_s, to_s=to_s, party=party, region=region, id=id_)


def truth_of(line: Mapping[str, Any]) -> Truth:
    """What was really wrong. Without a fault, its begin and end may be null."""
    onset_s, end_s = (
        None if line.get(key) is None else number(line, key, -FARTHEST_S, FARTHEST_S)
        for key in ("onset_s", "end_s")
    )
    groups = listed(line, "accept", LABELS_MOST)
    accept = tuple(names({"accept": group}, "accept", LABELS_MOST) for group in groups)
    if not all(accept):
        raise FaultError("accept holds a group without a label")
    if accept and (onset_s is None or end_s is None or end_s < onset_s):
        raise FaultError("a fault to accept needs onset_s and a later end_s")
    return Truth(
        name=named(line, "name"),
        onset_s=onset_s,
        end_s=end_s,
        accept=accept,
        tolerate=names(line, "tolerate", LABELS_MOST),
        never_name=names(line, "never_name", LABELS_MOST),
        blips=tuple(_blip(blip) for blip in listed(line, "blips", BLIPS_MOST)),
    )


def _blip(blip: Any) -> tuple[float, float, str]:
    match blip:
        case [from_s, to_s, str(label)]:
            told = {"blip": from_s, "end": to_s}
            bounds = (-FARTHEST_S, FARTHEST_S)
            return (number(told, "blip", *bounds), number(told, "end", *bounds), label)
        case _:
            raise FaultError(f"blips must hold begin, end and label, not {shown(blip)}")
