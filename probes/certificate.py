"""What a certificate says, read without judging it; hostile text, kept short and printable."""

from __future__ import annotations

import contextlib
import hashlib
import warnings
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from monitor.model import Certificate
from probes.secretlike import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NAMES_LIMIT = 20  # a certificate may name thousands; the rest adds nothing
_TEXT_LIMIT = 200
_KNOWN_LIMIT = 1024
_UNREADABLE = (
    ValueError,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)

_known: dict[tuple[str, bool], Certificate] = {}  # by fingerprint: a DER may have 100 kB


def describe(der: bytes, *, verified: bool) -> Certificate:
    """Read the facts of a certificate.

    Args:
        der: The certificate as it came over the wire.
        verified: Whether OpenSSL accepted it for this name against our roots; not decided here.

    Returns:
        Its facts, every text without control characters and at most 200 characters; where a part
        cannot be read, that part is empty and its times are the epoch, for the fingerprint alone
        is evidence already.
    """
    key = hashlib.sha256(der).hexdigest(), verified
    if key not in _known:
        if len(_known) >= _KNOWN_LIMIT:
            del _known[next(iter(_known))]
        with _undisturbed():
            _known[key] = _read(der, *key)
    return _known[key]


def lacks_link(chain: Sequence[bytes], authorities: frozenset[str]) -> bool:
    """Whether the other side kept back the certificate that leads from its own to a root.

    A certificate that nobody vouches for looks the same whether its issuer is an intermediate that
    was not sent or a root nobody knows. It is the former if the certificate tells where its issuer
    is to be had, as public authorities must, or if it is of an organisation that we do trust.

    Args:
        chain: The certificates sent, DER, the other side's own first; not empty.
        authorities: The organisations of the roots we trust.

    Source: RFC 8446 §4.4.2 (what a server must send); CA/Browser Forum BR 7.1.2.7.7 (caIssuers).
    """
    with _undisturbed():
        try:
            leaf, *others = (x509.load_der_x509_certificate(der) for der in chain)
            if leaf.issuer in (leaf.subject, *(other.subject for other in others)):
                return False
            return _tells_issuer(leaf) or not authorities.isdisjoint(
                str(each.value)
                for each in leaf.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
            )
        except _UNREADABLE:
            return False


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Without the warnings that an odd certificate gives rise to: it is not ours to mend."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield


def _read(der: bytes, fingerprint: str, verified: bool) -> Certificate:
    try:
        parsed = x509.load_der_x509_certificate(der)
        return Certificate(
            sha256=fingerprint,
            subject=_clean(parsed.subject.rfc4514_string()),
            issuer=_clean(parsed.issuer.rfc4514_string()),
            names=tuple(_clean(name) for name in islice(_names(parsed), _NAMES_LIMIT)),
            not_before=parsed.not_valid_before_utc,
            not_after=parsed.not_valid_after_utc,
            verified=verified,
        )
    except _UNREADABLE:
        epoch = datetime.fromtimestamp(0, UTC)
        return Certificate(fingerprint, "", "", (), epoch, epoch, verified)


def _names(parsed: x509.Certificate) -> Iterator[str]:
    try:
        found = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    for name in found:
        if isinstance(name, x509.DNSName | x509.IPAddress):
            yield str(name.value)


def _tells_issuer(parsed: x509.Certificate) -> bool:
    try:
        access = parsed.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return False
    return any(each.access_method == AuthorityInformationAccessOID.CA_ISSUERS for each in access)


def _clean(text: str) -> str:
    printable = "".join(char for char in text[:_TEXT_LIMIT] if char.isprintable())
    return without_secrets(printable)[:_TEXT_LIMIT]
