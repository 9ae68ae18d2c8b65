from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2099, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Trust:
    """Our own certificate authority, and servers' contexts for every way to be wrong."""

    ca_file: str
    contexts: dict[str, ssl.SSLContext]
    der: dict[str, bytes]  # what each context shows
    stranger_ca: str  # PEM of an authority that signed nothing we look at


@pytest.fixture(scope="session")
def trust(tmp_path_factory) -> Trust:
    ca, stranger = trustme.CA(), trustme.CA()
    directory = tmp_path_factory.mktemp("trust")
    ca.cert_pem.write_to_path(directory / "ca.pem")
    certs = {
        "good": ca.issue_cert("127.0.0.1", "good.test"),
        "expired": ca.issue_cert(
            "127.0.0.1", not_before=LONG_AGO, not_after=LONG_AGO.replace(2002)
        ),
        "not_yet": ca.issue_cert(
            "127.0.0.1", not_before=FAR_AHEAD, not_after=FAR_AHEAD.replace(2100)
        ),
        "wrong_host": ca.issue_cert("somebody.else.test"),
        "stranger": stranger.issue_cert("127.0.0.1"),
    }
    contexts = {name: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for name in certs}
    for name, cert in certs.items():
        cert.configure_cert(contexts[name])
    contexts["wrong_purpose"] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexts["wrong_purpose"].load_cert_chain(_for_clients_only(ca, directory))
    der = {
        name: ssl.PEM_cert_to_DER_cert(cert.cert_chain_pems[0].bytes().decode())
        for name, cert in certs.items()
    }
    return Trust(str(directory / "ca.pem"), contexts, der, stranger.cert_pem.bytes().decode())


def _for_clients_only(ca: trustme.CA, directory) -> str:
    """A certificate that is in order but for its purpose; trustme makes no such."""
    authority = x509.load_pem_x509_certificate(ca.cert_pem.bytes())
    authority_key = serialization.load_pem_private_key(ca.private_key_pem.bytes(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    now = authority.not_valid_before_utc + timedelta(days=1)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "client")])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    cert = (
        x509.CertificateBuilder(authority.subject, name, key.public_key(), 7, now, FAR_AHEAD)
        .add_extension(usage, critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    path = directory / "client.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + cert.public_bytes(serialization.Encoding.PEM)
    )
    return str(path)
