"""libcurl's error numbers, turned into what the other client raises for the same fault.

So there is still one place that names failures: `probes.failures`.
"""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING

from monitor.model import Failure
from probes.failures import LookFailedError

if TYPE_CHECKING:
    from collections.abc import Mapping

# Numbers of curl/curl.h that are part of its ABI; pycurl does not name all of them.
_NAMED: Mapping[int, tuple[Failure, str]] = {
    1: (Failure.HTTP_PROTOCOL, ""),  # among others: an answer without a status line
    8: (Failure.HTTP_PROTOCOL, ""),
    16: (Failure.HTTP_PROTOCOL, "http/2 framing"),
    18: (Failure.EOF, ""),
    52: (Failure.EOF, ""),
    61: (Failure.HTTP_BODY_UNDECODABLE, ""),
    92: (Failure.HTTP_PROTOCOL, "http/2 stream"),
    95: (Failure.HTTP_PROTOCOL, "http/3"),
    100: (Failure.HTTP_HEADER_TOO_LARGE, ""),
}
_OUT_OF_MEMORY = 27  # libcurl's word for a certificate it finds too large as well: never void
_TLS_FAILED = 35
_NOT_VERIFIED = 60
_SENDING_FAILED = 55
_RECEIVING_FAILED = 56
_QUIC_FAILED = 96
_UNSPECIFIED = 1  # X509_V_ERR_UNSPECIFIED, from before anything was verified
_WRONG_HOST = 62  # X509_V_ERR_HOSTNAME_MISMATCH: libcurl compares names itself and sets no code

# Constants of OpenSSL's tables, never words of the other side.
_REASON = re.compile(r"error:[0-9A-Fa-f]{8}:[^:]*:[^:]*:([A-Za-z0-9 /_-]{3,60})")
_CUT = ("unexpected eof", "SSL_ERROR_SYSCALL", "SSL_ERROR_ZERO_RETURN", "close notify")
_RECEIVED = {
    "chunk": Failure.HTTP_BAD_CHUNK,
    "hexadecimal": Failure.HTTP_BAD_CHUNK,
    "too large response headers": Failure.HTTP_HEADER_TOO_LARGE,
}


def raised_for(number: int, *, system: int, verify: int, words: str) -> Exception:
    """What to raise.

    Args:
        number: libcurl's error number.
        system: The errno behind it; 0 for none.
        verify: OpenSSL's verify code; 0 for none.
        words: libcurl's own description; only searched for its and OpenSSL's fixed phrases.

    Returns:
        An exception that `probes.failures.classify` names like that of the other client.
    """
    if number == _NOT_VERIFIED or (number == _OUT_OF_MEMORY and verify > _UNSPECIFIED):
        error = ssl.SSLCertVerificationError(1, "certificate")
        error.verify_code = verify if verify > _UNSPECIFIED else _WRONG_HOST
        return error
    if system and number not in _NAMED:
        return OSError(system, "curl")
    if number == _SENDING_FAILED:
        return LookFailedError(Failure.CONNECTION_RESET)
    if number in (_TLS_FAILED, _RECEIVING_FAILED, _QUIC_FAILED):
        return _broken(number, words)
    failure, detail = _NAMED.get(number, (Failure.UNKNOWN, f"curl {number}"))
    return LookFailedError(failure, detail)


def _broken(number: int, words: str) -> Exception:
    if any(phrase in words for phrase in _CUT):
        return ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "cut")
    found = _REASON.search(words)
    if number == _RECEIVING_FAILED and found is None:
        named = (name for phrase, name in _RECEIVED.items() if phrase in words.lower())
        return LookFailedError(next(named, Failure.HTTP_PROTOCOL))
    error = ssl.SSLError(1, "handshake")
    error.reason = "" if found is None else found[1].strip().replace(" ", "_").upper()
    return error
