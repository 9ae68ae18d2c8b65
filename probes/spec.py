"""What to look at and what to expect: plain values, made by `monitor.settings`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

JsonScalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class JsonExpectation:
    """A JMESPath and what it must give; with neither `one_of` nor `exists`, something true-like."""

    path: str
    one_of: tuple[JsonScalar, ...] = ()
    exists: bool | None = None


@dataclass(frozen=True, slots=True)
class CodeMap:
    """Where the provider's own code stands in the body, and what its codes mean.

    A code in none of the lists is APPLICATION_REJECTED: refused, and nobody is blamed for it.
    """

    path: str
    ok: tuple[str, ...]
    upstream: tuple[str, ...] = ()  # a fault of theirs: APPLICATION_ERROR
    credentials: tuple[str, ...] = ()  # our account, terminal or quota: CREDENTIALS_REFUSED


@dataclass(frozen=True, slots=True)
class Expect:
    """When an HTTP answer is right."""

    status: tuple[int, ...] = (200,)
    headers: Mapping[str, str] = field(default_factory=dict)  # name -> regular expression (search)
    json: tuple[JsonExpectation, ...] = ()
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    codes: CodeMap | None = None


@dataclass(frozen=True, slots=True)
class HttpSpec:
    """One HTTP(S) request."""

    url: str
    method: Literal["GET", "HEAD", "POST"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # may carry secrets
    body: bytes | None = field(default=None, repr=False)  # may carry secrets
    expect: Expect = Expect()
    ca_file: str | None = None
    redirects: int = 0  # how many are followed; only to `redirect_hosts`
    redirect_hosts: tuple[str, ...] = ()
    kind: Literal["http"] = "http"


@dataclass(frozen=True, slots=True)
class TcpSpec:
    """One TCP connection, closed at once."""

    host: str
    port: int
    kind: Literal["tcp"] = "tcp"


@dataclass(frozen=True, slots=True)
class TlsSpec:
    """One TLS handshake."""

    host: str
    port: int
    server_name: str | None = None  # default: host
    ca_file: str | None = None
    kind: Literal["tls"] = "tls"


@dataclass(frozen=True, slots=True)
class DnsSpec:
    """One DNS question, put to the vantage's first resolver or to `server`."""

    name: str
    record_type: Literal["A", "AAAA", "CNAME", "MX", "NS", "SOA", "TXT"] = "A"
    one_of: tuple[str, ...] = ()  # empty: any well-formed answer with at least one record
    server: str | None = None  # "address:port"
    kind: Literal["dns"] = "dns"
