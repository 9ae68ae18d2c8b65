"""Hostile on the wire: connections, heads, framings and bodies."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import zlib

import brotli
import zstandard

from monitor.model import Failure, Phase
from probes.spec import Expect, JsonExpectation
from tests.integration.probes.corpus import TIMEOUT_S, Case
from tests.integration.probes.world import (
    answers,
    end,
    greets,
    hang_after_hello,
    http,
    request_of,
    says,
)

MIB = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
ZEROS = bytes(20 * MIB)
JSON = Expect(json=(JsonExpectation("ok"),))


def pours(head: bytes, more: bytes, tick_s: float | None = None):
    """Answer with `head`, then with `more` for ever; one byte of it per tick, if there is one."""

    async def behave(reader, writer):
        await request_of(reader)
        writer.write(head)
        for number in itertools.count():
            writer.write(more if tick_s is None else more[number % len(more) :][:1])
            await writer.drain()
            await asyncio.sleep(tick_s or 0)

    return behave


def squeezed(coding: str) -> bytes:
    """20 MiB of nothing."""
    match coding:
        case "gzip":
            return gzip.compress(ZEROS, 6, mtime=0)
        case "deflate":
            return zlib.compress(ZEROS)
        case "raw deflate":
            return zlib.compress(ZEROS, wbits=-15)
        case "br":
            return brotli.compress(ZEROS, quality=3)
        case _:
            return zstandard.compress(ZEROS)


def coded(body: bytes, coding: str):
    return answers(body, "200 OK", f"Content-Encoding: {coding}")


def cut(name, failure, phase, head=b"", then="close") -> Case:
    return Case(name, failure, phase, says(head, then=then) if head else says(then=then))


def wait(name, failure, serve, timeout_s=TIMEOUT_S) -> Case:
    return Case(name, failure, Phase.WAIT, serve, timeout_s=timeout_s)


def body(name, failure, serve, context=None) -> Case:
    spec = (lambda p: http(p.port)) if context is None else _secure
    return Case(name, failure, Phase.TRANSFER, serve, context, spec=spec)


def _secure(place):
    return http(place.port, scheme="https", ca_file=place.ca_file)


CONNECTIONS = [
    Case("nobody listens", Failure.CONNECTION_REFUSED, Phase.CONNECT),
    Case("the queue is full", Failure.CONNECT_TIMEOUT, Phase.CONNECT, full=True),
    Case("reset once connected", Failure.CONNECTION_RESET, Phase.WAIT, greets("reset")),
    Case("closed once connected", Failure.EOF, Phase.WAIT, greets("close")),
    cut("reset instead of an answer", Failure.CONNECTION_RESET, Phase.WAIT, then="reset"),
    cut("closed instead of an answer", Failure.EOF, Phase.WAIT),
    cut("closed in the head", Failure.EOF, Phase.WAIT, OK + b"X-Ha"),
    cut("reset in the head", Failure.CONNECTION_RESET, Phase.WAIT, OK + b"X-Ha", "reset"),
    cut("closed in the body", Failure.EOF, Phase.TRANSFER, OK + b"Content-Length: 9\r\n\r\nab"),
    cut("closed in a chunk", Failure.EOF, Phase.TRANSFER, CHUNKED + b"5\r\nab"),
    wait("silent once connected", Failure.WAIT_TIMEOUT, hang_after_hello),
    wait("silent in the head", Failure.WAIT_TIMEOUT, says(OK + b"X-Ha", then="hang")),
    body(
        "silent in the body",
        Failure.TRANSFER_TIMEOUT,
        says(OK + b"Content-Length: 9\r\n\r\nab", then="hang"),
    ),
]

DRIPS = [
    wait("a status line in drips", Failure.WAIT_TIMEOUT, pours(b"", OK, 0.05)),
    wait("a header in drips", Failure.WAIT_TIMEOUT, pours(OK + b"X: ", b"x", 0.05)),
    wait("headers without end, slowly", Failure.WAIT_TIMEOUT, pours(OK, b"X: y\r\n", 0.05)),
    body(
        "a body of a byte per second",
        Failure.TRANSFER_TIMEOUT,
        pours(OK + b"Content-Length: 999\r\n\r\n", b"x", 1.0),
    ),
    body("a chunk in drips", Failure.TRANSFER_TIMEOUT, pours(CHUNKED + b"fff\r\n", b"x", 0.05)),
    body(
        "a body over TLS in drips",
        Failure.TRANSFER_TIMEOUT,
        pours(OK + b"\r\n", b"x", 0.05),
        "good",
    ),
]

ENDLESS = [
    body("an endless body", Failure.HTTP_BODY_TOO_LARGE, pours(OK + b"\r\n", b"x" * 65536)),
    body(
        "an endless body in chunks",
        Failure.HTTP_BODY_TOO_LARGE,
        pours(CHUNKED, b"8000\r\n" + b"x" * 0x8000 + b"\r\n"),
    ),
    body(
        "an endless body over TLS",
        Failure.HTTP_BODY_TOO_LARGE,
        pours(OK + b"\r\n", b"x" * 65536),
        "good",
    ),
    body(
        "an endless chunk extension",
        Failure.HTTP_BODY_TOO_LARGE,
        pours(CHUNKED + b"5;", b"x" * 65536),
    ),
    body("a body promised too long", Failure.HTTP_BODY_TOO_LARGE, answers(b"x" * (256 * 1024 + 1))),
    wait("an endless header", Failure.HTTP_HEADER_TOO_LARGE, pours(OK + b"X: ", b"x" * 65536)),
    wait("headers without end", Failure.HTTP_TOO_MANY_HEADERS, pours(OK, b"X: y\r\n" * 999)),
    wait(
        "interim answers without end",
        Failure.HTTP_HEADER_TOO_LARGE,
        pours(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 999),
        timeout_s=3.0,
    ),
    wait(
        "early hints without end",
        Failure.HTTP_HEADER_TOO_LARGE,
        pours(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 999),
        timeout_s=3.0,
    ),
]

HEADS = [
    wait(
        "a header of 100 kB",
        Failure.HTTP_HEADER_TOO_LARGE,
        says(OK + b"X: " + b"x" * 100_000 + b"\r\n\r\n"),
    ),
    wait(
        "a header name of 100 kB",
        Failure.HTTP_HEADER_TOO_LARGE,
        says(OK + b"x" * 100_000 + b": y\r\n\r\n"),
    ),
    wait(
        "a status line of 100 kB",
        Failure.HTTP_HEADER_TOO_LARGE,
        says(b"HTTP/1.1 200 " + b"x" * 100_000 + b"\r\n\r\n"),
    ),
    wait(
        "10,000 headers",
        Failure.HTTP_TOO_MANY_HEADERS,
        says(OK + b"".join(b"X-%d: y\r\n" % n for n in range(10_000)) + b"\r\n"),
    ),
    wait("a header without a name", Failure.HTTP_PROTOCOL, says(OK + b": x\r\n\r\n")),
    wait("a header with a space in its name", Failure.HTTP_PROTOCOL, says(OK + b"A B: x\r\n\r\n")),
    wait("a null byte in a header", Failure.HTTP_PROTOCOL, says(OK + b"X: a\x00b\r\n\r\n")),
    wait("nothing but null bytes", Failure.HTTP_PROTOCOL, says(bytes(4096))),
    wait("HTTP/0.9", Failure.HTTP_PROTOCOL, says(b"<html>hello</html>\n")),
    wait("HTTP/9.9", Failure.HTTP_PROTOCOL, says(b"HTTP/9.9 200 OK\r\n\r\n")),
    wait("HTTP/2", Failure.HTTP_PROTOCOL, says(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
    wait("an HTTP/2 frame", Failure.HTTP_PROTOCOL, says(b"\x00\x00\x12\x04" + bytes(23))),
    wait("another protocol", Failure.HTTP_PROTOCOL, says(b"SSH-2.0-OpenSSH_9.2\r\n")),
    wait("TLS where none was asked for", Failure.HTTP_PROTOCOL, says(b"\x15\x03\x01\x00\x02\x02F")),
    wait("a status of five digits", Failure.HTTP_PROTOCOL, says(b"HTTP/1.1 99999 OK\r\n\r\n")),
    Case(
        "another protocol, politely",
        Failure.HTTP_UNEXPECTED_STATUS,
        Phase.EXPECT,
        says(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\x00\x01"),
    ),
]

FRAMES = [
    wait("a negative length", Failure.HTTP_PROTOCOL, says(OK + b"Content-Length: -5\r\n\r\nab")),
    wait("a length of letters", Failure.HTTP_PROTOCOL, says(OK + b"Content-Length: x\r\n\r\nab")),
    wait(
        "a length beyond all numbers",
        Failure.HTTP_PROTOCOL,
        says(OK + b"Content-Length: " + b"9" * 40 + b"\r\n\r\nab"),
    ),
    wait(
        "two lengths",
        Failure.HTTP_PROTOCOL,
        says(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    ),
    wait(
        "a length and chunks",
        Failure.HTTP_PROTOCOL,
        says(OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
    ),
    body(
        "a length that is not kept",
        Failure.EOF,
        says(OK + b"Content-Length: 5\r\n\r\nab"),
    ),
    wait(
        "garbage behind the answer",
        Failure.HTTP_PROTOCOL,
        says(OK + b"Content-Length: 2\r\n\r\nab\x00\xff garbage"),
    ),
    wait("a negative chunk", Failure.HTTP_BAD_CHUNK, says(CHUNKED + b"-1\r\nab\r\n")),
    wait("a chunk of junk", Failure.HTTP_BAD_CHUNK, says(CHUNKED + b"zz\r\nab\r\n")),
    wait("a chunk beyond all numbers", Failure.HTTP_BAD_CHUNK, says(CHUNKED + b"f" * 40 + b"\r\n")),
    wait("a chunk without its end", Failure.HTTP_BAD_CHUNK, says(CHUNKED + b"2\r\nabcd\r\n")),
    wait("a chunk of two lines", Failure.HTTP_BAD_CHUNK, says(CHUNKED + b"2\nab\n0\n\n")),
]


async def _breaks_late(reader, writer):
    await request_of(reader)
    writer.write(CHUNKED + b"2\r\nab\r\n")
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.write(b"zz\r\nab\r\n")
    await end(writer, "hang")


CODINGS = [
    body("a chunk that breaks late", Failure.HTTP_BAD_CHUNK, _breaks_late),
    *(
        body(f"a bomb of {coding}", failure, coded(squeezed(coding), coding.removeprefix("raw ")))
        for coding, failure in {
            "gzip": Failure.HTTP_BODY_BOMB,
            "deflate": Failure.HTTP_BODY_BOMB,
            "raw deflate": Failure.HTTP_BODY_BOMB,
            "br": Failure.HTTP_UNASKED_CODING,
            "zstd": Failure.HTTP_UNASKED_CODING,
        }.items()
    ),
    body(
        "a bomb in a bomb, told",
        Failure.HTTP_UNASKED_CODING,
        coded(gzip.compress(squeezed("gzip")), "gzip, gzip"),
    ),
    Case(
        "a bomb in a bomb, not told",
        Failure.TEXT_WRONG_CHARSET,
        Phase.EXPECT,
        coded(gzip.compress(squeezed("gzip"), mtime=0), "gzip"),
        spec=lambda place: http(place.port, expect=JSON),
    ),
    body("a coding nobody knows", Failure.HTTP_UNASKED_CODING, coded(b"x", "x-evil")),
    body("gzip that is none", Failure.HTTP_BODY_UNDECODABLE, coded(b"not gzip", "gzip")),
    body(
        "gzip that ends early",
        Failure.HTTP_BODY_UNDECODABLE,
        coded(gzip.compress(b"abc" * 99, mtime=0)[:-9], "gzip"),
    ),
    body(
        "gzip with a wrong sum",
        Failure.HTTP_BODY_UNDECODABLE,
        coded(gzip.compress(b"abc" * 99, mtime=0)[:-8] + b"\x00" * 8, "gzip"),
    ),
]

WIRE = [*CONNECTIONS, *DRIPS, *ENDLESS, *HEADS, *FRAMES, *CODINGS]
