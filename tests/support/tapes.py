"""Small tapes: two vantages, one upstream, a minute or more."""

from __future__ import annotations

import json
from typing import Any

from monitor.core.inference.evidence import OUTCOMES

OK, FAILED, LATE = (OUTCOMES.index(name) for name in ("ok", "http_5xx", "read_timeout"))
PAIRS = [
    [vantage, target]
    for vantage in ("here", "there")
    for target in ("panel.front", "panel.relay", "ins.front", "ins.deed", "near", "far")
]


def header(duration_s: float = 300.0, **changes: Any) -> dict[str, Any]:
    return {
        "type": "tape",
        "format": "govah-tape/1",
        "id": "small-1",
        "start": "2026-11-22T12:00:00Z",
        "duration_s": duration_s,
        "slot_s": 5,
        "outcomes": [outcome.value for outcome in OUTCOMES],
        "takes_s": {outcome.value: 0.5 for outcome in OUTCOMES} | {"read_timeout": 10.0},
    } | changes


def world(**changes: Any) -> dict[str, Any]:
    return {
        "type": "world",
        "parties": [{"id": "panel", "kind": "platform"}, {"id": "ins", "kind": "upstream"}],
        "vantages": [
            {"id": "here", "country": "IR", "region": "TEH", "network": "n1", "at": "platform"},
            {"id": "there", "country": "IR", "region": "MSH", "network": "n2", "at": None},
        ],
        "targets": [
            {"id": "panel.front", "party": "panel", "role": "front"},
            {"id": "panel.relay", "party": "panel", "role": "relay", "upstream": "ins"},
            {"id": "ins.front", "party": "ins", "role": "front"},
            {"id": "ins.deed", "party": "ins", "role": "transaction"},
            {"id": "near", "role": "reference", "scope": "domestic"},
            {"id": "far", "role": "reference", "scope": "international"},
        ],
        "shared": [{"id": "host", "serves": ["ins.front", "ins.deed"]}],
        "looks": PAIRS,
        "every_s": 30,
    } | changes


def row(vantage: str, target: str, *runs: list[int]) -> dict[str, Any]:
    return {"type": "looks", "vantage": vantage, "target": target, "rle": list(runs)}


def signal(vantage: str, name: str, *runs: list[int]) -> dict[str, Any]:
    return {"type": "signal", "vantage": vantage, "signal": name, "rle": list(runs)}


def truth(**changes: Any) -> dict[str, Any]:
    return {
        "type": "truth",
        "id": "small-1",
        "name": "5xx",
        "onset_s": 100.0,
        "end_s": 200.0,
        "accept": [["upstream:ins"]],
        "tolerate": [],
        "never_name": [],
        "blips": [],
    } | changes


def a_tape(
    *extra: dict[str, Any],
    rows: dict[tuple[str, str], list[list[int]]] | None = None,
    slots: int = 60,
) -> list[dict[str, Any]]:
    """All is well but for `rows`, `slots` of 5 s long; `extra` follows at the end."""
    told = rows or {}
    return [
        header(slots * 5.0),
        world(),
        *(row(v, t, *told.get((v, t), [[OK, slots]])) for v, t in PAIRS),
        *extra,
    ]


def written(lines: list[dict[str, Any]]) -> list[str]:
    return [json.dumps(line) + "\n" for line in lines]
