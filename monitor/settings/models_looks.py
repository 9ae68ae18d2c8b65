"""The shape of what a check asks and expects: HTTP, TCP, TLS, DNS."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from monitor.settings.kinds import (
    AddressPort,
    HeaderName,
    HeaderValue,
    Host,
    JmesPath,
    Regex,
    Scalar,
    Url,
)
from monitor.settings.strict import Strict

_PORT = "a port from 1 to 65535"
_CA_FILE = (
    "a file of trusted certificate authorities (PEM), relative to this file "
    "(default: those of the system)"
)


def _form_shape(value: object) -> str:
    return "<list>" if isinstance(value, list) else "<mapping>"


class JsonModel(Strict):
    """One expectation on a JSON answer."""

    path: JmesPath = Field(description="a JMESPath into the answer, such as `family`")
    one_of: list[Scalar] = Field(
        default=[], description="a list of values, one of which must stand there"
    )
    exists: bool | None = Field(
        default=None, description="true or false: whether anything must stand there"
    )


class CodesModel(Strict):
    """Where the provider's own code stands, and what its codes mean."""

    path: JmesPath = Field(description="a JMESPath to the code as text, such as to_string(status)")
    ok: list[str] = Field(min_length=1, description="a list of codes, as text, that mean success")
    upstream: list[str] = Field(
        default=[], description="a list of codes, as text, that mean a fault of theirs"
    )
    credentials: list[str] = Field(
        default=[], description="a list of codes, as text, about our account, terminal or quota"
    )


class ExpectModel(Strict):
    """When an HTTP answer is right."""

    status: list[Annotated[int, Field(ge=100, le=599)]] = Field(
        default=[200],
        min_length=1,
        description="a list of HTTP statuses (100 to 599) that are right",
    )
    headers: dict[HeaderName, Regex] = Field(
        default={}, description="headers, each with a regular expression found in its value"
    )
    json_: list[JsonModel] = Field(
        default=[], alias="json", description="a list of expectations on the JSON answer"
    )
    contains: list[Annotated[str, Field(min_length=1)]] = Field(
        default=[], description="a list of texts that must stand in the answer"
    )
    lacks: list[Annotated[str, Field(min_length=1)]] = Field(
        default=[], description="a list of texts that must not stand in the answer"
    )
    codes: CodesModel | None = Field(
        default=None, description="where the provider's own code stands and what its codes mean"
    )


class HttpModel(Strict):
    """One HTTP(S) request."""

    url: Url = Field(description="an http or https URL, such as https://insurer.example/health")
    method: Literal["GET", "HEAD", "POST"] = Field(
        default="GET", description="one of GET, HEAD, POST"
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        default={}, description="headers to send, each with a text"
    )
    json_: Any = Field(
        default=None, alias="json", description="a value to send as JSON (with method: POST)"
    )
    form: (
        Annotated[
            Annotated[dict[str, str], Tag("<mapping>")]
            | Annotated[
                list[Annotated[list[str], Field(min_length=2, max_length=2)]], Tag("<list>")
            ],
            Discriminator(_form_shape),
        ]
        | None
    ) = Field(
        default=None,
        description="fields to send as a form (with method: POST): a mapping of texts, or a list "
        "of [name, text]",
    )
    body: str | None = Field(
        default=None, description="a text to send as it stands (with method: POST)"
    )
    expect: ExpectModel = Field(
        default_factory=ExpectModel, description="what makes the answer right (default: status 200)"
    )
    ca_file: str | None = Field(default=None, description=_CA_FILE)
    redirects: int = Field(
        default=0, ge=0, le=5, description="how many redirects are followed, 0 to 5"
    )
    redirect_hosts: list[Host] = Field(
        default=[], description="a list of hosts a redirect may lead to"
    )


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
    ca_file: str | None = Field(default=None, description=_CA_FILE)


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
