"""What a certificate says, read without judging it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography import x509

from monitor.model import Certificate

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES_LIMIT = 100  # a certificate may name thousands; the rest adds nothing


@lru_cache(maxsize=256)
def describe(der: bytes, *, verified: bool) -> Certificate:
    """Read the facts of a certificate.

    Args:
        der: The certificate as it came over the wire.
        verified: Whether OpenSSL accepted it for this name against our roots; not decided here.

    Returns:
        Its facts; where a part cannot be read, that part is empty and its times are the epoch, for
        the fingerprint alone is evidence already.
    """
    fingerprint = hashlib.sha256(der).hexdigest()
    try:
        parsed = x509.load_der_x509_certificate(der)
        return Certificate(
            sha256=fingerprint,
            subject=parsed.subject.rfc4514_string(),
            issuer=parsed.issuer.rfc4514_string(),
            names=tuple(_names(parsed))[:_NAMES_LIMIT],
            not_before=parsed.not_valid_before_utc,
            not_after=parsed.not_valid_after_utc,
            verified=verified,
        )
    except ValueError:
        epoch = datetime.fromtimestamp(0, UTC)
        return Certificate(fingerprint, "", "", (), epoch, epoch, verified)


def _names(parsed: x509.Certificate) -> Iterator[str]:
    try:
        found = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    yield from found.get_values_for_type(x509.DNSName)
    for address in found.get_values_for_type(x509.IPAddress):
        yield str(address)
