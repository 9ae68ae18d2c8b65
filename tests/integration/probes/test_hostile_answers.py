"""Bytes meant to hurt: memory, time and patience stay bounded, and nothing is raised."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from pathlib import Path

import pytest

from monitor.model import Failure, Phase
from probes.http import HttpProbe
from probes.spec import Expect, JsonExpectation
from tests.integration.probes.world import (
    LOOK_ID,
    answers,
    check,
    end,
    http,
    request_of,
    says,
    serving,
    vantage,
)

MIB = 1024 * 1024


async def look(port, timeout_s=2.0, **more):
    return await HttpProbe().look(check(http(port, **more), timeout_s), vantage(), LOOK_ID)


async def warm_up():
    """Let everything that is made once be made."""
    async with serving(answers(gzip.compress(b"warm"), "200 OK", "Content-Encoding: gzip")) as port:
        await look(port)


class Memory:
    """The most memory this process had since `__init__`, above what it had then."""

    def __init__(self):
        Path("/proc/self/clear_refs").write_text("5")  # start the high-water mark anew
        self._before = self._peak_bytes()

    def growth_bytes(self) -> int:
        return self._peak_bytes() - self._before

    @staticmethod
    def _peak_bytes() -> int:
        status = Path("/proc/self/status").read_text()
        return 1024 * int(status.split("VmHWM:")[1].split()[0])


async def endless(reader, writer):
    await request_of(reader)
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


def bomb(coding: str) -> bytes:
    """200 MiB of nothing, in 200 kB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31 if coding == "gzip" else 15)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(200)) + packer.flush()


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_bomb_is_cut_at_the_cap_and_costs_no_memory(coding):
    behaviour = answers(bomb(coding), "200 OK", f"Content-Encoding: {coding}")
    await warm_up()
    async with serving(behaviour) as port:
        memory = Memory()

        seen = await look(port)

    assert (seen.failure, seen.phase) == (Failure.HTTP_BODY_BOMB, Phase.TRANSFER)
    assert memory.growth_bytes() <= 8 * MIB


async def test_an_endless_body_is_cut_at_the_cap_and_costs_no_memory():
    await warm_up()
    async with serving(endless) as port:
        memory = Memory()

        seen = await look(port)

    assert seen.failure is Failure.HTTP_BODY_TOO_LARGE
    assert memory.growth_bytes() <= 8 * MIB


@pytest.mark.parametrize("where", ["status line", "header", "body"])
async def test_a_drip_ends_at_the_deadline_however_often_it_drips(where):
    head = b"HTTP/1.1 200 OK\r\n"
    known = {"status line": b"", "header": head, "body": head + b"Content-Length: 999\r\n\r\n"}
    phase = Phase.TRANSFER if where == "body" else Phase.WAIT

    async def drip(reader, writer):
        await request_of(reader)
        writer.write(known[where])
        text = head if where == "status line" else b"X-Very-Long: " + b"x" * 999
        for byte in text:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.04)

    async with serving(drip) as port:
        started = asyncio.get_running_loop().time()
        seen = await look(port, timeout_s=0.3)
        took_s = asyncio.get_running_loop().time() - started

    assert seen.phase is phase
    assert seen.failure in (Failure.WAIT_TIMEOUT, Failure.TRANSFER_TIMEOUT)
    assert 0.29 <= took_s <= 0.8


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n",
            Failure.HTTP_BAD_CHUNK,
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", Failure.EOF),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", Failure.EOF),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nab", Failure.HTTP_PROTOCOL),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            Failure.HTTP_PROTOCOL,
        ),
        (b"HTTP/1.1 99999 OK\r\n\r\n", Failure.HTTP_PROTOCOL),
        (b"HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n", Failure.HTTP_PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n", Failure.HTTP_PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n", Failure.HTTP_PROTOCOL),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000 + b"\r\n", Failure.HTTP_TOO_MANY_HEADERS),
        (b"\r\n\r\n\r\n\x00\x01\x02\xff\xfe\r\n\r\n", Failure.HTTP_PROTOCOL),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            Failure.HTTP_UNEXPECTED_STATUS,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx",
            Failure.HTTP_UNASKED_CODING,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
            + gzip.compress(b"abc" * 99, mtime=0)[:-9],
            Failure.HTTP_BODY_UNDECODABLE,
        ),
    ],
)
async def test_broken_http_has_a_name(answer, failure):
    async with serving(says(answer)) as port:
        seen = await look(port)

    assert seen.failure is failure


