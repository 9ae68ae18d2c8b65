"""Ways to fail, each with the name it must get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import dns.rcode

from monitor.model import CodeClass, Failure, Phase
from probes.spec import CodeMap, Expect, JsonExpectation, TlsSpec, XmlExpectation
from tests.integration.probes.world import (
    answers,
    cut_short,
    greets,
    hang_after_hello,
    http,
    leads,
    rcode,
    request_of,
    says,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.probes.world import Behaviour, Liar

CODES = CodeMap(
    "code",
    {
        "1": CodeClass.OK,
        "500": CodeClass.UPSTREAM,
        "401": CodeClass.OURS,
        "-12114": CodeClass.DOCTOR,
        "-5414": CodeClass.PATIENT,
        "-23222": CodeClass.SESSION,
    },
)
PAGE = "<!doctype html><html><head><title>{}</title></head><body>{}</body></html>"


def page(body: str, title: str = "") -> bytes:
    return PAGE.format(title, body).encode()


@dataclass(frozen=True)
class Case:
    failure: Failure
    phase: Phase
    server: Behaviour
    spec: Callable[[int], object]
    context: str | None = None


def plain(failure, phase, server, path="/", **more) -> Case:
    return Case(failure, phase, server, lambda port: http(port, path, **more))


def expecting(failure, server, **expect) -> Case:
    return plain(failure, Phase.EXPECT, server, expect=Expect(**expect))


def secure(failure, context, server=hang_after_hello, phase=Phase.TLS) -> Case:
    return Case(failure, phase, server, lambda port: TlsSpec("127.0.0.1", port), context)


async def drip(reader, writer):
    await request_of(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
    await hang_after_hello(reader, writer)


async def goes_round(reader, writer):
    await request_of(reader)
    writer.write(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()


HTTP_CASES = [
    plain(Failure.CONNECTION_RESET, Phase.WAIT, says(then="reset")),
    plain(Failure.EOF, Phase.WAIT, says(then="close")),
    plain(Failure.WAIT_TIMEOUT, Phase.WAIT, hang_after_hello),
    plain(Failure.TRANSFER_TIMEOUT, Phase.TRANSFER, drip),
    plain(Failure.HTTP_PROTOCOL, Phase.WAIT, says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")),
    plain(
        Failure.HTTP_HEADER_TOO_LARGE,
        Phase.WAIT,
        says(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"),
    ),
    plain(Failure.HTTP_BODY_TOO_LARGE, Phase.TRANSFER, answers(b"x" * 262_145)),
    plain(
        Failure.HTTP_BODY_UNDECODABLE,
        Phase.TRANSFER,
        answers(b"not gzip at all", "200 OK", "Content-Encoding: gzip"),
    ),
    plain(Failure.REDIRECT_LOOP, Phase.TRANSFER, goes_round, redirects=3),
    plain(
        Failure.REDIRECT_REFUSED,
        Phase.TRANSFER,
        answers(b"", "302 Found", "Location: http://127.0.0.9/"),
        redirects=3,
    ),
    expecting(Failure.HTTP_401, answers(b"", "401 No")),
    expecting(Failure.HTTP_403, answers(b"", "403 No")),
    expecting(Failure.HTTP_429, answers(b"", "429 No")),
    expecting(Failure.HTTP_4XX, answers(b"", "404 No")),
    expecting(Failure.HTTP_5XX, answers(b"", "503 No")),
    expecting(Failure.HTTP_UNEXPECTED_STATUS, answers(b"", "302 Found", "Location: /login")),
    expecting(Failure.HEADER_MISMATCH, answers(), headers={"Server": "nginx"}),
    expecting(Failure.JSON_UNREADABLE, answers(b"<html>"), json=(JsonExpectation("ok"),)),
    expecting(Failure.JSON_MISMATCH, answers(b'{"ok":0}'), json=(JsonExpectation("ok", (1,)),)),
    expecting(Failure.TEXT_MISMATCH, answers(b"there"), contains=("here!",)),
    expecting(Failure.APPLICATION_ERROR, answers(b'{"code":500}'), codes=CODES),
    expecting(Failure.APPLICATION_REJECTED, answers(b'{"code":-7}'), codes=CODES),
    expecting(Failure.CREDENTIALS_REFUSED, answers(b'{"code":401}'), codes=CODES),
    expecting(Failure.ACCOUNT_REFUSED, answers(b'{"code":-12114}'), codes=CODES),
    expecting(Failure.BUSINESS_REFUSAL, answers(b'{"code":-5414}'), codes=CODES),
    expecting(Failure.SESSION_EXPIRED, answers(b'{"code":-23222}'), codes=CODES),
    expecting(Failure.XML_UNREADABLE, answers(b"<a><b></a>"), xml=(XmlExpectation("//b"),)),
    expecting(Failure.XML_MISMATCH, answers(b"<a>2</a>"), xml=(XmlExpectation("/a", ("1",)),)),
    expecting(Failure.EMPTY_ANSWER, answers(b"{}"), codes=CODES),
    expecting(
        Failure.TEXT_WRONG_CHARSET,
        answers("نسخه ثبت شد".encode("cp1256"), "200 OK", "Content-Type: text/plain"),
        contains=("نسخه",),
    ),
    expecting(
        Failure.LOGIN_PAGE,
        answers(page("<form action=/login><input type=password></form>")),
        codes=CODES,
    ),
    expecting(
        Failure.CAPTCHA_PAGE,
        answers(page("<div class='g-recaptcha' data-sitekey=x></div>")),
        codes=CODES,
    ),
    expecting(
        Failure.BLOCK_PAGE,
        answers(page("The requested URL was rejected. Your support ID is: 1234")),
        json=(JsonExpectation("ok"),),
    ),
    expecting(
        Failure.MAINTENANCE_PAGE,
        answers(page("سامانه در حال به‌روزرسانی است"), "503 Service Unavailable"),
        codes=CODES,
    ),
]


async def answers_hello_in_plain_http(reader, writer):
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await hang_after_hello(reader, writer)


TLS_CASES = [
    secure(Failure.TLS_TIMEOUT, None),
    secure(Failure.TLS_HANDSHAKE, None, answers_hello_in_plain_http),
    secure(Failure.EOF, None, greets("close")),
    secure(Failure.CONNECTION_RESET, None, greets("reset")),
    secure(Failure.TLS_EXPIRED, "expired"),
    secure(Failure.TLS_NOT_YET_VALID, "not_yet"),
    secure(Failure.TLS_WRONG_HOST, "wrong_host"),
    secure(Failure.TLS_UNKNOWN_AUTHORITY, "stranger"),
    secure(Failure.TLS_SELF_SIGNED, "self_signed"),
    secure(Failure.TLS_MISSING_LINK, "missing_link"),
    secure(Failure.TLS_INVALID, "wrong_purpose"),
]


def garbage(query, _over_tcp):
    return query.to_wire()[:2] + b"\x81\x80" + b"\xff" * 20


DNS_CASES: list[tuple[Failure, Liar]] = [
    (Failure.DNS_TIMEOUT, lambda _query, _over_tcp: None),
    (Failure.DNS_NXDOMAIN, rcode(dns.rcode.NXDOMAIN)),
    (Failure.DNS_SERVFAIL, rcode(dns.rcode.SERVFAIL)),
    (Failure.DNS_REFUSED, rcode(dns.rcode.REFUSED)),
    (Failure.DNS_NO_ANSWER, leads()),
    (Failure.DNS_BOGON, leads("A 0.0.0.0")),
    (Failure.DNS_BOGON, leads("A 10.10.34.35")),
    (Failure.DNS_MALFORMED, garbage),
    (Failure.DNS_MALFORMED, cut_short(garbage)),
    (Failure.DNS_LOOP, leads("CNAME b.", "b. CNAME c.", "c. CNAME b.")),
    (Failure.DNS_PRIVATE, leads("A 10.0.0.1")),
]
