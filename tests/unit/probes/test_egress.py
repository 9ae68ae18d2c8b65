"""Which addresses a name may lead to."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Failure, Vantage
from probes.egress import first_refusal, refusal

PRIVATE, NOWHERE = Failure.DNS_PRIVATE, Failure.DNS_BOGON


def place(*private: str, source: str | None = None) -> Vantage:
    return Vantage(
        "v", {}, "IR", "tehran", "n", source_address=source, private_networks=tuple(private)
    )


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "178.22.122.100", "2606:4700::1111", "2001:4860:4860::8888"]
)
def test_a_public_address_may_be_gone_to(text):
    assert refusal(text, place()) is None


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "198.18.0.1",
        "fd00::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "::ffff:10.0.0.1",
        "::10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "2002:a00:1::1",
        "2001:0:102:304::f5ff:fffe",  # Teredo: its client is 10.0.0.1
        "2001:0:a00:1::fefe:fefe",  # Teredo: its server is
    ],
)
def test_a_private_address_is_told_however_it_is_dressed(text):
    assert refusal(text, place()) is PRIVATE


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "0.1.2.3",
        "10.10.34.35",
        "::ffff:10.10.34.36",
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "::",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "203.0.113.9",
        "ff02::1",
        "2001:db8::1",
        "3fff::1",
        "100::1",
        "4000::1",
        "64:ff9b::0.0.0.0",
        "2002:7f00:1::1",
    ],
)
def test_where_nothing_can_live_is_told_however_it_is_dressed(text):
    assert refusal(text, place()) is NOWHERE


@pytest.mark.parametrize(
    "text", ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203", "2002:a01:203::1", "fd00:1::5"]
)
def test_a_declared_network_is_believed(text):
    assert refusal(text, place("10.0.0.0/8", "fd00:1::/32")) is None


@pytest.mark.parametrize("text", ["10.10.34.35", "0.0.0.0", "224.1.1.1", "::ffff:10.10.34.1"])
def test_no_declaration_makes_something_live_where_nothing_can(text):
    assert refusal(text, place("0.0.0.0/0", "::/0", "10.0.0.0/8")) is NOWHERE


def test_what_is_declared_does_not_cover_its_neighbours():
    assert refusal("10.2.0.1", place("10.1.0.0/16")) is PRIVATE


@pytest.mark.parametrize(
    ("source", "may"), [("127.0.0.9", True), ("::1", True), ("1.2.3.4", False)]
)
def test_loopback_is_believed_only_where_we_live_there(source, may):
    assert (refusal("127.0.0.1", place(source=source)) is None) is may


def test_one_bad_address_among_good_ones_is_enough_and_named():
    assert first_refusal(["1.1.1.1", "10.0.0.1", "0.0.0.0"], place()) == (PRIVATE, "10.0.0.1")
    assert first_refusal(["1.1.1.1", "8.8.8.8"], place()) is None


@given(st.integers(0, 2**32 - 1))
def test_an_address_and_every_dress_of_it_are_judged_alike(number):
    bare = ipaddress.IPv4Address(number)
    dresses = [
        ipaddress.IPv6Address(0xFFFF << 32 | number),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
    ]

    assert {refusal(str(each), place()) for each in dresses} == {refusal(str(bare), place())}


@given(st.ip_addresses())
def test_every_address_is_public_private_or_nowhere_and_nothing_is_raised(address):
    found = refusal(str(address), place())

    assert found in (None, PRIVATE, NOWHERE)
    if found is None:
        assert not address.is_multicast
        assert not address.is_loopback
        assert not address.is_link_local