@pytest.mark.parametrize(
    "framing", ["Content-Length: 500", "Transfer-Encoding: chunked", "Connection: close"]
)
async def test_a_reset_in_the_middle_of_a_body_is_a_reset_however_it_is_framed(framing):
    async def behave(reader, writer):
        await request_of(reader)
        writer.write(f"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n5\r\nab".encode())
        await asyncio.sleep(0.05)  # so that the reset does not overtake the head
        await end(writer, "reset")

    async with serving(behave) as port:
        seen = await look(port)

    assert (seen.failure, seen.phase) == (Failure.CONNECTION_RESET, Phase.TRANSFER)


async def test_a_chunk_that_breaks_late_is_not_waited_for():
    async def behave(reader, writer):
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
        await asyncio.sleep(0.05)
        writer.write(b"zz\r\nab\r\n")
        await end(writer, "hang")

    async with serving(behave) as port:
        seen = await look(port)

    assert (seen.failure, seen.phase) == (Failure.HTTP_BAD_CHUNK, Phase.TRANSFER)


@pytest.mark.parametrize(
    ("charset", "failure"),
    [
        ("utf-8", Failure.TEXT_WRONG_CHARSET),
        ("punycode", Failure.TEXT_WRONG_CHARSET),  # read as UTF-8: nobody uses it for text
        ("no-such", Failure.TEXT_WRONG_CHARSET),
        ("unicode_escape", Failure.TEXT_WRONG_CHARSET),
        ("utf-16", Failure.TEXT_MISMATCH),
    ],
)
async def test_a_body_in_no_charset_at_all_is_judged_not_raised(charset, failure):
    behaviour = answers(
        b"\xff\xfe\x00\xd8here\x80", "200 OK", f"Content-Type: text/x; charset={charset}"
    )
    async with serving(behaviour) as port:
        seen = await look(port, expect=Expect(contains=("nowhere",)))

    assert seen.failure is failure


@pytest.mark.parametrize("body", [b"[" * 200_000, b"9" * 200_000, b"NaN", b'"\\ud800"x', b"\xff"])
async def test_json_meant_to_hurt_is_unreadable(body):
    async with serving(answers(body)) as port:
        seen = await look(port, expect=Expect(json=(JsonExpectation("a"),)))

    assert seen.failure is Failure.JSON_UNREADABLE


async def test_a_half_closed_answer_without_length_is_complete():
    async with serving(says(b"HTTP/1.0 200 OK\r\n\r\nhere")) as port:
        seen = await look(port, expect=Expect(contains=("here",)))

    assert (seen.failure, seen.phase, seen.body_bytes) == (None, Phase.DONE, 4)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw deflate", "identity"])
async def test_a_body_is_decoded_before_it_is_judged(coding):
    body = {
        "gzip": gzip.compress(b"here"),
        "deflate": zlib.compress(b"here"),
        "raw deflate": zlib.compress(b"here", wbits=-15),
        "identity": b"here",
    }[coding]
    behaviour = answers(body, "200 OK", f"Content-Encoding: {coding.removeprefix('raw ')}")
    async with serving(behaviour) as port:
        seen = await look(port, expect=Expect(contains=("here",)))

    assert (seen.failure, seen.body_bytes) == (None, 4)


async def test_a_bad_status_is_told_even_if_its_body_is_unreadable():
    behaviour = answers(b"x" * 300_000, "502 Bad Gateway")
    async with serving(behaviour) as port:
        seen = await look(port)

    assert (seen.failure, seen.http_status) == (Failure.HTTP_5XX, 502)
