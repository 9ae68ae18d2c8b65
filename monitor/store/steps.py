"""The steps of a transaction as one text, beside their look."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from monitor.model import Failure, Phase, Sighting, Step, Timings

if TYPE_CHECKING:
    from collections.abc import Sequence


def steps_to_text(steps: Sequence[Step]) -> str:
    """JSON; figures that nobody has are left out."""
    return json.dumps([_plain(step) for step in steps], separators=(",", ":"))


def steps_from_text(text: str) -> tuple[Step, ...]:
    """What `steps_to_text` wrote."""
    return tuple(_step(plain) for plain in json.loads(text))


def _plain(step: Step) -> dict[str, Any]:
    seen = step.sighting
    told = {
        "name": step.name,
        "begun_s": round(step.begun_s, 6),
        "duration_s": round(step.duration_s, 6),
        "phase": seen.phase.value,
        "failure": None if seen.failure is None else seen.failure.value,
        "detail": seen.detail or None,
        "timings": {k: round(v, 6) for k, v in asdict(seen.timings).items() if v is not None},
        "address": seen.address,
        "http_status": seen.http_status,
        "code": seen.code,
        "body_bytes": seen.body_bytes,
    }
    return {key: value for key, value in told.items() if value is not None}


def _step(plain: dict[str, Any]) -> Step:
    failure = plain.get("failure")
    return Step(
        name=plain["name"],
        begun_s=plain["begun_s"],
        duration_s=plain["duration_s"],
        sighting=Sighting(
            phase=Phase(plain["phase"]),
            failure=None if failure is None else Failure(failure),
            detail=plain.get("detail", ""),
            timings=Timings(**plain["timings"]),
            address=plain.get("address"),
            http_status=plain.get("http_status"),
            code=plain.get("code"),
            body_bytes=plain.get("body_bytes"),
        ),
    )
