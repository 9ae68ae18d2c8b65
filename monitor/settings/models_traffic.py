"""The shape of how real traffic is judged: holidays, and a Prometheus that counts calls."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated

from pydantic import Field

from monitor.model import OutcomeClass
from monitor.settings.kinds import BaseUrl, Day, Duration, HeaderName, HeaderValue, Id, written
from monitor.settings.models_http import CA_FILE
from monitor.settings.strict import Strict


class TrafficQueryModel(Strict):
    """Calls of one operation with one outcome, as a Prometheus counts them."""

    service: Id = Field(description="the id of a service")
    operation: Id = Field(description="the id of an operation of the service")
    outcome: OutcomeClass = Field(
        strict=False,
        description="ok, slow, timeout, unreachable, server_error, client_error, credentials, "
        "business or unknown",
    )
    query: Annotated[str, Field(min_length=1, max_length=4000)] = Field(
        description="a query in PromQL: the calls of the last minute, "
        "such as sum by (code) (increase(calls_total[1m]))"
    )


class TrafficSourceModel(Strict):
    """A Prometheus that counts the platform's own calls."""

    id: Id = Field(description="an id of letters, digits, `.`, `_` and `-`")
    url: BaseUrl = Field(
        description="the http or https address of a Prometheus, without /api/v1/query"
    )
    timeout: Duration = Field(
        default=written("5s"),
        ge=0.1,
        le=30,
        description="a duration from 100ms to 30s: patience for one query",
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        default={}, description="headers to send, each with a text"
    )
    ca_file: str | None = Field(default=None, description=CA_FILE)
    queries: list[TrafficQueryModel] = Field(
        min_length=1, max_length=200, description="a list of queries, one for each outcome"
    )


class TrafficModel(Strict):
    """How the platform's own calls are judged."""

    holidays: list[Day] = Field(
        default=[], description="a list of dates that are not like their day of the week"
    )
    prometheus: list[TrafficSourceModel] = Field(
        default=[], description="a list of Prometheus servers that count the platform's calls"
    )
