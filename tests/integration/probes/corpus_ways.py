"""Hostile about the way: redirects, and names that lead astray."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from monitor.model import Failure, Phase
from probes.spec import DnsSpec, TcpSpec
from tests.integration.probes.corpus import Case
from tests.integration.probes.world import (
    cut_short,
    http,
    leads,
    rcode,
    request_of,
)

NAME = "insurer.test"


def moves(location: str):
    """Send everybody on to `location`; in it, `{n}` counts the hops so far, `{port}` is ours."""

    async def behave(reader, writer):
        head = (await request_of(reader)).decode()
        hop = int(head.split()[1].strip("/") or 0) + 1
        port = writer.get_extra_info("sockname")[1]
        there = location.replace("{n}", str(hop)).replace("{port}", str(port))
        there = there.replace("{odd}", str(hop % 2))
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {there}\r\n".encode())
        writer.write(b"Content-Length: 0\r\n\r\n")
        await writer.drain()

    return behave


def led(name, failure, location, phase=Phase.TRANSFER, *, hosts=(), lie=None) -> Case:
    return Case(
        name,
        failure,
        phase,
        moves(location),
        lie=lie,
        spec=lambda place: http(place.port, redirects=5, redirect_hosts=hosts),
    )


REDIRECTS = [
    led("a redirect to itself", Failure.REDIRECT_LOOP, "/"),
    led("redirects to and fro", Failure.REDIRECT_LOOP, "/{odd}"),
    led("redirects to ever new places", Failure.REDIRECT_LOOP, "/{n}"),
    led("a redirect to metadata", Failure.EGRESS_REFUSED, "http://169.254.169.254/latest/"),
    led("a redirect inside", Failure.EGRESS_REFUSED, "http://10.0.0.1/"),
    led("a redirect inside, dressed up", Failure.EGRESS_REFUSED, "http://[::ffff:10.0.0.1]/"),
    led(
        "a redirect inside, listed",
        Failure.EGRESS_REFUSED,
        "http://192.168.1.1/",
        hosts=("192.168.1.1",),
    ),
    led("a redirect by a number", Failure.REDIRECT_REFUSED, "http://2130706433:{port}/"),
    led("a redirect elsewhere", Failure.REDIRECT_REFUSED, "http://other.test/"),
    led("a redirect to a file", Failure.REDIRECT_REFUSED, "file:///etc/passwd"),
    led("a redirect with a password", Failure.REDIRECT_REFUSED, "http://a:b@127.0.0.1:{port}/"),
    led("a redirect of 5 kB", Failure.REDIRECT_REFUSED, "/" + "x" * 5000),
    led("a redirect of 10 kB", Failure.HTTP_HEADER_TOO_LARGE, "/" + "x" * 10_000, Phase.WAIT),
    led(
        "a redirect to a listed name that leads inside",
        Failure.DNS_PRIVATE,
        f"http://{NAME}/",
        Phase.DNS,
        hosts=(NAME,),
        lie=leads("A 10.0.0.1"),
    ),
]


def named(name, failure, lie, phase=Phase.DNS, **more) -> Case:
    return Case(name, failure, phase, lie=lie, spec=_front, **more)


def _front(place):
    return http(place.port, host=NAME)


def wrong_id(query, over_tcp):
    wire = bytearray(leads("A 127.0.0.1")(query, over_tcp))
    wire[0] ^= 0xFF
    return bytes(wire)


def another_question(query, over_tcp):
    return leads("A 127.0.0.1")(dns.message.make_query("other.test", "A", id=query.id), over_tcp)


def half(query, over_tcp):
    return leads("A 127.0.0.1")(query, over_tcp)[:-3]


def garbage(query, _over_tcp):
    return query.to_wire()[:2] + b"\x81\x80" + b"\xff" * 20


def many(query, over_tcp):
    """3,000 good addresses: as many as go into one answer; 10,000 do not."""
    answer = dns.message.make_response(query)
    if not over_tcp:
        answer.flags |= dns.flags.TC
    else:
        addresses = [f"127.1.{n // 250}.{n % 250 + 1}" for n in range(3000)]
        answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "A", *addresses))
    return answer.to_wire()


def silent(_query, _over_tcp):
    return None


def six(address):
    def lie(query, over_tcp):
        records = [f"AAAA {address}"] if query.question[0].rdtype.name == "AAAA" else []
        return leads(*records)(query, over_tcp)

    return lie


CHAIN = [f"a{n}. CNAME a{n + 1}." for n in range(40)]
NAMES = [
    named("no such name", Failure.DNS_NXDOMAIN, rcode(dns.rcode.NXDOMAIN)),
    named("a resolver that fails", Failure.DNS_SERVFAIL, rcode(dns.rcode.SERVFAIL)),
    named("a resolver that refuses", Failure.DNS_REFUSED, rcode(dns.rcode.REFUSED)),
    named("a resolver that says nothing", Failure.DNS_TIMEOUT, silent),
    named("a resolver silent over TCP", Failure.DNS_MALFORMED, cut_short(silent)),
    named("an empty answer", Failure.DNS_NO_ANSWER, leads()),
    named("an alias to nothing", Failure.DNS_NO_ANSWER, leads("CNAME nowhere.test.")),
    named("an alias of itself", Failure.DNS_LOOP, leads(f"CNAME {NAME}.")),
    named("aliases in a circle", Failure.DNS_LOOP, leads("CNAME b.", f"b. CNAME {NAME}.")),
    named("a chain of 40 aliases", Failure.DNS_LOOP, leads("CNAME a0.", *CHAIN)),
    named("the answer of another question", Failure.DNS_MALFORMED, another_question),
    named("the answer of another id", Failure.DNS_MALFORMED, wrong_id),
    named("half an answer", Failure.DNS_MALFORMED, half),
    named("no answer at all but bytes", Failure.DNS_MALFORMED, garbage),
    named("thousands of addresses", Failure.DNS_MALFORMED, many),
    named("0.0.0.0", Failure.DNS_BOGON, leads("A 0.0.0.0")),
    named("the filtering page", Failure.DNS_BOGON, leads("A 10.10.34.35")),
    named("a multicast address", Failure.DNS_BOGON, leads("A 224.0.0.1")),
    named("loopback, and we are not there", Failure.DNS_BOGON, leads("A 127.0.0.1"), source=None),
    named("a private address", Failure.DNS_PRIVATE, leads("A 10.0.0.1")),
    named("a carrier's private address", Failure.DNS_PRIVATE, leads("A 100.64.0.1")),
    named("a link-local address", Failure.DNS_PRIVATE, leads("A 169.254.169.254")),
    named("a private one among good ones", Failure.DNS_PRIVATE, leads("A 127.0.0.1", "A 10.0.0.1")),
    named("a mapped address", Failure.DNS_PRIVATE, six("::ffff:10.0.0.1"), source=None),
    named("a translated address", Failure.DNS_PRIVATE, six("64:ff9b::a00:1"), source=None),
    named("a tunnelled address", Failure.DNS_PRIVATE, six("2002:a00:1::"), source=None),
    Case(
        "a private address, for TCP",
        Failure.DNS_PRIVATE,
        Phase.DNS,
        lie=leads("A 192.168.0.1"),
        spec=lambda place: TcpSpec(NAME, place.port),
    ),
    Case(
        "a private address, asked for itself",
        Failure.DNS_PRIVATE,
        Phase.EXPECT,
        lie=leads("A 172.16.0.1"),
        spec=lambda _place: DnsSpec(NAME),
    ),
    Case(
        "another address than we know",
        Failure.DNS_MISMATCH,
        Phase.EXPECT,
        lie=leads("A 1.1.1.1"),
        spec=lambda _place: DnsSpec(NAME, one_of=("1.1.1.2",)),
    ),
]

WAYS = [*REDIRECTS, *NAMES]
