"""Names are asked of the vantage's own resolvers, and answers read as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model import Failure, Phase
from probes import resolve
from probes.registry import make_probes
from probes.spec import DnsSpec, TcpSpec
from tests.integration.probes.world import (
    LOOK_ID,
    answers,
    check,
    cut_short,
    http,
    leads,
    lying,
    serving,
    vantage,
)


async def look(spec, place=None, timeout_s=2.0):
    return await make_probes()[spec.kind].look(check(spec, timeout_s), place or vantage(), LOOK_ID)


async def test_a_second_resolver_is_asked_when_the_first_is_silent():
    def silence(_query, _over_tcp):
        return None

    async with (
        lying(silence) as dead,
        lying(leads("A 127.0.0.1")) as alive,
        serving(answers()) as port,
    ):
        place = replace(vantage(), resolvers=(dead, alive))
        seen = await look(http(port, host="x.test"), place, timeout_s=0.6)

    assert seen.failure is None
    assert 0.25 <= seen.timings.dns_s <= 0.5


async def test_an_answer_too_long_for_a_datagram_is_fetched_over_tcp():
    async with lying(cut_short(leads("A 127.0.0.1"))) as resolver:
        seen = await look(DnsSpec("x.test", one_of=("127.0.0.1",)), vantage(resolver))

    assert (seen.failure, seen.phase, seen.address) == (None, Phase.DONE, "127.0.0.1")


@pytest.mark.parametrize(
    ("record", "record_type", "text"),
    [
        ("AAAA 2001:db8::1", "AAAA", "2001:DB8::1"),
        ("MX 10 mail.x.test.", "MX", "10 mail.x.test"),
        ('TXT "v=spf1" " -all"', "TXT", "v=spf1 -all"),
        ("NS ns.x.test.", "NS", "NS.x.test."),
    ],
)
async def test_every_record_type_is_compared_as_it_is_written(record, record_type, text):
    async with lying(leads(record)) as resolver:
        spec = DnsSpec("x.test", record_type, one_of=(text,), server=resolver)
        seen = await look(spec)

    assert seen.failure is None


async def test_without_resolvers_of_its_own_a_vantage_asks_the_systems(monkeypatch, tmp_path):
    conf = tmp_path / "resolv.conf"
    conf.write_text("# ours\nsearch x\nnameserver nonsense\nnameserver 127.0.0.1\n")
    monkeypatch.setattr(resolve, "RESOLV_CONF", conf)

    assert resolve.servers_of(vantage()) == [("127.0.0.1", 53)]


async def test_loopback_is_a_lie_unless_we_live_there():
    async with lying(leads("A 127.0.0.1")) as resolver, serving(answers()) as port:
        at_home = await look(TcpSpec("x.test", port), vantage(resolver))
        abroad = await look(TcpSpec("x.test", port), vantage(resolver, source=None))

    assert (at_home.failure, abroad.failure) == (None, Failure.DNS_BOGON)


async def test_a_name_with_only_a_v6_address_is_found_where_v6_may_be_used():
    def lie(query, over_tcp):
        six = query.question[0].rdtype.name == "AAAA"
        return leads(*(["AAAA fe80::1"] if six else []))(query, over_tcp)

    async with lying(lie) as resolver:
        bound_to_four = await look(TcpSpec("x.test", 9), vantage(resolver))
        free = await look(TcpSpec("x.test", 9), vantage(resolver, source=None))

    assert (bound_to_four.failure, free.failure) == (Failure.DNS_NO_ANSWER, Failure.DNS_PRIVATE)
