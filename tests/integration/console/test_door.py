"""What strangers may cost: connections, patience, memory."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

import aiohttp
import pytest

from monitor.console import door, limits
from monitor.wire.messages import BASE
from tests.integration.console.site import Agent, reasons, site

PATIENCE_S = 20.0


def no_questions():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@contextlib.asynccontextmanager
async def line(it):
    """A TLS connection that says what the test writes."""
    port = int(it.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=no_questions())
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError, ssl.SSLError):
            await writer.wait_closed()


async def ended(reader):
    async with asyncio.timeout(PATIENCE_S):
        with contextlib.suppress(OSError):
            return await reader.read()
    return b""


async def test_who_says_nothing_is_let_go(tmp_path, monkeypatch):
    monkeypatch.setattr(door, "FIRST_REQUEST_S", 0.2)
    async with site(tmp_path) as it, line(it) as (reader, writer):
        writer.write(b"POST /agents/v1/enrol HT")

        assert await ended(reader) == b""


async def test_who_was_heard_keeps_the_connection(tmp_path, monkeypatch):
    monkeypatch.setattr(door, "FIRST_REQUEST_S", 0.2)
    async with site(tmp_path) as it, line(it) as (heard, writer):
        agent = await it.enrolled()

        async def ask():
            signed = agent.signed("GET", f"{BASE}/config", b"")
            lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
            writer.write(f"GET {BASE}/config HTTP/1.1\r\nHost: a\r\n{lines}\r\n".encode())
            async with asyncio.timeout(PATIENCE_S):
                head = await heard.readuntil(b"\r\n\r\n")
            await heard.readuntil(b"}")
            return head.split(b"\r\n")[0]

        assert await ask() == b"HTTP/1.1 200 OK"
        async with line(it) as (silent, _):  # it came later, so the patience with both is over
            assert await ended(silent) == b""

        assert await ask() == b"HTTP/1.1 200 OK"


async def test_beyond_so_many_connections_nobody_is_served_and_then_again(tmp_path, monkeypatch):
    monkeypatch.setattr(door, "MOST_CONNECTIONS", 3)
    async with site(tmp_path) as it:
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(3):
                await stack.enter_async_context(line(it))
            reader, writer = await stack.enter_async_context(line(it))
            writer.write(b"GET /agents/v1/config HTTP/1.1\r\nHost: a\r\n\r\n")
            assert await ended(reader) == b""

        async with asyncio.timeout(PATIENCE_S):
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    assert (await Agent(it, "nowhere").send())[0] == 401
                    break


async def test_a_body_that_drips_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "SLOWEST_BODY_S", 0.2)
    async with site(tmp_path) as it, line(it) as (reader, writer):
        writer.write(
            f"POST {BASE}/enrol HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nx".encode()
        )

        answer = await ended(reader)

        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'{"error": "the body came too slowly"}' in answer
        assert reasons(it) == {"slow": 1}


@pytest.mark.parametrize("broken", ["zz\r\n\r\n", "5\r\nab\r\n\r\nmore\r\n"])
async def test_a_broken_chunk_is_answered_and_none_of_it_is_logged(tmp_path, broken, caplog, capfd):
    async with site(tmp_path) as it, line(it) as (reader, writer):
        head = f"POST {BASE}/enrol HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        writer.write(f"{head}{broken}".encode())

        assert b" 400 Bad Request" in await ended(reader)
        assert (caplog.text, capfd.readouterr().err) == ("", "")


async def test_a_body_cut_short_has_no_effect(tmp_path):
    async with site(tmp_path) as it:
        async with line(it) as (_, writer):
            writer.write(
                f"POST {BASE}/enrol HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n{{".encode()
            )
            await writer.drain()

        assert (await (await it.enrolled()).config())[0] == 200


async def test_the_table_of_addresses_does_not_grow(tmp_path):
    async with site(tmp_path) as it:
        allowance = limits.Allowance(it.clock, most=2, per_s=60.0)
        for number in range(3 * limits.MOST_ADDRESSES):
            allowance.take(f"2001:db8:{number:x}::1")

        assert len(allowance._left) == limits.MOST_ADDRESSES


async def test_one_site_of_ipv6_counts_as_one_and_patience_comes_back(tmp_path):
    async with site(tmp_path) as it:
        allowance = limits.Allowance(it.clock, most=2, per_s=60.0)
        allowance.take("2001:db8::1")
        allowance.take("2001:db8::2")

        assert not allowance.has("2001:db8::3")
        assert allowance.has("2001:db8:0:1::3")
        it.clock.passed_s += 30.0
        assert allowance.has("2001:db8::3")
