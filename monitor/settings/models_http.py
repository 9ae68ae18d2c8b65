"""The shape of an HTTP request and of what is expected of its answer."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator

from monitor.settings.kinds import (
    Address,
    HeaderName,
    HeaderValue,
    Host,
    Id,
    JmesPath,
    Regex,
    Scalar,
    Url,
    check_jmespath,
    trouble,
)
from monitor.settings.kinds_net import Xml, xpath_error
from monitor.settings.strict import Strict

CA_FILE = (
    "a file of trusted certificate authorities (PEM), relative to this file "
    "(default: those of the system)"
)
WRITES = (
    "false, your word that this POST registers nothing (where `reads` of the provider does not "
    "know it)"
)
FAMILY = "4 or 6: the family of addresses to look at (default: whatever the name gives)"


def checked_xpath(path: str, namespaces: dict[str, str]) -> str:
    """The path.

    Raises:
        PydanticCustomError: it is no XPath 1.0, or has a prefix without a namespace.
    """
    if xpath_error(path, namespaces):
        raise trouble("this is not an XPath 1.0 with these namespaces", "correct it")
    return path


def _codes_shape(value: object) -> str:
    return "<provider>" if isinstance(value, dict) and "provider" in value else "<inline>"


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


class XmlModel(Strict):
    """One expectation on an XML answer."""

    namespaces: dict[str, str] = Field(
        default={}, description="prefixes of the path, each with the namespace it stands for"
    )
    path: str = Field(description="an XPath 1.0 into the answer, such as //status")
    one_of: list[str] = Field(
        default=[], description="a list of texts, one of which must stand there"
    )
    exists: bool | None = Field(
        default=None, description="true or false: whether anything must stand there"
    )

    @field_validator("path")
    @classmethod
    def _is_xpath(cls, path: str, info: ValidationInfo) -> str:
        return checked_xpath(path, info.data.get("namespaces", {}))


class ProviderCodesModel(Strict):
    """The codes of a provider whose file is listed under `providers`."""

    provider: Id = Field(description="the id of a provider")


class CodesModel(Strict):
    """Where the provider's own code stands, and what its codes mean."""

    language: Literal["json", "xml"] = Field(
        default="json", description="json or xml: what the answer is"
    )
    namespaces: dict[str, str] = Field(
        default={}, description="prefixes of an XPath, each with the namespace it stands for"
    )
    path: str = Field(
        description="a JMESPath to the code as text, such as to_string(status), or an XPath 1.0"
    )
    ok: list[str] = Field(min_length=1, description="a list of codes, as text, that mean success")
    upstream: list[str] = Field(
        default=[], description="a list of codes, as text, that mean a fault of theirs"
    )
    credentials: list[str] = Field(
        default=[], description="a list of codes, as text, about our account, terminal or quota"
    )

    @field_validator("path")
    @classmethod
    def _is_path(cls, path: str, info: ValidationInfo) -> str:
        if info.data.get("language") == "xml":
            return checked_xpath(path, info.data.get("namespaces", {}))
        return check_jmespath(path)


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
    xml: list[XmlModel] = Field(default=[], description="a list of expectations on the XML answer")
    codes: (
        Annotated[
            Annotated[ProviderCodesModel, Tag("<provider>")]
            | Annotated[CodesModel, Tag("<inline>")],
            Discriminator(_codes_shape),
        ]
        | None
    ) = Field(
        default=None, description="where the provider's own code stands and what its codes mean"
    )


class RequestModel(Strict):
    """One HTTP(S) request, by whatever client."""

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
    xml: Xml | None = Field(default=None, description="XML to send (with method: POST)")
    expect: ExpectModel = Field(
        default_factory=ExpectModel, description="what makes the answer right (default: status 200)"
    )
    ca_file: str | None = Field(default=None, description=CA_FILE)
    redirects: int = Field(
        default=0, ge=0, le=5, description="how many redirects are followed, 0 to 5"
    )
    redirect_hosts: list[Host] = Field(
        default=[], description="a list of hosts a redirect may lead to"
    )
    address: Address | None = Field(
        default=None, description="the address to go to, whatever the name says (default: asked)"
    )
    family: Literal[4, 6] | None = Field(default=None, description=FAMILY)


class HttpModel(RequestModel):
    """One HTTP(S) request that is a look by itself."""

    writes: bool | None = Field(default=None, description=WRITES)
    client: Literal["aiohttp", "curl"] = Field(
        default="aiohttp", description="aiohttp or curl (curl needs the extra govah[curl])"
    )
    version: Literal["1.1", "2", "3"] = Field(
        default="1.1", description='"1.1", "2" or "3": the version of HTTP (2 and 3: client: curl)'
    )
