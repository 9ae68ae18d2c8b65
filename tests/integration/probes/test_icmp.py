"""Echo requests in a network of their own, where each way to lose one can be had at will."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

import pytest

from monitor.model import Failure, Phase
from probes.icmp import IcmpProbe
from probes.spec import IcmpSpec
from tests.integration.probes.own_network import alone_in_a_network, needs_root
from tests.integration.probes.world import LOOK_ID, check, leads, lying, rcode, vantage

pytestmark = needs_root

ECHO_REPLY, ECHO_REQUEST, TIME_EXCEEDED = 0, 8, 11


def looking(spec, resolver=None, source="127.0.0.1", timeout_s=0.6):
    async def look():
        started_s = asyncio.get_running_loop().time()
        seen = await IcmpProbe().look(check(spec, timeout_s), vantage(resolver, source), LOOK_ID)
        return seen, asyncio.get_running_loop().time() - started_s

    return look


def echo(host="127.0.0.9", **more):
    return IcmpSpec(host, interval_s=0.02, **more)


@pytest.mark.parametrize(("host", "source"), [("127.0.0.9", "127.0.0.1"), ("::1", "::1")])
def test_replies_are_counted_and_their_median_is_told(host, source):
    seen, took_s = alone_in_a_network(looking(echo(host), source=source))

    assert (seen.phase, seen.failure, seen.address) == (Phase.DONE, None, host)
    assert 0 < seen.timings.wait_s < 0.2
    assert took_s < 0.6


NO_REPLY = [
    ("drop", Failure.ECHO_TIMEOUT),
    ("icmp sequence 1-2 drop", Failure.ECHO_LOSS),
    ("reject with icmp host-unreachable", Failure.HOST_UNREACHABLE),
    ("reject with icmp admin-prohibited", Failure.HOST_UNREACHABLE),
    ("reject with icmp net-unreachable", Failure.NETWORK_UNREACHABLE),
]


@pytest.mark.parametrize(("rule", "failure"), NO_REPLY, ids=[rule for rule, _ in NO_REPLY])
@pytest.mark.parametrize("ping_group", ["1 0", "0 0"], ids=["raw", "unprivileged"])
def test_each_way_to_get_no_reply_has_its_name(rule, failure, ping_group):
    kind = "echo-request" if rule.startswith("reject") else "echo-reply"
    rules = f"icmp type {kind} {rule}"

    seen, took_s = alone_in_a_network(looking(echo()), rules=rules, ping_group=ping_group)

    assert (seen.failure, seen.phase) == (failure, Phase.WAIT)
    assert took_s <= 1.1  # the deadline and half a second


def test_a_router_that_says_no_is_believed_at_once():
    rules = "icmp type echo-request reject with icmp host-unreachable"

    _, took_s = alone_in_a_network(looking(echo(), timeout_s=5.0), rules=rules)

    assert took_s < 1.0


def test_our_own_packet_filter_is_our_fault():
    rules = "icmp type echo-request drop"

    seen, _ = alone_in_a_network(looking(echo()), rules=rules, hook="output")

    assert seen.failure is Failure.NOT_PERMITTED


def test_one_lost_of_three_is_tolerated_and_not_waited_for_to_the_end():
    rules = "icmp type echo-reply icmp sequence 1 drop"

    seen, took_s = alone_in_a_network(looking(echo(), timeout_s=5.0), rules=rules)

    assert (seen.phase, seen.failure) == (Phase.DONE, None)
    assert took_s < 1.0


def test_with_no_reply_at_all_no_tolerance_helps():
    rules = "icmp type echo-reply drop"

    seen, _ = alone_in_a_network(looking(echo(most_lost=3)), rules=rules)

    assert (seen.failure, seen.detail) == (Failure.ECHO_TIMEOUT, "3 of 3 lost")


def test_without_privileges_the_system_may_still_let_us():
    seen, _ = alone_in_a_network(looking(echo()), ping_group="0 0", caps=False)

    assert (seen.phase, seen.failure) == (Phase.DONE, None)


def test_where_the_system_does_not_let_us_the_fault_is_ours():
    seen, _ = alone_in_a_network(looking(echo()), caps=False)

    assert seen.failure is Failure.NOT_PERMITTED


@pytest.mark.parametrize("source", ["192.0.2.1", "::1"])
def test_a_source_address_that_cannot_be_had_is_our_fault(source):
    seen, _ = alone_in_a_network(looking(echo(), source=source))

    assert seen.failure is Failure.NO_SOURCE_ADDRESS


def test_an_address_without_a_route_is_an_unreachable_network():
    seen, _ = alone_in_a_network(looking(echo("198.51.100.1"), source=None))

    assert seen.failure is Failure.NETWORK_UNREACHABLE


def test_an_interface_that_does_not_exist_is_our_fault():
    async def look():
        place = vantage()
        object.__setattr__(place, "interface", "nowhere0")
        return await IcmpProbe().look(check(echo()), place, LOOK_ID)

    assert alone_in_a_network(look).failure is Failure.NO_SOURCE_ADDRESS


def test_the_name_is_asked_of_the_vantages_own_resolver():
    async def look():
        async with lying(leads("A 127.0.0.9")) as resolver:
            return await looking(echo("x.test"), resolver)()

    seen, _ = alone_in_a_network(look)

    assert (seen.failure, seen.address) == (None, "127.0.0.9")
    assert seen.timings.dns_s > 0


def test_a_name_that_does_not_exist_is_not_the_machine_that_is_silent():
    async def look():
        async with lying(rcode(3)) as resolver:
            return await looking(echo("x.test"), resolver)()

    seen, _ = alone_in_a_network(look)

    assert (seen.failure, seen.phase) == (Failure.DNS_NXDOMAIN, Phase.DNS)


def forged(kind: int, ident: int, sequence: int, length: int = 32) -> bytes:
    """An ICMP packet with a right checksum, cut to `length`."""
    head = struct.pack("!BBHHH", kind, 0, 0, ident, sequence) + bytes(24)
    total = sum(struct.unpack(f"!{len(head) // 2}H", head))
    total = (total & 0xFFFF) + (total >> 16)
    checksum = ~(total + (total >> 16)) & 0xFFFF
    return (head[:2] + struct.pack("!H", checksum) + head[4:])[:length]


@contextlib.asynccontextmanager
async def forging(source: str, forge):
    """Answer each echo request to 127.0.0.9 from `source` with what `forge(id, sequence)` makes."""
    loop = asyncio.get_running_loop()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as ear,
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as mouth,
    ):
        ear.bind(("127.0.0.9", 0))
        ear.setblocking(False)
        mouth.bind((source, 0))
        answered = []

        async def answer():
            while True:
                icmp = (await loop.sock_recv(ear, 1024))[20:]
                kind, _, _, ident, sequence = struct.unpack("!BBHHH", icmp[:8])
                if kind == ECHO_REQUEST:
                    for packet in forge(ident, sequence):
                        mouth.sendto(packet, ("127.0.0.1", 0))
                    answered.append(sequence)

        task = asyncio.create_task(answer())
        try:
            yield answered
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


# The forger's packets pass; the real replies, 29 bytes with 20 of IP before them, do not.
ONLY_FORGED = "icmp type echo-reply meta length 49 drop"


def test_replies_that_are_malformed_or_not_to_our_requests_are_ignored():
    def forge(ident, sequence):
        yield forged(ECHO_REPLY, ident ^ 1, sequence)
        yield forged(ECHO_REPLY, ident, sequence + 100)
        yield from (forged(ECHO_REPLY, ident, sequence, length) for length in (4, 7))
        yield forged(TIME_EXCEEDED, ident, sequence)
        yield forged(TIME_EXCEEDED, ident, sequence, 8)

    async def look():
        async with forging("127.0.0.9", forge) as answered:
            return *await looking(echo())(), answered

    seen, took_s, answered = alone_in_a_network(look, rules=ONLY_FORGED)

    assert seen.failure is Failure.ECHO_TIMEOUT
    assert took_s <= 1.1  # the deadline and half a second
    assert answered == [0, 1, 2]


@pytest.mark.parametrize(
    ("forger", "failure"), [("127.0.0.66", Failure.ECHO_TIMEOUT), ("127.0.0.9", None)]
)
def test_only_the_machine_that_was_asked_may_reply(forger, failure):
    def forge(ident, sequence):
        yield forged(ECHO_REPLY, ident, sequence)

    async def look():
        async with forging(forger, forge):
            return await looking(echo())()

    seen, _ = alone_in_a_network(look, rules=ONLY_FORGED)

    assert seen.failure is failure
