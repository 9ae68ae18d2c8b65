"""Hostile about who they are: certificates and handshakes."""

from __future__ import annotations

from monitor.model import Failure, Phase
from probes.spec import TlsSpec
from tests.integration.probes.corpus import Case
from tests.integration.probes.world import answers, greets, hang_after_hello, http

# A ServerHello of TLS 1.0, as a server of 2005 says it: version 3.1, some cipher, no extensions.
OLD_HELLO = bytes.fromhex("160301002a020000260301") + bytes(32) + bytes.fromhex("00002f00")


def _secure(place):
    return http(place.port, scheme="https", ca_file=place.ca_file)


def shown(name, failure, context, phase=Phase.TLS) -> Case:
    return Case(name, failure, phase, answers(), context, spec=_secure)


def told(name, failure, serve) -> Case:
    return Case(name, failure, Phase.TLS, serve, spec=_secure)


def refused(name, failure, context, phase=Phase.TLS) -> Case:
    return Case(name, failure, phase, refuses=context, spec=_secure)


def _after_hello(words: bytes):
    async def behave(reader, writer):
        await reader.read(4096)
        writer.write(words)
        await hang_after_hello(reader, writer)

    return behave


TRUST = [
    shown("a certificate that is over", Failure.TLS_EXPIRED, "expired"),
    shown("a certificate of the future", Failure.TLS_NOT_YET_VALID, "not_yet"),
    shown("a certificate of another", Failure.TLS_WRONG_HOST, "wrong_host"),
    shown("a certificate signed by itself", Failure.TLS_SELF_SIGNED, "self_signed"),
    shown("a certificate for clients", Failure.TLS_INVALID, "wrong_purpose"),
    shown("a missing link", Failure.TLS_MISSING_LINK, "missing_link"),
    shown("a missing link to a stranger", Failure.TLS_MISSING_LINK, "tells_issuer"),
    shown("an unknown root, sent along", Failure.TLS_UNKNOWN_AUTHORITY, "unknown_root"),
    shown("an unknown root, not sent", Failure.TLS_UNKNOWN_AUTHORITY, "stranger"),
    shown("an unknown root far off", Failure.TLS_UNKNOWN_AUTHORITY, "through_strange_middle"),
    shown("a certificate of 75 kB", Failure.TLS_UNKNOWN_AUTHORITY, "noisy"),
    refused("TLS 1.1 at most", Failure.TLS_OLD_PROTOCOL, "old"),
    refused("a client certificate wanted", Failure.TLS_HANDSHAKE, "wants_client", Phase.WAIT),
    refused("one wanted by TLS 1.2", Failure.TLS_HANDSHAKE, "wants_client_1_2"),
    told("an answer in TLS 1.0", Failure.TLS_OLD_PROTOCOL, _after_hello(OLD_HELLO)),
    told("no TLS at all", Failure.TLS_HANDSHAKE, _after_hello(b"HTTP/1.1 400 No\r\n\r\n")),
    told("no TLS but noise", Failure.TLS_HANDSHAKE, _after_hello(b"\xff" * 4096)),
    told("silence in the handshake", Failure.TLS_TIMEOUT, hang_after_hello),
    told("half a handshake, then silence", Failure.TLS_TIMEOUT, _after_hello(OLD_HELLO[:20])),
    told("a close in the handshake", Failure.EOF, greets("close")),
    told("a reset in the handshake", Failure.CONNECTION_RESET, greets("reset")),
    Case(
        "a missing link, for TLS alone",
        Failure.TLS_MISSING_LINK,
        Phase.TLS,
        hang_after_hello,
        "missing_link",
        spec=lambda place: TlsSpec("127.0.0.1", place.port, ca_file=place.ca_file),
    ),
    Case(
        "the certificate of another, by name",
        Failure.TLS_WRONG_HOST,
        Phase.TLS,
        hang_after_hello,
        "good",
        spec=lambda p: TlsSpec("127.0.0.1", p.port, server_name="other.test", ca_file=p.ca_file),
    ),
]
