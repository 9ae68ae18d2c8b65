"""A redirect is followed only where the operator said, and secrets stay at their origin."""

from __future__ import annotations

import pytest
from yarl import URL

from monitor.model import Failure
from probes.http import HttpProbe
from probes.spec import Expect
from tests.integration.probes.world import (
    LOOK_ID,
    answers,
    check,
    http,
    leads,
    lying,
    request_of,
    serving,
    vantage,
)

SECRET = {"Authorization": "Bearer s3cret"}


def moving(seen: list[str], location: str, status: int = 302):
    """Send whoever asks for `/` to `location`; say "here" anywhere else. Notes every request."""

    async def behave(reader, writer):
        head = (await request_of(reader)).decode()
        length = int(head.lower().partition("content-length: ")[2].partition("\r")[0] or 0)
        seen.append(head + (await reader.readexactly(length)).decode())
        if " / HTTP" in head:
            writer.write(f"HTTP/1.1 {status} x\r\nLocation: {location}\r\n".encode())
            writer.write(b"Content-Length: 0\r\n\r\n")
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere")
        await writer.drain()

    return behave


async def look(spec, resolver=None):
    return await HttpProbe().look(check(spec, 2.0), vantage(resolver), LOOK_ID)


async def test_a_redirect_at_home_keeps_headers_and_carries_the_look_id_each_time():
    seen: list[str] = []
    async with serving(moving(seen, "/there")) as port:
        sighting = await look(http(port, headers=SECRET, redirects=1))

    assert (sighting.failure, sighting.http_status) == (None, 200)
    assert [f"X-Request-ID: {LOOK_ID}" in head for head in seen] == [True, True]
    assert "s3cret" in seen[1]


async def test_an_allowed_host_is_reached_without_our_secrets():
    there: list[str] = []
    async with (
        lying(leads("A 127.0.0.1")) as resolver,
        serving(moving(there, "/")) as port,
        serving(moving([], f"http://login.test:{port}/in")) as front,
    ):
        spec = http(front, headers=SECRET, redirects=1, redirect_hosts=("Login.test",))
        sighting = await look(spec, resolver)

    assert sighting.failure is None
    assert "s3cret" not in there[0]


@pytest.mark.parametrize(
    "location",
    [
        "http://other.test/",
        "http://192.0.100.1/",
        "//127.0.0.2/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://user:pass@127.0.0.1/",
        "http://[::1/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1\\@other.test/",
        "/" + "x" * 5000,
    ],
)
async def test_anywhere_else_is_refused(location):
    seen: list[str] = []
    async with serving(moving(seen, location)) as port:
        sighting = await look(http(port, redirects=5))

    assert sighting.failure is Failure.REDIRECT_REFUSED
    assert len(seen) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "//[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]:80/",
        "http://0.0.0.0/",
        "http://10.10.34.35/",
    ],
)
@pytest.mark.parametrize("listed", [False, True], ids=["foreign", "listed"])
async def test_an_address_that_is_not_public_is_never_gone_to(location, listed):
    host = URL(location, encoded=True).raw_host or ""
    async with serving(moving([], location)) as port:
        spec = http(port, redirects=5, redirect_hosts=(host,) if listed else ())
        sighting = await look(spec)

    assert sighting.failure is Failure.EGRESS_REFUSED
    assert sighting.address == "127.0.0.1"


@pytest.mark.parametrize("client", ["aiohttp", "curl"])
@pytest.mark.parametrize("body", [b"a=b", None])
@pytest.mark.parametrize("status", [307, 308])
async def test_the_other_side_cannot_choose_where_we_post(status, body, client):
    seen: list[str] = []
    async with serving(moving(seen, "/prescription/save", status)) as port:
        spec = http(port, method="POST", body=body, redirects=1, client=client)
        sighting = await look(spec)

    assert sighting.failure is Failure.REDIRECT_REFUSED
    assert len(seen) == 1


async def test_after_a_post_that_was_done_elsewhere_we_only_get():
    seen: list[str] = []
    async with serving(moving(seen, "/there", 303)) as port:
        await look(http(port, method="POST", body=b"a=b", redirects=1))

    assert seen[1].startswith("GET /there")
    assert not seen[1].endswith("a=b")


async def test_a_body_never_leaves_its_origin():
    async with serving(moving([], "http://login.test/", 307)) as port:
        spec = http(port, method="POST", body=b"a=b", redirects=1, redirect_hosts=("login.test",))
        sighting = await look(spec)

    assert sighting.failure is Failure.REDIRECT_REFUSED


async def test_with_no_redirects_allowed_the_status_is_judged():
    async with serving(answers(b"", "302 Found", "Location: /login")) as port:
        wanted = await look(http(port, expect=Expect(status=(302,))))
        unwanted = await look(http(port))

    assert (wanted.failure, unwanted.failure) == (None, Failure.HTTP_UNEXPECTED_STATUS)
