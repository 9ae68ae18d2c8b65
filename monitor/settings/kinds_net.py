"""The kinds of values that name places in a network, sizes and parts of a request."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from monitor.settings.kinds import BaseUrl, check_url, trouble

_SIZE = re.compile(r"([1-9]\d{0,5})(KiB|MiB|GiB)", re.ASCII)
_UNITS_BYTES = {"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_SLOT = re.compile(r"\{\{[^{}]*\}\}")


def size_bytes(text: object) -> int:
    """The bytes of a size such as `256MiB`.

    Raises:
        PydanticCustomError: it is something else.
    """
    found = _SIZE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise trouble("this is not a size", "write a number and KiB, MiB or GiB")
    return int(found[1]) * _UNITS_BYTES[found[2]]


def _network(text: str) -> str:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        do = "write the first address and the length, such as 10.0.0.0/8"
        raise trouble("this is not a network", do) from None
    if network.prefixlen == 0:
        raise trouble("this is every address there is", "name the private places only")
    return text


def _https(text: str) -> str:
    if urlsplit(text).scheme != "https":
        raise trouble("this address has no TLS", "write https://host")
    return text


def _step_url(text: str) -> str:
    origin = "/".join(text.split("/", 3)[:3])
    if "{{" in origin:
        raise trouble("a template stands in the host", "write the host itself")
    check_url(_SLOT.sub("x", text))
    return text


def _xml(text: str) -> str:
    from defusedxml import ElementTree  # noqa: PLC0415 - only where a check sends XML
    from defusedxml.common import DefusedXmlException  # noqa: PLC0415 - likewise

    try:
        ElementTree.fromstring(text, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError):
        raise trouble("this is not XML without a document type", "correct it") from None
    return text


def xpath_error(path: str, namespaces: dict[str, str]) -> bool:
    """Whether it is no XPath 1.0 with these prefixes."""
    import elementpath  # noqa: PLC0415 - only where a check has such a path

    try:
        elementpath.XPath1Parser(namespaces=namespaces).parse(path)
    except (elementpath.ElementPathError, ValueError, RecursionError):
        return True
    return False


Network = Annotated[str, AfterValidator(_network)]
Interface = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,15}$")]
HttpsUrl = Annotated[BaseUrl, AfterValidator(_https)]
Size = Annotated[
    int,
    BeforeValidator(size_bytes),
    WithJsonSchema({"type": "string", "pattern": r"^[1-9]\d{0,5}(KiB|MiB|GiB)$"}),
]
ValueName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
StepUrl = Annotated[str, Field(max_length=2000), AfterValidator(_step_url)]
Xml = Annotated[str, AfterValidator(_xml)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,32}$")]
