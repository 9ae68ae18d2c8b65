"""What only the other client can: HTTP/2 and HTTP/3, with the same bounds and the same manners."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from monitor.model import Failure, Phase
from probes.http import HttpProbe
from probes.spec import Expect, JsonExpectation
from tests.integration.probes.newer_http import (
    TOO_MUCH,
    Says,
    certificate,
    context,
    serving_h2,
    serving_h3,
    speaks_h2,
)
from tests.integration.probes.world import (
    LOOK_ID,
    answers,
    check,
    closed_port,
    end,
    greets,
    http,
    leads,
    lying,
    request_of,
    says,
    serving,
    vantage,
)

pytest.importorskip("pycurl", reason="the extra `curl` is not installed")

TIMEOUTS = (Failure.WAIT_TIMEOUT, Failure.TRANSFER_TIMEOUT)
SERVERS = {"2": serving_h2, "3": serving_h3}
newer = pytest.mark.parametrize("version", ["2", "3"])


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("newer"))


async def look(port, *, resolver=None, source="127.0.0.1", timeout_s=5.0, **more):
    spec = http(port, client="curl", **more)
    return await HttpProbe().look(check(spec, timeout_s), vantage(resolver, source), LOOK_ID)


async def securely(port, version, files, **more):
    return await look(port, scheme="https", version=version, ca_file=files.ca_file, **more)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@newer
async def test_an_answer_is_judged_timed_and_its_certificate_kept(version, files):
    heard = []
    json = Says(b'{"ok": true}', headers=(("content-type", "application/json"),))
    async with SERVERS[version](json, files, heard) as port:
        expect = Expect(json=(JsonExpectation("ok"),))
        seen = await securely(port, version, files, expect=expect, headers={"X-Key": "k"})

    assert (seen.phase, seen.failure, seen.http_status) == (Phase.DONE, None, 200)
    assert seen.body_bytes == 12
    assert seen.certificate.verified
    assert "good.test" in seen.certificate.names
    assert min(seen.timings.connect_s, seen.timings.wait_s, seen.timings.transfer_s) >= 0
    (head,) = heard
    assert (head[b"x-request-id"], head[b"x-key"]) == (LOOK_ID.encode(), b"k")


@newer
@pytest.mark.parametrize(
    ("server", "failure", "phase"),
    [
        (Says(status=503), Failure.HTTP_5XX, Phase.EXPECT),
        (Says(status=401, body=TOO_MUCH), Failure.HTTP_401, Phase.EXPECT),
        (Says(heads=False), Failure.WAIT_TIMEOUT, Phase.WAIT),
        (Says(then="hang"), Failure.TRANSFER_TIMEOUT, Phase.TRANSFER),
        (Says(body=TOO_MUCH), Failure.HTTP_BODY_TOO_LARGE, Phase.TRANSFER),
        (
            Says(headers=tuple((f"x-{n}", "y") for n in range(200))),
            Failure.HTTP_TOO_MANY_HEADERS,
            Phase.WAIT,
        ),
        (Says(headers=(("x", "y" * 9000),)), Failure.HTTP_HEADER_TOO_LARGE, Phase.WAIT),
        (Says(headers=(("content-encoding", "br"),)), Failure.HTTP_UNASKED_CODING, Phase.TRANSFER),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_newer_protocol_misbehaves_under_the_old_names(
    version, server, failure, phase, files
):
    async with SERVERS[version](server, files) as port:
        timeout_s = 0.5 if failure in TIMEOUTS else 5.0
        seen = await securely(port, version, files, timeout_s=timeout_s)

    assert (seen.failure, seen.phase) == (failure, phase)


@newer
async def test_a_certificate_is_held_against_the_name_and_the_roots(version, files, tmp_path):
    stranger = certificate(tmp_path)
    async with SERVERS[version](Says(), files) as port, lying(leads("A 127.0.0.1")) as resolver:
        name = await securely(port, version, files, host="bad.test", resolver=resolver)
        root = await securely(port, version, stranger)

    assert name.failure is Failure.TLS_WRONG_HOST
    assert root.failure in (Failure.TLS_UNKNOWN_AUTHORITY, Failure.TLS_MISSING_LINK)


@pytest.mark.parametrize(("version", "failure"), [("2", Failure.HTTP_PROTOCOL), ("3", Failure.EOF)])
async def test_an_answer_that_is_cut_off_in_the_middle_is_no_answer(version, failure, files):
    async with SERVERS[version](Says(then="reset"), files) as port:
        seen = await securely(port, version, files)

    assert (seen.failure, seen.phase) == (failure, Phase.TRANSFER)


async def test_http_2_without_tls_is_spoken_at_once_or_not_at_all():
    async with serving(speaks_h2(Says())) as port:
        newer_one = await look(port, version="2")
    async with serving(answers(b"old")) as port:
        older_one = await look(port, version="2")

    assert newer_one.failure is None
    assert older_one.failure is Failure.HTTP_PROTOCOL


async def test_http_3_without_tls_does_not_exist():
    seen = await look(closed_port(), version="3")

    assert (seen.failure, seen.detail) == (Failure.HTTP_PROTOCOL, "HTTP/3 needs https")


async def test_http_2_asked_and_http_1_given_is_said(files):
    async with serving(answers(b"old"), context(files, "http/1.1")) as port:
        seen = await securely(port, "2", files)

    assert (seen.failure, seen.detail) == (Failure.HTTP_PROTOCOL, "not HTTP/2")


async def test_http_3_where_nobody_listens_is_refused_and_where_nobody_answers_times_out(files):
    refused = await securely(closed_port(), "3", files, timeout_s=0.5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        silent = await securely(mute.getsockname()[1], "3", files, timeout_s=0.3)

    assert (refused.failure, refused.phase) == (Failure.CONNECTION_REFUSED, Phase.CONNECT)
    assert (silent.failure, silent.phase) == (Failure.CONNECT_TIMEOUT, Phase.CONNECT)


NGINX = """
daemon off; pid {here}/pid; error_log stderr; worker_processes 1;
events {{}}
http {{
  access_log off; client_body_temp_path {here}; proxy_temp_path {here};
  fastcgi_temp_path {here}; uwsgi_temp_path {here}; scgi_temp_path {here};
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {files.chain}; ssl_certificate_key {files.key};
    location / {{ return 200 "$server_protocol"; }}
  }}
}}
"""


@contextlib.asynccontextmanager
async def nginx(here: Path, files):
    port = closed_port()
    (here / "nginx.conf").write_text(NGINX.format(here=here, port=port, files=files))
    process = await asyncio.create_subprocess_exec(
        *(shutil.which("nginx"), "-p", here, "-c", here / "nginx.conf"), stderr=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    await writer.wait_closed()
                    break
                await asyncio.sleep(0.05)
        yield port
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.process
@pytest.mark.skipif(shutil.which("nginx") is None, reason="there is no nginx")
async def test_a_real_nginx_is_spoken_to_in_both_versions(files, tmp_path):
    async with nginx(tmp_path, files) as port:
        for version, says_itself in (("1.1", "HTTP/1.1"), ("2", "HTTP/2.0")):
            expect = Expect(contains=(says_itself,))
            seen = await securely(port, version, files, expect=expect, timeout_s=5.0)
            assert seen.failure is None


async def test_redirects_are_ours_to_follow_or_refuse():
    async with serving(answers(b"there")) as target:
        location = f"Location: http://127.0.0.1:{target}/"
        async with serving(answers(b"x" * 99, "302 Found", location)) as port:
            followed = await look(port, redirects=1)
            judged = await look(port)
        foreign = answers(b"", "302 Found", "Location: http://127.0.0.9/")
        async with serving(foreign) as port:
            refused = await look(port, redirects=1)

    assert (followed.failure, followed.body_bytes) == (None, 5)
    assert judged.failure is Failure.HTTP_UNEXPECTED_STATUS
    assert refused.failure is Failure.REDIRECT_REFUSED


async def test_nothing_is_taken_from_the_environment(monkeypatch, tmp_path):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text("default login me password s3cret\n")
    heads = []

    async def behave(reader, writer):
        heads.append(await request_of(reader))
        writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
        await end(writer, "close")

    async with serving(behave) as port:
        assert (await look(port)).failure is None
        assert (await look(port)).failure is None

    assert len(heads) == 2
    assert not any(word in head.lower() for head in heads for word in (b"authoriz", b"cookie"))


async def test_a_body_is_posted_as_the_other_client_posts_it():
    requests = {}

    async def behave(reader, writer):
        head = (await request_of(reader)).decode()
        client = head.split("X-Client: ")[1].split("\r\n")[0]
        body = await reader.readexactly(int(head.split("Content-Length: ")[1].split("\r\n")[0]))
        lines = {line for line in head.split("\r\n") if not line.startswith(("Host", "X-Client"))}
        requests[client] = (lines - {"Accept: */*"}, body)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await end(writer, "close")

    async with serving(behave) as port:
        for client in ("aiohttp", "curl"):
            spec = http(
                port,
                client=client,
                method="POST",
                body=b"a\0b",
                headers={"X-Client": client, "X-Empty": ""},
            )
            await HttpProbe().look(check(spec, 1.0), vantage(), LOOK_ID)

    (aiohttp_lines, aiohttp_body), (curl_lines, curl_body) = requests["aiohttp"], requests["curl"]
    assert aiohttp_body == curl_body == b"a\0b"
    assert {line.strip() for line in curl_lines} == {line.strip() for line in aiohttp_lines}


async def test_it_goes_to_the_address_we_resolved_and_from_the_vantages_own():
    peers = []

    async def behave(reader, writer):
        peers.append((writer.get_extra_info("peername")[0], await request_of(reader)))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await end(writer, "close")

    async with serving(behave) as port, lying(leads("A 127.0.0.1")) as resolver:
        seen = await look(port, host="x.test", resolver=resolver, source="127.0.0.7")

    assert (seen.failure, seen.address) == (None, "127.0.0.1")
    ((peer, head),) = peers
    assert peer == "127.0.0.7"
    assert f"Host: x.test:{port}".encode() in head


@pytest.mark.parametrize(
    "behaviour",
    [
        answers(b"fine"),
        greets("hang"),
        says(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 300_000, then="hang"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", then="reset"),
    ],
    ids=["fine", "silent", "too much", "reset"],
)
async def test_nothing_stays_behind_when_a_look_is_over(behaviour):
    async with serving(behaviour) as port:
        await look(port, timeout_s=0.2)
        await asyncio.sleep(0.05)  # the server lets its side go
        before = open_files(), threading.active_count()
        for _ in range(3):
            await look(port, timeout_s=0.2)
        await asyncio.sleep(0.05)
        gc.collect()

    after = open_files(), threading.active_count()
    assert after[0] <= before[0]
    assert after[1] == before[1]


async def test_a_cancelled_look_lets_everything_go():
    async with serving(greets("hang")) as port:
        await look(port, timeout_s=0.1)
        before = open_files()
        task = asyncio.create_task(look(port, timeout_s=30.0))
        while open_files() <= before:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.05)

        assert task.cancelled()
        assert open_files() <= before


async def test_many_looks_at_a_silent_server_do_not_hold_up_the_loop():
    worst_s = 0.0

    async def watch():
        nonlocal worst_s
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + 0.01
            await asyncio.sleep(0.01)
            worst_s = max(worst_s, loop.time() - due_s)

    async with serving(greets("hang")) as port:
        await look(port, timeout_s=0.05)
        watching = asyncio.create_task(watch())
        seen = await asyncio.gather(*(look(port, timeout_s=0.5) for _ in range(20)))
        watching.cancel()

    assert {each.failure for each in seen} == {Failure.WAIT_TIMEOUT}
    assert worst_s < 0.4  # had one blocked, the others would have waited half a second each


@pytest.mark.parametrize(
    ("start", "more"),
    [(b"5;", b"x" * 8000), (b"", b"1;" + b"x" * 8000 + b"\r\nx\r\n")],
    ids=["an endless extension", "more framing than body"],
)
async def test_what_the_parser_swallows_counts_as_well(start, more):
    async def behave(reader, writer):
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + start)
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(more)
                await writer.drain()

    async with serving(behave) as port:
        seen = await look(port, timeout_s=20.0)

    assert (seen.failure, seen.detail) == (Failure.HTTP_BODY_TOO_LARGE, "on the wire")


async def test_frames_without_end_are_not_read_until_the_deadline():
    settings, thanks = bytes.fromhex("000000040000000000"), b"\0\0\x08\x06\1" + bytes(12)

    async def behave(reader, writer):
        await reader.read(24)
        writer.write(settings)
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(thanks * 3000)  # answers to pings that nobody sent
                await writer.drain()

    async with serving(behave) as port:
        seen = await look(port, version="2", timeout_s=20.0)

    assert (seen.failure, seen.detail) == (Failure.HTTP_HEADER_TOO_LARGE, "on the wire")


@pytest.mark.parametrize("address", ["::1", "0:0:0:0:0:0:0:1", "0::0001"])
async def test_an_address_is_the_same_however_it_is_written(address):
    server = await asyncio.start_server(answers(b"fine"), "::1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        seen = await look(port, host="x.test", address=address, source="::1")

    assert seen.failure is None


async def test_without_pycurl_a_look_is_void_and_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "pycurl", None)
    for name in (name for name in list(sys.modules) if name.startswith("probes.curl")):
        monkeypatch.delitem(sys.modules, name, raising=False)

    seen = await look(closed_port())

    assert (seen.failure, seen.detail) == (Failure.NOT_PERMITTED, "pycurl is not installed")
