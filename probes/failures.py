"""The one place that turns an exception into a failure; the list itself is docs/failures.md."""

from __future__ import annotations

import errno
import ssl
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.http_exceptions import (
    BadHttpMessage,
    ContentLengthError,
    HttpProcessingError,
    LineTooLong,
    TransferEncodingError,
)
from dns.exception import DNSException

from monitor.model import Failure, Phase

if TYPE_CHECKING:
    from collections.abc import Iterator


class LookFailedError(Exception):
    """We saw it ourselves and need no guessing: this failure, in our own words."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.detail = detail


class NotRepeatedError(Exception):
    """Hides a broken connection from aiohttp, which would quietly send a GET a second time."""


class TooMuchError(OSError):
    """More came than any answer may have on the wire, whatever it was made of."""


# What the outside can make a probe raise. Anything else is a bug of ours and goes up.
OUTSIDE = (
    LookFailedError,
    NotRepeatedError,
    OSError,  # TimeoutError and every ssl error among them
    MemoryError,
    aiohttp.ClientError,
    HttpProcessingError,
    DNSException,
)

_BY_PHASE = {
    Phase.DNS: Failure.DNS_TIMEOUT,
    Phase.CONNECT: Failure.CONNECT_TIMEOUT,
    Phase.TLS: Failure.TLS_TIMEOUT,
    Phase.WAIT: Failure.WAIT_TIMEOUT,
    Phase.TRANSFER: Failure.TRANSFER_TIMEOUT,
    Phase.EXPECT: Failure.TRANSFER_TIMEOUT,  # it struck while the connection was given back
}

_TOO_MUCH = {
    Phase.WAIT: Failure.HTTP_HEADER_TOO_LARGE,
    Phase.TRANSFER: Failure.HTTP_BODY_TOO_LARGE,
}

_OURS = {
    errno.EMFILE: Failure.OUT_OF_FILES,
    errno.ENFILE: Failure.OUT_OF_FILES,
    errno.EADDRNOTAVAIL: Failure.NO_SOURCE_ADDRESS,
    errno.ENOBUFS: Failure.OUT_OF_RESOURCES,
    errno.ENOMEM: Failure.OUT_OF_RESOURCES,
    errno.ENODEV: Failure.NO_SOURCE_ADDRESS,  # the interface
    errno.EPERM: Failure.NOT_PERMITTED,
    errno.EACCES: Failure.NOT_PERMITTED,
}

_BY_ERRNO = _OURS | {
    errno.ECONNREFUSED: Failure.CONNECTION_REFUSED,
    errno.ECONNRESET: Failure.CONNECTION_RESET,
    errno.EPIPE: Failure.CONNECTION_RESET,
    errno.ECONNABORTED: Failure.CONNECTION_RESET,
    errno.EHOSTUNREACH: Failure.HOST_UNREACHABLE,
    errno.EHOSTDOWN: Failure.HOST_UNREACHABLE,
    errno.ENETUNREACH: Failure.NETWORK_UNREACHABLE,
    errno.ENETDOWN: Failure.NETWORK_UNREACHABLE,
}

# X509_V_ERR_* of OpenSSL's x509_vfy.h; they are part of its ABI and do not change.
_BY_VERIFY_CODE = {
    9: Failure.TLS_NOT_YET_VALID,
    10: Failure.TLS_EXPIRED,
    62: Failure.TLS_WRONG_HOST,
    64: Failure.TLS_WRONG_HOST,  # an address that the certificate does not name
    2: Failure.TLS_UNKNOWN_AUTHORITY,
    18: Failure.TLS_SELF_SIGNED,
    19: Failure.TLS_UNKNOWN_AUTHORITY,  # self-signed root we do not know
    20: Failure.TLS_UNKNOWN_AUTHORITY,  # no issuer found; perhaps a missing link
    21: Failure.TLS_UNKNOWN_AUTHORITY,  # chain of one
}

# OpenSSL's words where the other side knows no version of TLS that is still safe.
_OLD_PROTOCOL = ("tlsv1_alert_protocol_version", "unsupported_protocol", "wrong_ssl_version")


def classify(error: BaseException, phase: Phase) -> tuple[Failure, str]:
    """Name what went wrong.

    Args:
        error: What was raised; causes count, the innermost first, for the outer layers only wrap.
        phase: How far the look had come; a timeout is named after it.

    Returns:
        The failure, and our own short word on it that never carries text of the other side.

    Source:
        OONI df-007 (names, and `unknown_failure` for the rest).
    """
    if isinstance(error, LookFailedError):
        return error.failure, error.detail
    for link in reversed(list(_chain(error))):
        named = _name(link, phase)
        if named is not None:
            return named
    return Failure.UNKNOWN, _word(error)


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__


def _name(error: BaseException, phase: Phase) -> tuple[Failure, str] | None:
    match error:
        case ssl.SSLError():
            return _name_tls(error)
        case TimeoutError():
            return _BY_PHASE.get(phase, Failure.UNKNOWN), ""
        case ContentLengthError() | TransferEncodingError() | aiohttp.ServerDisconnectedError():
            return Failure.EOF, ""  # aiohttp's words for "ended early" (a bad chunk has another)
        case LineTooLong():
            return Failure.HTTP_HEADER_TOO_LARGE, ""
        case BadHttpMessage(message="Too many headers received"):
            return Failure.HTTP_TOO_MANY_HEADERS, ""
        case BadHttpMessage() if _is_about_chunks(error):
            return Failure.HTTP_BAD_CHUNK, ""
        case MemoryError():
            return Failure.OUT_OF_RESOURCES, ""
        case TooMuchError():
            return _TOO_MUCH.get(phase, Failure.HTTP_PROTOCOL), "on the wire"
        case OSError():
            return _name_os(error, phase)
        case HttpProcessingError() | aiohttp.ClientPayloadError() | aiohttp.ClientResponseError():
            return Failure.HTTP_PROTOCOL, ""
        case DNSException():
            return Failure.DNS_MALFORMED, _word(error)
        case _:
            return None


def _name_os(error: OSError, phase: Phase) -> tuple[Failure, str] | None:
    if error.errno in _OURS:
        return _OURS[error.errno], ""
    if phase is Phase.DNS and isinstance(error, ConnectionError):
        # The resolver is not the target: its closed port must not read as the target's.
        return Failure.DNS_TIMEOUT, "resolver refused or cut the connection"
    if error.errno is None and isinstance(error, ConnectionAbortedError):
        return Failure.TLS_TIMEOUT, ""  # asyncio's own limit on a handshake
    if error.errno is None and isinstance(error, ConnectionError):
        return Failure.EOF, ""  # asyncio's way to say that a handshake ended early
    named = _BY_ERRNO.get(error.errno or 0)
    return None if named is None else (named, "")


def _name_tls(error: ssl.SSLError) -> tuple[Failure, str]:
    if isinstance(error, ssl.SSLCertVerificationError):
        code = getattr(error, "verify_code", 0)
        return _BY_VERIFY_CODE.get(code, Failure.TLS_INVALID), f"verify code {code}"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Failure.EOF, "in TLS"
    # A constant of OpenSSL's; errors that Python makes itself do not have the attribute at all.
    reason = (getattr(error, "reason", None) or "").lower()
    return Failure.TLS_OLD_PROTOCOL if reason in _OLD_PROTOCOL else Failure.TLS_HANDSHAKE, reason


def _is_about_chunks(error: BadHttpMessage) -> bool:
    # llhttp's own word stands before the colon, what the other side said after it.
    word, colon, _ = error.message.partition(":\n\n")
    return type(error) is BadHttpMessage and bool(colon) and "chunk" in word.lower()


def _word(error: BaseException) -> str:
    """The kind of an error without its text, which may quote a URL or the other side."""
    number = getattr(error, "errno", None)
    name = errno.errorcode.get(number) if isinstance(number, int) else None
    return f"{type(error).__name__} {name}" if name else type(error).__name__
