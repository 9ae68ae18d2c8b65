"""The kinds of values a configuration is made of, each with its check and its JSON schema."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
import zoneinfo
from datetime import date
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from monitor.settings.plain import LANGUAGES
from monitor.settings.secrets import SECRET_NAMES

_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)", re.ASCII)
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PHONE_LIKE = re.compile(r"\+?\d{10,}", re.ASCII)
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def trouble(what: str, do: str) -> PydanticCustomError:
    """An error with its own words; what was expected is the field's description."""
    return PydanticCustomError("govah", "{what}\n{do}", {"what": what, "do": do})


def seconds(text: object) -> float:
    """The seconds of a duration such as `500ms`, `5s`, `10m`, `2h` or `30d`.

    Raises:
        PydanticCustomError: it is something else.
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        raise trouble("a number without a unit", "add the unit: ms, s, m, h or d")
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise trouble("this is not a duration", "write a number and ms, s, m, h or d")
    return float(found[1]) * _UNITS_S[found[2]]


def seconds_in(item: object, key: str, default: str | None = None) -> float | None:
    """The seconds that stand at `key` of a mapping; None where no duration does."""
    try:
        return seconds(item.get(key, default)) if isinstance(item, dict) else None
    except PydanticCustomError:
        return None


def host_and_port(text: str) -> tuple[str, int]:
    """The two parts of `host:port`; an IPv6 address stands in brackets.

    Raises:
        PydanticCustomError: it is something else.
    """
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    if not colon or not re.fullmatch(r"\d{1,5}", port, re.ASCII) or int(port) > 65535:  # noqa: PLR2004 - the highest port there is
        raise trouble("there is no port at the end", "write host:port")
    if bracketed != (":" in host) or not is_host(host):
        raise trouble("this is not a host and a port", "write host:port")
    return host, int(port)


def is_host(text: str) -> bool:
    """Whether it is a host name or an IP address."""
    if is_address(text):
        return True
    return len(text) < 254 and _HOST.fullmatch(text) is not None  # noqa: PLR2004 - RFC 1035


def is_address(text: str) -> bool:
    """Whether it is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def written(duration: str) -> Any:
    """A default as it would be written in the file, so that editors show it that way."""
    return duration


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise trouble("this language is not known here", f"take {' or '.join(LANGUAGES)}")
    return text


def _id(text: str) -> str:
    if _PHONE_LIKE.fullmatch(text):
        raise trouble("this looks like a phone number", "use a made-up id")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", text, re.ASCII):
        raise trouble("this is not an id", "use letters, digits, `.`, `_` and `-`")
    return text


def _line(text: str) -> str:
    if not text.strip():
        raise trouble("the text is empty", "write it")
    if text != text.strip():
        raise trouble("the text begins or ends with a space", "remove it")
    if any(unicodedata.category(sign) == "Cc" or sign in _BIDI_CONTROLS for sign in text):
        raise trouble("a control character stands in the text", "write it as one plain line")
    return text


def _host(text: str) -> str:
    if not is_host(text):
        raise trouble("this is not a host name or address", "write the name without scheme or port")
    return text


def _address(text: str) -> str:
    if not is_address(text):
        raise trouble("this is not an IP address", "write an address, not a name")
    return text


def _address_and_port(text: str) -> str:
    host, port = host_and_port(text)
    if not is_address(host) or port == 0:
        raise trouble("this is not an address and a port", "write address:port")
    return text


def _host_and_port(text: str) -> str:
    host_and_port(text)
    return text


def check_url(text: str) -> str:
    """An http or https URL without user, secret or fragment.

    Raises:
        PydanticCustomError: it is something else.
    """
    if "{{" in text:
        raise trouble("a template stands here", "templates belong into a transaction's steps")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise trouble("this is not a URL", "write http(s)://host/path") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise trouble("this is not an http or https URL with a host", "write http(s)://host/path")
    if (
        port == 0
        or not is_host(host)
        or any(sign.isspace() or not sign.isprintable() for sign in text)
    ):
        raise trouble("this is not a URL", "write http(s)://host/path")
    if "@" in parts.netloc:
        raise trouble("a user or password stands in the URL", "use `headers` with a reference")
    if any(name.lower() in SECRET_NAMES for name, _ in parse_qsl(parts.query)):
        raise trouble("a secret stands in the URL", "use `headers`, `form` or `json`")
    if parts.fragment:
        raise trouble("a `#` part stands in the URL", "remove it")
    return text


def _base_url(text: str) -> str:
    if urlsplit(check_url(text)).query:
        raise trouble("a `?` part stands in the URL", "remove it")
    return text.rstrip("/")


def _zone(text: str) -> str:
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise trouble("there is no such time zone", "take a name such as Asia/Tehran") from None
    return text


def _day(text: object) -> date:
    if isinstance(text, str) and _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise trouble("there is no such day", "correct the date") from None
    raise trouble("this is not a date", "write year-month-day, such as 2026-03-21")


def _regex(text: str) -> str:
    from probes.pattern import PatternError, compiled  # noqa: PLC0415 - only where one is written

    try:
        compiled(text)
    except PatternError:
        raise trouble(
            "this is not a regular expression of RE2's syntax (no look-around, no back-references)",
            "correct it, or escape with `\\`",
        ) from None
    return text


def check_jmespath(text: str) -> str:
    """A JMESPath.

    Raises:
        PydanticCustomError: it is something else.
    """
    from monitor.settings.jmespaths import is_jmespath  # noqa: PLC0415 - only where one is written

    if not is_jmespath(text):
        raise trouble("this is not a JMESPath", "try it on a real answer, then copy it")
    return text


def _header_value(text: str) -> str:
    if not re.fullmatch(r"[\x20-\x7e]*", text):
        raise trouble("a header holds plain ASCII in one line", "remove what is not")
    return text


def _scalar(value: object) -> object:
    if isinstance(value, dict | list):
        raise trouble("a list or mapping cannot be compared", "write a text, number, true or null")
    return value


Language = Annotated[
    str, AfterValidator(_language), WithJsonSchema({"type": "string", "enum": list(LANGUAGES)})
]
Id = Annotated[str, AfterValidator(_id)]
Line = Annotated[str, Field(max_length=200), AfterValidator(_line)]
Host = Annotated[str, AfterValidator(_host)]
Address = Annotated[str, AfterValidator(_address)]
AddressPort = Annotated[str, AfterValidator(_address_and_port)]
HostPort = Annotated[str, AfterValidator(_host_and_port)]
Url = Annotated[str, Field(max_length=2000), AfterValidator(check_url)]
BaseUrl = Annotated[str, Field(max_length=2000), AfterValidator(_base_url)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Zone = Annotated[str, AfterValidator(_zone)]
Regex = Annotated[str, AfterValidator(_regex)]
JmesPath = Annotated[str, AfterValidator(check_jmespath)]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]
HeaderValue = Annotated[str, AfterValidator(_header_value)]
Duration = Annotated[
    float,
    BeforeValidator(seconds),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,9}(\.\d{1,3})?(ms|s|m|h|d)$"}),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Scalar = Annotated[
    Any,
    AfterValidator(_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"]}),
]
