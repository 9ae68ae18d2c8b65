"""Where a look goes and which way it leaves: address, family, interface, declared networks."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from monitor.model import Failure, Phase
from probes.registry import make_probes
from probes.sockets import open_socket
from probes.spec import DnsSpec, Expect, TcpSpec, TlsSpec
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


async def look(spec, place=None):
    return await make_probes()[spec.kind].look(check(spec, 2.0), place or vantage(), LOOK_ID)


async def test_a_pinned_address_is_gone_to_whatever_the_name_says(trust):
    heads: list[bytes] = []

    async def behave(reader, writer):
        heads.append(await request_of(reader))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with (
        lying(leads("A 127.0.0.9")) as resolver,
        serving(behave, trust.contexts["good"]) as port,
    ):
        spec = http(port, host="good.test", scheme="https", ca_file=trust.ca_file)
        seen = await look(replace(spec, address="127.0.0.1"), vantage(resolver))

    assert (seen.failure, seen.address, seen.timings.dns_s) == (None, "127.0.0.1", None)
    assert seen.certificate is not None
    assert seen.certificate.verified  # for the name, which stayed in TLS and in the Host header
    assert f"Host: good.test:{port}".encode() in heads[0]


async def test_a_pinned_address_is_for_its_own_name_only():
    async def behave(reader, writer):
        await request_of(reader)
        there = f"http://other.test:{writer.get_extra_info('sockname')[1]}/"
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {there}\r\n\r\n".encode())
        await writer.drain()

    async with lying(leads("A 127.0.0.9")) as resolver, serving(behave) as port:
        spec = http(port, host="x.test", redirects=1, redirect_hosts=("other.test",))
        seen = await look(replace(spec, address="127.0.0.1"), vantage(resolver))

    assert (seen.failure, seen.address) == (Failure.CONNECTION_REFUSED, "127.0.0.9")


async def test_an_address_pinned_for_an_address_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="pinned for a name"):
        await look(http(9, address="127.0.0.2"))


@pytest.mark.parametrize(("family", "failure"), [(4, None), (6, Failure.DNS_NO_ANSWER)])
async def test_a_family_is_asked_for_alone(family, failure):
    asked: list[str] = []

    def lie(query, over_tcp):
        asked.append(query.question[0].rdtype.name)
        return leads(*(["A 127.0.0.1"] if asked[-1] == "A" else []))(query, over_tcp)

    async with lying(lie) as resolver, serving(answers()) as port:
        seen = await look(http(port, host="x.test", family=family), vantage(resolver))

    assert seen.failure is failure
    assert asked == ["A" if family == 4 else "AAAA"]


@pytest.mark.parametrize("kind", ["http", "https", "tcp", "tls", "dns"])
async def test_every_probe_leaves_through_the_vantages_interface(kind, trust):
    context = trust.contexts["good"] if kind in ("https", "tls") else None
    async with lying(leads("A 127.0.0.1")) as resolver, serving(answers(), context) as port:
        spec = {
            "http": http(port, host="good.test"),
            "https": http(port, host="good.test", scheme="https", ca_file=trust.ca_file),
            "tcp": TcpSpec("good.test", port),
            "tls": TlsSpec("good.test", port, ca_file=trust.ca_file),
            "dns": DnsSpec("good.test"),
        }[kind]
        place = vantage(resolver)
        through = await look(spec, replace(place, interface="lo"))
        nowhere = await look(spec, replace(place, interface="govah-none"))

    assert through.failure is None
    assert nowhere.failure is Failure.NO_SOURCE_ADDRESS


@pytest.mark.parametrize("make", [http, lambda port: TcpSpec("127.0.0.1", port)])
async def test_a_connection_leaves_through_the_interface_too(make):
    async with serving(answers()) as port:
        seen = await look(make(port), replace(vantage(), interface="govah-none"))

    assert (seen.failure, seen.phase) == (Failure.NO_SOURCE_ADDRESS, Phase.CONNECT)


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_socket_is_bound_to_its_interface(kind):
    with open_socket("127.0.0.1", kind, None, "lo") as sock:
        bound = sock.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16)

    assert bound.rstrip(b"\0") == b"lo"


async def test_a_declared_network_is_gone_to_and_another_is_not():
    lie = leads("A 10.1.0.1")
    async with lying(lie) as resolver:
        place = vantage(resolver)
        declared = await look(DnsSpec("x.test"), replace(place, private_networks=("10.1.0.0/16",)))
        foreign = await look(DnsSpec("x.test"), replace(place, private_networks=("10.2.0.0/16",)))

    assert (declared.failure, foreign.failure) == (None, Failure.DNS_PRIVATE)
    assert foreign.detail == "10.1.0.1"


async def test_what_a_name_led_to_is_what_is_connected_to():
    asked: list[str] = []

    def rebinding(query, over_tcp):
        asked.append(query.question[0].rdtype.name)
        return leads("A 127.0.0.1" if len(asked) == 1 else "A 127.0.0.9")(query, over_tcp)

    async with lying(rebinding) as resolver, serving(answers(b"here")) as port:
        spec = http(port, host="x.test", expect=Expect(contains=("here",)))
        seen = await look(spec, vantage(resolver))

    assert (seen.failure, seen.address) == (None, "127.0.0.1")
    assert len(asked) == 1
