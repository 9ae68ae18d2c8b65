"""The certificate agents know the core by: given by the operator, or made at the first start."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import ssl
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

CERTIFICATE = "console.pem"
KEY = "console.key"
_LIVES = timedelta(days=3653)  # ten years: agents know it by its fingerprint, not by its date
_BEFORE = timedelta(days=1)  # an agent's clock may be behind


class CertificateError(Exception):
    """The console's certificate cannot be used: one sentence, what and what to do."""


def own_certificate(directory: Path, host: str, *, now: datetime) -> tuple[Path, Path]:
    """The self-signed certificate of a data directory, made if there is none yet.

    Args:
        directory: Where it is kept; created if it is not there.
        host: The name or address agents reach us by.
        now: Aware, UTC.

    Returns:
        The paths of certificate and key (mode 0600).

    Raises:
        CertificateError: only one of the two is there, or they cannot be written.
    """
    certificate, key = directory / CERTIFICATE, directory / KEY
    if certificate.exists() and key.exists():
        return certificate, key
    if certificate.exists():
        raise CertificateError(
            f"{key} is missing: put it back, or remove {certificate} and invite the agents again"
        )
    made = ec.generate_private_key(ec.SECP256R1())
    shown = _signed(made, host, now)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        # The key first: what a crash leaves is a key without a certificate, and both are made anew.
        _write(key, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _write(certificate, shown.public_bytes(Encoding.PEM))
    except OSError as error:
        raise CertificateError(
            f"{directory} cannot be written ({error.strerror}): make it writable for us"
        ) from error
    return certificate, key


def fingerprint(certificate: Path) -> str:
    """SHA-256 of a certificate (DER), 64 hex digits.

    Raises:
        CertificateError: it cannot be read.
    """
    try:
        shown = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise CertificateError(f"{certificate} is no certificate: give a PEM file") from error
    return hashlib.sha256(shown.public_bytes(Encoding.DER)).hexdigest()


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """How the console speaks TLS: 1.3 alone; both sides are ours.

    Raises:
        CertificateError: the two do not belong together, or cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise CertificateError(
            f"{certificate} and {key} cannot be used: give a certificate and its key, both PEM"
        ) from error
    return context


def _signed(key: ec.EllipticCurvePrivateKey, host: str, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Govah console")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + _LIVES)
        .add_extension(x509.SubjectAlternativeName([_alternative(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host.encode("idna").decode())


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
