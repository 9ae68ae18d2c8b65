"""Servers that send secrets back in every place an answer can carry them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import ssl
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from tests.process.planting import Planted

    Wire = Callable[[Planted], bytes]
    Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def http(status: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close"])
    return head.encode() + b"\r\n\r\n" + body


def as_json(status: str, body: object) -> bytes:
    return http(status, [("Content-Type", "application/json")], json.dumps(body).encode())


def reason(p: Planted) -> bytes:
    return http(f"500 {' '.join(p.some('reason', 40))}", [], b"")


def headers(p: Planted) -> bytes:
    named = [(f"X-{p.one('header name')}", p.one("header value")) for _ in range(30)]
    return http("200 OK", [*named, ("WWW-Authenticate", f'Basic realm="{p.one("header")}"')], b"no")


def cookies(p: Planted) -> bytes:
    each = [("Set-Cookie", f"{p.one('cookie')}={p.one('cookie')}; Path=/") for _ in range(30)]
    return http("403 Forbidden", each, b"")


def location(p: Planted) -> bytes:
    a, b, c, d = p.some("location", 4)
    return http("302 Found", [("Location", f"https://{a}:{b}@{c}.example/{d}?token={a}#{b}")], b"")


def json_body(p: Planted) -> bytes:
    words = p.some("json", 60)
    return as_json("200 OK", {"family": words[0], words[1]: words[2:], "status": 200})


def code(p: Planted) -> bytes:
    return as_json(
        "200 OK", {"status": p.one("code"), "reason": " ".join(p.some("reason text", 9))}
    )


def broken_json(p: Planted) -> bytes:
    return http("200 OK", [], b'{"token": "' + " ".join(p.some("half json", 30)).encode())


def xml(p: Planted) -> bytes:
    inner = "".join(f'<t{n} a="{p.one("xml")}">{p.one("xml")}</t{n}>' for n in range(20))
    text = f'<!DOCTYPE a [<!ENTITY x "{p.one("xml")}">]><a>{inner}&x;</a>'
    return http("200 OK", [("Content-Type", "text/xml")], text.encode())


def login_page(p: Planted) -> bytes:
    fields = "".join(f'<input name="{p.one("html")}" value="{p.one("html")}">' for _ in range(20))
    page = f'<html><title>{p.one("html")}</title><form><input type="password">{fields}</form>'
    return http("200 OK", [("Content-Type", "text/html")], page.encode())


def error_page(p: Planted) -> bytes:
    trace = "\n".join(f"File {p.one('error page')} line 3" for _ in range(40))
    return http("503 Oops", [("Content-Type", "text/html")], f"<pre>{trace}</pre>".encode())


def chunks(p: Planted) -> bytes:
    parts = "".join(f"2;{p.one('chunk')}={p.one('chunk')}\r\nhi\r\n" for _ in range(15))
    trailer = "".join(f"X-{p.one('trailer')}: {p.one('trailer')}\r\n" for _ in range(9))
    head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return f"{head}{parts}0\r\n{trailer}\r\n".encode()


def bad_chunk(p: Planted) -> bytes:
    return f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{p.one('bad chunk')}\r\n".encode()


def bad_status_line(p: Planted) -> bytes:
    return f"HTTP/1.1 {p.one('status line')} {p.one('status line')}\r\n\r\n".encode()


def bad_header(p: Planted) -> bytes:
    a, b, c = p.some("bad header", 3)
    return f"HTTP/1.1 200 OK\r\n{a} {b}\x00{c}\r\n\r\n".encode()


def long_header(p: Planted) -> bytes:
    return f"HTTP/1.1 200 OK\r\nX: {' '.join(p.some('long header', 800))}\r\n\r\n".encode()


def coding(p: Planted) -> bytes:
    return http("200 OK", [("Content-Encoding", p.one("coding"))], p.one("coding").encode())


def charset(p: Planted) -> bytes:
    kind = f"application/json; charset={p.one('charset')}"
    return http("200 OK", [("Content-Type", kind)], f'{{"a": "{p.one("charset")}"}}'.encode())


def greeting(p: Planted) -> bytes:
    return "\r\n".join(["220 hello", *p.some("no http", 20)]).encode()


def promql_error(p: Planted) -> bytes:
    said = {"status": "error", "errorType": p.one("promql"), "error": p.one("promql")}
    return as_json("422 No", said)


def promql_value(p: Planted) -> bytes:
    result = [{"metric": {"instance": p.one("promql")}, "value": [1, p.one("promql")]}]
    return as_json(
        "200 OK", {"status": "success", "data": {"resultType": "vector", "result": result}}
    )


def token(p: Planted) -> bytes:
    # A right login: the token is a secret that we use, and the rest are some that we do not.
    others = {"refresh_token": p.one("token"), "scope": p.some("token", 20)}
    return as_json("200 OK", {"access_token": p.one("token in use"), "expires_in": 60, **others})


def no_token(p: Planted) -> bytes:
    secrets = p.some("refused token", 20)
    return as_json("200 OK", {"access_token": secrets, "expires_in": p.one("lifetime")})


def carried(p: Planted) -> bytes:
    headers_ = [("X-Session", p.one("taken header")), ("Content-Type", "application/json")]
    body = json.dumps({"status": 200, "session": p.one("taken value")}).encode()
    return http("200 OK", headers_, body)


WIRES: dict[str, Wire] = {
    each.__name__: each
    for each in (
        *(reason, headers, cookies, location, json_body, code, broken_json, xml, login_page),
        *(error_page, chunks, bad_chunk, bad_status_line, bad_header, long_header, coding),
        *(charset, greeting, promql_error, promql_value, token, no_token, carried),
    )
}


@asynccontextmanager
async def leaking(planted: Planted, folder: Path) -> AsyncIterator[dict[str, int]]:
    """Ports by name of the wire; `echo`, `tls` and `dns` besides."""
    running: set[asyncio.Task[None]] = set()

    async def ended() -> None:
        await asyncio.gather(*running, return_exceptions=True)

    def kept(serve: Serve) -> Serve:
        async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(serve(reader, writer))
            running.add(task)
            task.add_done_callback(running.discard)
            await task

        return served

    async with AsyncExitStack() as stack:
        stack.push_async_callback(ended)
        ports = {}
        for name, wire in WIRES.items():
            server = await asyncio.start_server(kept(_says(planted, wire)), "127.0.0.1", 0)
            ports[name] = (await stack.enter_async_context(server)).sockets[0].getsockname()[1]
        server = await asyncio.start_server(kept(_echo), "127.0.0.1", 0)
        ports["echo"] = (await stack.enter_async_context(server)).sockets[0].getsockname()[1]
        context = _certificates(planted, folder)
        server = await asyncio.start_server(
            kept(_says(planted, json_body)), "127.0.0.1", 0, ssl=context
        )
        ports["tls"] = (await stack.enter_async_context(server)).sockets[0].getsockname()[1]
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Names(planted), local_addr=("127.0.0.1", 0)
        )
        stack.callback(transport.close)
        ports["dns"] = transport.get_extra_info("sockname")[1]
        yield ports


def _says(planted: Planted, wire: Wire) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(wire(planted))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            await _closed(writer)

    return serve


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says back all that was sent, in the reason, in a header and in the body."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"(?i)content-length: (\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        flat = " ".join([*head.split(), *body.decode().split()])
        writer.write(http(f"500 {flat}", [("X-Echo", flat)], flat.encode()))
        await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        await _closed(writer)


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        await writer.wait_closed()


class _Names(asyncio.DatagramProtocol):
    """Answers every question with secrets in names and texts."""

    def __init__(self, planted: Planted) -> None:
        self._planted = planted

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, source: tuple[str, int]) -> None:
        question = dns.message.from_wire(data)
        answer = dns.message.make_response(question)
        asked = question.question[0]
        kind = dns.rdatatype.to_text(asked.rdtype)
        p = self._planted
        match kind:
            case "TXT":
                said = [f'"{p.one("dns txt")}"' for _ in range(9)]
            case "MX":
                said = [f"10 {p.one('dns mx')}.example." for _ in range(5)]
            case _:
                target = f"{p.one('dns alias')}.example."
                answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", "CNAME", target))
                answer.flags |= dns.flags.AA
                self._transport.sendto(answer.to_wire(), source)
                return
        answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *said))
        self._transport.sendto(answer.to_wire(), source)


def _certificates(planted: Planted, folder: Path) -> ssl.SSLContext:
    """Several self-signed certificates full of secrets; each connection meets the next."""
    contexts = [_one_certificate(planted, folder / f"leaky-{n}.pem") for n in range(8)]
    turn = [0]

    def next_one(sock: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        turn[0] += 1
        sock.context = contexts[turn[0] % len(contexts)]

    contexts[0].sni_callback = next_one
    return contexts[0]


def _one_certificate(p: Planted, path: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, p.one("certificate subject")),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, p.one("certificate subject")),
            x509.NameAttribute(NameOID.EMAIL_ADDRESS, f"{p.one('certificate subject')}@x.example"),
        ]
    )
    names = [x509.DNSName(f"{p.one('certificate name')}.example") for _ in range(15)]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    path.write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
