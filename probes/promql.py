"""What does a Prometheus know? One instant query, and limits for what it answers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from yarl import URL

from monitor.model import Failure
from probes.attempt import Attempt, attempt
from probes.body import text_of
from probes.document import json_of, search
from probes.exchange import exchange
from probes.failures import LookFailedError
from probes.handshake import context_for
from probes.spec import Expect, HttpSpec, JsonExpectation, PromqlSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.model import Check, Sighting, Vantage

_SUCCESS = Expect(json=(JsonExpectation("status", ("success",)),))
_KIND = "govah_kind"  # the label that tells a value from an age
_AGE = "age"


class PromqlProbe:
    """Puts one query to a Prometheus by one HTTP request and holds each sample against limits.

    Source: the Prometheus HTTP API, "Instant queries", which is stable.
    """

    async def look(self, check: Check, vantage: Vantage, look_id: str) -> Sighting:
        """One attempt; see `monitor.ports.Probe`.

        Raises:
            OSError: `ca_file` cannot be read.
        """
        spec = check.spec
        if not isinstance(spec, PromqlSpec):
            raise TypeError(f"the PromQL probe was given a {spec.kind} check")
        context = context_for(spec.ca_file)
        request = HttpSpec(
            str((URL(spec.url) / "api/v1/query").with_query(query=_asked(spec))),
            headers=spec.headers,
            expect=_SUCCESS,
            ca_file=spec.ca_file,
        )

        async def steps(this: Attempt) -> None:
            answer = await exchange(this, request, context, vantage, look_id)
            _judge(spec, search("data", json_of(text_of(answer.body, answer.charset))))

        return await attempt(
            check.timeout_s, vantage.source_address, steps, interface=vantage.interface
        )


def _asked(spec: PromqlSpec) -> str:
    """The query as it is sent.

    The time stamp of an instant query's answer is that of the question, not of the sample. So the
    age is asked for beside the value, in one query and by the Prometheus' own clock.
    """
    if spec.oldest_s is None:
        return spec.query
    # On lines of its own: the query may end in a comment.
    query = f"(\n{spec.query}\n)"
    age = f"(time() - timestamp{query})"
    return f"{_marked(query, 'value')} or {_marked(age, _AGE)}"


def _marked(query: str, kind: str) -> str:
    return f'label_replace({query}, "{_KIND}", "{kind}", "__name__", ".*")'


def _judge(spec: PromqlSpec, data: Any) -> None:
    values: list[float] = []
    ages: list[float] = []
    for kind, value in _samples(data):
        (ages if kind == _AGE else values).append(value)
    if not values:
        raise LookFailedError(Failure.METRIC_MISSING, "no sample")
    old = sum(age > (spec.oldest_s or math.inf) for age in ages)
    if old:
        raise LookFailedError(Failure.METRIC_MISSING, f"{old} of {len(values)} samples too old")
    least = -math.inf if spec.at_least is None else spec.at_least
    most = math.inf if spec.at_most is None else spec.at_most
    wrong = sum(not least <= value <= most for value in values)  # NaN lies between no limits
    if wrong:
        raise LookFailedError(
            Failure.METRIC_MISMATCH, f"{wrong} of {len(values)} samples out of limits"
        )


def _samples(data: Any) -> Iterator[tuple[str | None, float]]:
    """Kind and value of every sample of a vector or scalar.

    Raises:
        LookFailedError: `json_mismatch`, if it is something else.
    """
    try:
        match data:
            case {"resultType": "scalar", "result": [_, str(value)]}:
                yield None, float(value)
            case {"resultType": "vector", "result": list(result)}:
                for sample in result:
                    _, value = sample["value"]
                    yield sample["metric"].get(_KIND), float(value)
            case _:
                raise LookFailedError(Failure.JSON_MISMATCH, "neither vector nor scalar")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LookFailedError(Failure.JSON_MISMATCH, "no sample where one is expected") from error
