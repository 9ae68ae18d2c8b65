"""Writes an episode as a tape, so that it can be kept and replayed by file."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from monitor.core.inference.evidence import OUTCOMES, SignalKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.core.inference.layout import Layout
    from monitor.core.replay.reel import Reel, Truth

FORMAT = "govah-tape/1"
_TOLD = (SignalKind.SELF, SignalKind.REGIONAL_TRAFFIC)


def to_lines(reel: Reel) -> Iterator[str]:
    """A tape in memory as lines of `govah-tape/1` (docs/tapes.md), without line ends.

    Raises:
        ValueError: If the tape has signals that the format has no word for.
    """
    unknown = sorted({kind.value for _, kind in reel.signals if kind not in _TOLD})
    if unknown:
        raise ValueError(f"{FORMAT} has no signal {', '.join(unknown)}")
    for line in _lines(reel):
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def _lines(reel: Reel) -> Iterator[Mapping[str, Any]]:
    yield {
        "type": "tape",
        "format": FORMAT,
        "id": reel.id,
        "start": reel.start,
        "duration_s": reel.duration_s,
        "slot_s": reel.slot_s,
        "outcomes": [outcome.value for outcome in OUTCOMES],
        "takes_s": {outcome.value: reel.takes_s[outcome] for outcome in OUTCOMES},
    }
    yield _world(reel.layout)
    for notice in reel.notices:
        where = {"party": notice.party, "region": notice.region}
        told = {key: value for key, value in where.items() if value is not None}
        span = {"from_s": notice.from_s, "to_s": notice.to_s}
        yield {"type": "notice", "kind": notice.kind.value, **told, **span}
    for (vantage, target), row in reel.looks.items():
        yield {"type": "looks", "vantage": vantage, "target": target, "rle": _rle(row)}
    for (vantage, kind), row in reel.signals.items():
        yield {"type": "signal", "vantage": vantage, "signal": kind.value, "rle": _rle(row)}
    if reel.truth is not None:
        yield _truth(reel.truth)


def _world(layout: Layout) -> Mapping[str, Any]:
    parties = [{"id": layout.platform, "kind": "platform"}]
    parties += [{"id": upstream, "kind": "upstream"} for upstream in layout.upstreams]
    vantages = [
        {
            "id": place.id,
            "country": place.country,
            "region": place.region,
            "network": place.network,
            "at": "platform" if place.at_platform else None,
        }
        for place in layout.places.values()
    ]
    targets = []
    for thing in layout.things.values():
        maybe = {
            "party": thing.party,
            "upstream": thing.upstream,
            "scope": None if thing.scope is None else thing.scope.value,
            "operations": list(thing.operations) or None,
        }
        told = {key: value for key, value in maybe.items() if value is not None}
        targets.append({"id": thing.id, "role": thing.role.value, **told})
    return {
        "type": "world",
        "parties": parties,
        "vantages": vantages,
        "targets": targets,
        "shared": [{"id": id_, "serves": list(serves)} for id_, serves in layout.shared.items()],
        "looks": [list(pair) for pair in layout.looks],
        "every_s": layout.signal_every_s,
    }


def _truth(truth: Truth) -> Mapping[str, Any]:
    return {
        "type": "truth",
        "name": truth.name,
        "onset_s": truth.onset_s,
        "end_s": truth.end_s,
        "accept": [list(group) for group in truth.accept],
        "tolerate": list(truth.tolerate),
        "never_name": list(truth.never_name),
        "blips": [list(blip) for blip in truth.blips],
    }


def _rle(row: bytes) -> list[list[int]]:
    return [[code, sum(1 for _ in run)] for code, run in groupby(row)]
