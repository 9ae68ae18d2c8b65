"""The shape of the other ways to look: TCP, TLS, DNS, ICMP, heartbeats, a Prometheus."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated, Literal

from pydantic import Field

from monitor.settings.kinds import (
    AddressPort,
    BaseUrl,
    Duration,
    HeaderName,
    HeaderValue,
    Host,
    Id,
    written,
)
from monitor.settings.models_http import CA_FILE, FAMILY
from monitor.settings.strict import Strict

_PORT = "a port from 1 to 65535"


class TcpModel(Strict):
    """One TCP connection."""

    host: Host = Field(description="a host name or address")
    port: int = Field(ge=1, le=65535, description=_PORT)


class TlsModel(Strict):
    """One TLS handshake."""

    host: Host = Field(description="a host name or address")
    port: int = Field(default=443, ge=1, le=65535, description=_PORT)
    server_name: Host | None = Field(
        default=None, description="the name asked for in the handshake (default: the host)"
    )
    ca_file: str | None = Field(default=None, description=CA_FILE)


class DnsModel(Strict):
    """One DNS question."""

    name: Host = Field(description="the name to ask for")
    type: Literal["A", "AAAA", "CNAME", "MX", "NS", "SOA", "TXT"] = Field(
        default="A", description="one of A, AAAA, CNAME, MX, NS, SOA, TXT"
    )
    one_of: list[str] = Field(
        default=[], description="a list of answers, one of which must come (empty: any will do)"
    )
    server: AddressPort | None = Field(
        default=None,
        description="address:port of a server to ask (default: the vantage's resolver)",
    )


class IcmpModel(Strict):
    """A few ICMP echo requests."""

    host: Host = Field(description="a host name or address")
    count: int = Field(default=3, ge=1, le=20, description="how many requests, 1 to 20")
    interval: Duration = Field(
        default=written("200ms"),
        ge=0.01,
        le=5,
        description="a duration from 10ms to 5s: from one request to the next",
    )
    most_lost: int = Field(
        default=1, ge=0, le=19, description="how many may be lost, fewer than `count`"
    )
    family: Literal[4, 6] | None = Field(default=None, description=FAMILY)


class HeartbeatModel(Strict):
    """Somebody has to tell us that he is alive."""

    source: Id = Field(description="the id of a heartbeat")
    within: Duration = Field(
        ge=1, le=2_592_000, description="a duration from 1s to 30d: how often at least"
    )


class PromqlModel(Strict):
    """An instant query put to a Prometheus."""

    url: BaseUrl = Field(
        description="the http or https address of a Prometheus, without /api/v1/query"
    )
    query: Annotated[str, Field(min_length=1, max_length=4000)] = Field(
        description="a query in PromQL, such as up"
    )
    at_least: float | None = Field(default=None, description="a number: no sample may be smaller")
    at_most: float | None = Field(default=None, description="a number: no sample may be larger")
    oldest: Annotated[Duration, Field(ge=1, le=86_400)] | None = Field(
        default=None, description="a duration from 1s to 1d: an older sample is as good as none"
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        default={}, description="headers to send, each with a text"
    )
    ca_file: str | None = Field(default=None, description=CA_FILE)
