"""What does a Prometheus count? The samples of one instant query, for who reckons with them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yarl import URL

from monitor.model import Failure
from probes.attempt import Attempt, attempt
from probes.body import text_of
from probes.document import json_of, search
from probes.exchange import exchange
from probes.failures import LookFailedError
from probes.handshake import context_for
from probes.spec import Expect, HttpSpec, JsonExpectation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.model import Vantage
    from probes.spec import PromqlSpec


_SUCCESS = Expect(json=(JsonExpectation("status", ("success",)),))
MOST_SAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample: labels as they stand there, and a finite value."""

    labels: Mapping[str, str]
    value: float


async def samples(
    spec: PromqlSpec, at: datetime, vantage: Vantage, look_id: str, *, timeout_s: float
) -> tuple[Sample, ...] | Failure:
    """Ask for the samples at a moment.

    Args:
        spec: Where, and the query; its limits are not looked at.
        at: The moment that the query is evaluated at, aware.
        vantage: Where to ask from.
        look_id: Sent along.
        timeout_s: For everything together.

    Returns:
        The samples of a vector (a scalar is one without labels); those that are no finite number
        are left out. Or why there are none.

    Raises:
        OSError: `ca_file` cannot be read.

    Source: the Prometheus HTTP API, "Instant queries", which is stable.
    """
    context = context_for(spec.ca_file)
    asked = {"query": spec.query, "time": f"{at.timestamp():.3f}"}
    request = HttpSpec(
        str((URL(spec.url) / "api/v1/query").with_query(asked)),
        headers=spec.headers,
        expect=_SUCCESS,
        ca_file=spec.ca_file,
    )
    found: list[Sample] = []

    async def steps(this: Attempt) -> None:
        answer = await exchange(this, request, context, vantage, look_id)
        found.extend(_read(search("data", json_of(text_of(answer.body, answer.charset)))))

    sighting = await attempt(timeout_s, vantage.source_address, steps, interface=vantage.interface)
    return tuple(found) if sighting.failure is None else sighting.failure


def _read(data: Any) -> list[Sample]:
    pairs: list[tuple[dict[str, str], str]]
    match data:
        case {"resultType": "scalar", "result": [_, str(value)]}:
            pairs = [({}, value)]
        case {"resultType": "vector", "result": list(result)} if len(result) <= MOST_SAMPLES:
            pairs = [_pair(each) for each in result]
        case _:
            raise LookFailedError(Failure.JSON_MISMATCH, "neither vector nor scalar, or too much")
    try:
        read = [Sample(labels, float(value)) for labels, value in pairs]
    except ValueError as error:
        raise LookFailedError(Failure.JSON_MISMATCH, "a value is no number") from error
    return [sample for sample in read if math.isfinite(sample.value)]


def _pair(sample: Any) -> tuple[dict[str, str], str]:
    match sample:
        case {"metric": dict(labels), "value": [_, str(value)]}:
            return {name: text for name, text in labels.items() if isinstance(text, str)}, value
        case _:
            raise LookFailedError(Failure.JSON_MISMATCH, "no sample where one is expected")
