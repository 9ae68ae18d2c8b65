"""What every look owes the target, the operator and the machine, good or bad."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor import __version__
from monitor.model import Failure, Phase
from probes.registry import make_probes
from probes.spec import DnsSpec, Expect, TcpSpec, TlsSpec
from tests.integration.probes.world import (
    LOOK_ID,
    answers,
    check,
    greets,
    hang_after_hello,
    http,
    leads,
    lying,
    request_of,
    serving,
    vantage,
)


async def look(spec, place=None, timeout_s=2.0):
    return await make_probes()[spec.kind].look(check(spec, timeout_s), place or vantage(), LOOK_ID)


def recording(seen: list):
    """Answer everybody, and note each client's address and request."""

    async def serve(reader, writer):
        head = await request_of(reader)
        seen.append((writer.get_extra_info("peername")[0], head.decode()))
        writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 4\r\n\r\nhere")
        await writer.drain()
        await hang_after_hello(reader, writer)

    return serve


async def test_a_good_look_over_tls_tells_all_it_knows(trust):
    spec_of = {"scheme": "https", "host": "good.test", "ca_file": trust.ca_file}
    async with (
        lying(leads("CNAME b.", "b. A 127.0.0.1")) as resolver,
        serving(answers(b"here"), trust.contexts["good"]) as port,
    ):
        seen = await look(http(port, **spec_of), vantage(resolver))

    assert (seen.failure, seen.phase) == (None, Phase.DONE)
    assert (seen.http_status, seen.body_bytes, seen.address) == (200, 4, "127.0.0.1")
    times = seen.timings
    assert all(
        part is not None and 0 < part < 1
        for part in (times.dns_s, times.connect_s, times.tls_s, times.wait_s, times.transfer_s)
    )
    assert seen.certificate.verified
    assert "good.test" in seen.certificate.names
    assert seen.certificate.not_after > datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("context", ["expired", "not_yet", "wrong_host", "stranger"])
@pytest.mark.parametrize("kind", ["tls", "http"])
async def test_a_bad_certificate_is_shown_all_the_same(context, kind, trust):
    async with serving(hang_after_hello, trust.contexts[context]) as port:
        spec = (
            TlsSpec("127.0.0.1", port, ca_file=trust.ca_file)
            if kind == "tls"
            else http(port, scheme="https", ca_file=trust.ca_file)
        )
        seen = await look(spec)

    assert seen.phase is Phase.TLS
    assert not seen.certificate.verified
    assert seen.certificate.sha256 == hashlib.sha256(trust.der[context]).hexdigest()
    assert (seen.certificate.not_after.year == 2002) == (context == "expired")


async def test_a_certificate_is_not_waited_for_beyond_the_deadline(trust):
    first = asyncio.Event()

    async def front(reader, writer):
        if first.is_set():
            await hang_after_hello(reader, writer)  # no TLS for the second handshake
            return
        first.set()
        back_reader, back_writer = await asyncio.open_connection("127.0.0.1", back)
        try:
            await asyncio.gather(_pump(reader, back_writer), _pump(back_reader, writer))
        finally:
            back_writer.transport.abort()

    async with (
        serving(hang_after_hello, trust.contexts["expired"]) as back,
        serving(front) as port,
    ):
        started = asyncio.get_running_loop().time()
        seen = await look(TlsSpec("127.0.0.1", port, ca_file=trust.ca_file), timeout_s=0.4)
        took_s = asyncio.get_running_loop().time() - started

    assert (seen.failure, seen.certificate) == (Failure.TLS_EXPIRED, None)
    assert 0.39 <= took_s <= 0.9


async def _pump(reader, writer):
    while part := await reader.read(4096):
        writer.write(part)
    writer.close()


async def test_every_request_says_who_asks_and_leaves_from_the_vantages_address():
    seen: list = []
    async with serving(recording(seen)) as port:
        await look(
            http(port, headers={"user-agent": "x", "X-Key": "k"}), vantage(source="127.0.0.7")
        )

    (address, head), *rest = seen
    assert not rest
    assert address == "127.0.0.7"
    assert f"X-Request-ID: {LOOK_ID}\r\n" in head
    assert f"User-Agent: Govah/{__version__} (status monitor; look/{LOOK_ID})\r\n" in head
    assert "X-Key: k\r\n" in head
    assert len(re.findall("user-agent", head, re.IGNORECASE)) == 1


