"""Our own certificate authority, and servers' contexts for every way to be wrong."""

from __future__ import annotations

import ssl
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2099, 1, 1, tzinfo=UTC)
HOST = "127.0.0.1"
NOISE = "\x1b[31m\u202e<b>\r\n\x00evil" + "x" * 40  # would paint a terminal and turn a page around


@dataclass(frozen=True)
class Trust:
    """Our own certificate authority, and servers' contexts for every way to be wrong."""

    ca_file: str
    contexts: dict[str, ssl.SSLContext]
    der: dict[str, bytes]  # what each context shows
    organisation: str  # of our own authority
    stranger_ca: str  # PEM of an authority that signed nothing we look at


def make_trust(directory) -> Trust:
    """Make all of it; the files go to `directory`."""
    ca, stranger = trustme.CA(), trustme.CA(organization_name="Somebody Else")
    middle, strange_middle = ca.create_child_ca(), stranger.create_child_ca()
    ca.cert_pem.write_to_path(directory / "ca.pem")
    certs = {
        "good": ca.issue_cert(HOST, "good.test"),
        "expired": ca.issue_cert(HOST, not_before=LONG_AGO, not_after=LONG_AGO.replace(2002)),
        "not_yet": ca.issue_cert(HOST, not_before=FAR_AHEAD, not_after=FAR_AHEAD.replace(2100)),
        "wrong_host": ca.issue_cert("somebody.else.test"),
        "stranger": stranger.issue_cert(HOST),
        "through_middle": middle.issue_cert(HOST),
        "through_strange_middle": strange_middle.issue_cert(HOST),
        "wants_client": ca.issue_cert(HOST),
        "wants_client_1_2": ca.issue_cert(HOST),
        "old": ca.issue_cert(HOST),
    }
    contexts = {name: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for name in certs}
    for name, cert in certs.items():
        cert.configure_cert(contexts[name])
    _want_client(contexts["wants_client"])
    _want_client(contexts["wants_client_1_2"])
    contexts["wants_client_1_2"].maximum_version = ssl.TLSVersion.TLSv1_2
    _age(contexts["old"])

    leaf = certs["through_middle"]
    contexts["missing_link"] = _serving(
        directory, leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes()
    )
    leaf = certs["stranger"]
    contexts["unknown_root"] = _serving(
        directory, leaf.private_key_and_cert_chain_pem.bytes() + stranger.cert_pem.bytes()
    )
    made = {
        "wrong_purpose": _made(ca, _for_clients),
        "tells_issuer": _made(stranger, _with_issuer),
        "self_signed": _made(None, _plain),
        "noisy": _made(stranger, _with_many_names, NOISE),
    }
    contexts |= {name: _serving(directory, key + pem) for name, (key, pem) in made.items()}
    pems = {name: cert.cert_chain_pems[0].bytes() for name, cert in certs.items()}
    pems |= {name: pem for name, (_, pem) in made.items()} | {"middle": middle.cert_pem.bytes()}
    der = {name: ssl.PEM_cert_to_DER_cert(pem.decode()) for name, pem in pems.items()}
    ours = x509.load_pem_x509_certificate(ca.cert_pem.bytes()).subject
    (organisation,) = ours.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return Trust(
        str(directory / "ca.pem"),
        contexts,
        der,
        str(organisation.value),
        stranger.cert_pem.bytes().decode(),
    )


def _want_client(context: ssl.SSLContext) -> None:
    context.verify_mode = ssl.CERT_REQUIRED


def _age(context: ssl.SSLContext) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that they are old is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")


def _serving(directory, pem: bytes) -> ssl.SSLContext:
    path = directory / f"{len(list(directory.iterdir()))}.pem"
    path.write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def _made(ca: trustme.CA | None, shape, subject: str = "made") -> tuple[bytes, bytes]:
    """Key and certificate that trustme does not make; self-signed where there is no authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    issuer, signer, begin = name, key, datetime(2020, 1, 1, tzinfo=UTC)
    if ca is not None:
        authority = x509.load_pem_x509_certificate(ca.cert_pem.bytes())
        issuer, begin = authority.subject, authority.not_valid_before_utc + timedelta(days=1)
        signer = serialization.load_pem_private_key(ca.private_key_pem.bytes(), None)
    builder = x509.CertificateBuilder(issuer, name, key.public_key(), 7, begin, FAR_AHEAD)
    cert = shape(builder).sign(signer, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private, cert.public_bytes(serialization.Encoding.PEM)


def _plain(builder):
    name = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))])
    return builder.add_extension(name, critical=False)


def _for_clients(builder):
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    return _plain(builder).add_extension(usage, critical=True)


def _with_issuer(builder):
    there = x509.UniformResourceIdentifier("http://ca.test/issuer.crt")
    access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, there)
    return _plain(builder).add_extension(x509.AuthorityInformationAccess([access]), critical=False)


def _with_many_names(builder):
    names = x509.SubjectAlternativeName(
        [x509.DNSName(f"\x1b{'n' * 240}{number}.test") for number in range(300)]
    )
    return builder.add_extension(names, critical=False)
