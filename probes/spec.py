"""What to look at and what to expect: plain values, made by `monitor.settings`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.model import CodeClass

JsonScalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class JsonExpectation:
    """A JMESPath and what it must give; with neither `one_of` nor `exists`, something true-like."""

    path: str
    one_of: tuple[JsonScalar, ...] = ()
    exists: bool | None = None


@dataclass(frozen=True, slots=True)
class XmlExpectation:
    """An XPath 1.0 and what it must give as text; with neither `one_of` nor `exists`, anything."""

    path: str
    one_of: tuple[str, ...] = ()
    exists: bool | None = None
    namespaces: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CodeMap:
    """Where the provider's own code stands in the body, and what its codes mean.

    A code in none of the lists is UNKNOWN, thus APPLICATION_REJECTED: refused, and nobody is
    blamed for it.
    """

    path: str  # JMESPath; XPath where `language` says so
    classes: Mapping[str, CodeClass]
    message_path: str | None = None  # the same, to the provider's own words
    phrases: tuple[tuple[str, CodeClass], ...] = ()  # part of those words -> class; first wins
    language: Literal["json", "xml"] = "json"  # what the answers are written in
    namespaces: Mapping[str, str] = field(default_factory=dict)  # of an XPath


@dataclass(frozen=True, slots=True)
class Expect:
    """When an HTTP answer is right."""

    status: tuple[int, ...] = (200,)
    headers: Mapping[str, str] = field(default_factory=dict)  # name -> regular expression (search)
    json: tuple[JsonExpectation, ...] = ()
    xml: tuple[XmlExpectation, ...] = ()
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
    address: str | None = None  # the literal address to go to, whatever the name says
    family: Literal[4, 6] | None = None
    client: Literal["aiohttp", "curl"] = "aiohttp"  # "curl": the extra; a second opinion
    version: Literal["1.1", "2", "3"] = "1.1"  # 2 and 3 need the client "curl"
    kind: Literal["http"] = "http"


@dataclass(frozen=True, slots=True)
class Take:
    """A value to carry from an answer to later steps; exactly one of the four places."""

    name: str
    json: str | None = None  # JMESPath
    xml: str | None = None  # XPath
    header: str | None = None
    text: str | None = None  # regular expression; its first group, or all of it
    namespaces: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One step of a transaction; told under `check`, which may be another operation's.

    `{{ name }}` in `request`'s URL, header values and body stands for a value taken before, for a
    `values` of the transaction, for `token` (of the credential) or `look` (the look's id).
    `body_kind` says how such a value is escaped in the body.
    """

    name: str
    check: str  # the id of the check under which this step is told
    request: HttpSpec
    body_kind: Literal["json", "form", "xml", "text"] | None = None
    take: tuple[Take, ...] = ()
    timeout_s: float | None = None  # None: what the look has left
    slow_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class TransactionSpec:
    """Several requests, one after the other; the first failure ends it. It may only read."""

    steps: tuple[StepSpec, ...]
    credential: str | None = None  # whose token is `{{ token }}`
    values: Mapping[str, str] = field(default_factory=dict, repr=False)  # may be secret
    reads: tuple[str, ...] = ()  # regular expressions of paths known to read only
    writes: tuple[str, ...] = ()  # regular expressions of paths that are never asked
    kind: Literal["transaction"] = "transaction"


@dataclass(frozen=True, slots=True)
class ToldSpec:
    """A check that is told by a transaction (`of`, the id of its check) and never asked itself."""

    of: str
    kind: Literal["step"] = "step"


@dataclass(frozen=True, slots=True)
class IcmpSpec:
    """A few ICMP echo requests; more lost than `most_lost` of them is a failure."""

    host: str
    count: int = 3
    interval_s: float = 0.2
    most_lost: int = 1
    family: Literal[4, 6] | None = None
    kind: Literal["icmp"] = "icmp"


@dataclass(frozen=True, slots=True)
class HeartbeatSpec:
    """Somebody has to tell us that he is alive, at least this often."""

    source: str  # the id of a heartbeat
    within_s: float
    kind: Literal["heartbeat"] = "heartbeat"


@dataclass(frozen=True, slots=True)
class PromqlSpec:
    """An instant query put to a Prometheus; each sample must lie between the limits."""

    url: str  # of the Prometheus, without /api/v1/query
    query: str
    at_least: float | None = None
    at_most: float | None = None
    oldest_s: float | None = None  # a sample older than this is as good as none
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # may carry secrets
    ca_file: str | None = None
    kind: Literal["promql"] = "promql"


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