async def test_every_look_is_a_stranger_to_the_last():
    seen: list = []
    async with serving(recording(seen)) as port:
        await look(http(port))
        await look(http(port))

    assert len(seen) == 2
    assert "Cookie" not in seen[1][1]


async def test_the_environment_has_no_say(monkeypatch, tmp_path, trust):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    async with serving(answers(), trust.contexts["good"]) as port:
        seen = await look(http(port, scheme="https", ca_file=trust.ca_file))

    assert seen.failure is None
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("then", ["close", "reset"])
async def test_a_broken_request_is_not_sent_again(then):
    connections = 0
    part = greets(then)

    async def count(reader, writer):
        nonlocal connections
        connections += 1
        await part(reader, writer)

    async with serving(count) as port:
        seen = await look(http(port))

    assert seen.failure in (Failure.EOF, Failure.CONNECTION_RESET)
    assert connections == 1


async def test_tcp_and_tls_looks_hang_up_at_once(trust):
    hung_up: asyncio.Queue = asyncio.Queue()

    async def wait_for_the_end(reader, _writer):
        await reader.read()
        hung_up.put_nowait(True)

    async with serving(wait_for_the_end) as port:
        seen = await look(TcpSpec("127.0.0.1", port))
        await asyncio.wait_for(hung_up.get(), 2)
    async with serving(hang_after_hello, trust.contexts["good"]) as port:
        secure = await look(TlsSpec("127.0.0.1", port, ca_file=trust.ca_file))

    assert (seen.failure, seen.phase, seen.timings.tls_s) == (None, Phase.DONE, None)
    assert (secure.failure, secure.phase, secure.certificate.verified) == (None, Phase.DONE, True)
    assert secure.timings.wait_s is None or secure.timings.wait_s < 0.1


@pytest.mark.parametrize(
    "spec_of",
    [
        lambda port, _: TcpSpec("x.test", port),
        lambda port, _: http(port),
        lambda port, ca: http(port, scheme="https", ca_file=ca),
        lambda port, ca: TlsSpec("127.0.0.1", port, ca_file=ca),
        lambda _port, _: DnsSpec("x.test"),
    ],
    ids=["tcp", "http", "https", "tls", "dns"],
)
async def test_a_cancelled_look_leaves_nothing_open(spec_of, trust):
    def silence(_query, _over_tcp):
        return None

    async with lying(silence) as resolver, serving(hang_after_hello) as port:
        await look(spec_of(port, trust.ca_file), vantage(resolver), timeout_s=0.1)
        before = sockets_of_ours()
        looking = asyncio.create_task(look(spec_of(port, trust.ca_file), vantage(resolver)))
        await asyncio.wait({looking}, timeout=0.1)

        looking.cancel()

        with pytest.raises(asyncio.CancelledError):
            await looking
        deadline = asyncio.get_running_loop().time() + 2
        while sockets_of_ours() > before and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0)
        assert sockets_of_ours() <= before


def sockets_of_ours() -> int:
    return sum(entry.is_socket() for entry in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("kind", ["http", "tcp", "tls", "dns"])
async def test_a_probe_given_anothers_check_says_so(kind):
    spec = TcpSpec("127.0.0.1", 9) if kind != "tcp" else DnsSpec("x.test")

    with pytest.raises(TypeError, match=spec.kind):
        await make_probes()[kind].look(check(spec), vantage(), LOOK_ID)


async def test_roots_that_changed_on_disk_are_read_again(trust, tmp_path):
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text(trust.stranger_ca)
    async with serving(answers(), trust.contexts["good"]) as port:
        spec = http(port, scheme="https", ca_file=str(ca_file), expect=Expect())
        before = await look(spec)
        ca_file.write_text(Path(trust.ca_file).read_text())
        os.utime(ca_file, (1, 1))
        after = await look(spec)

    assert (before.failure, after.failure) == (Failure.TLS_UNKNOWN_AUTHORITY, None)
