"""Every name on the list of failures is produced once by a real socket, but for a named few."""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

import pytest

from monitor.model import Failure, Phase
from probes.registry import make_probes
from probes.spec import DnsSpec, HttpSpec, TcpSpec, TlsSpec
from tests.integration.probes.cases import DNS_CASES, HTTP_CASES, TLS_CASES
from tests.integration.probes.corpus_all import CASES as CORPUS
from tests.integration.probes.world import (
    LOOK_ID,
    check,
    closed_port,
    full_port,
    http,
    leads,
    lying,
    serving,
    vantage,
)


async def look(spec, resolver=None, source="127.0.0.1", timeout_s=0.4):
    probe = make_probes()[spec.kind]
    return await probe.look(check(spec, timeout_s), vantage(resolver, source), LOOK_ID)


@pytest.mark.parametrize("case", HTTP_CASES, ids=lambda c: f"{c.failure}-in-{c.phase}")
async def test_http_misbehaviour_is_named(case):
    async with serving(case.server) as port:
        seen = await look(case.spec(port))

    assert (seen.failure, seen.phase) == (case.failure, case.phase)


@pytest.mark.parametrize("case", TLS_CASES, ids=lambda c: f"{c.failure}")
@pytest.mark.parametrize("kind", ["tls", "http"])
async def test_tls_misbehaviour_is_named_by_both_probes(case, kind, trust):
    async with serving(case.server, trust.contexts.get(case.context)) as port:
        spec = (
            TlsSpec("127.0.0.1", port, ca_file=trust.ca_file)
            if kind == "tls"
            else http(port, scheme="https", ca_file=trust.ca_file)
        )
        seen = await look(spec)

    assert (seen.failure, seen.phase) == (case.failure, case.phase)


# Not in a table: each has a test of its own below.
ALONE = {
    Failure.DNS_MISMATCH,
    Failure.CONNECTION_REFUSED,
    Failure.CONNECT_TIMEOUT,
    Failure.NETWORK_UNREACHABLE,
    Failure.NO_SOURCE_ADDRESS,
    Failure.OUT_OF_FILES,
}
# No socket on loopback does this at will: tests/unit/probes/test_failures.py asks the classifier.
BY_CLASSIFIER_ONLY = {Failure.HOST_UNREACHABLE, Failure.OUT_OF_RESOURCES, Failure.UNKNOWN}
# Produced by test_transaction.py, for it takes more than one request.
BY_TRANSACTIONS_ONLY = {Failure.VALUE_MISSING, Failure.WRITE_REFUSED, Failure.NO_TOKEN}

# Produced by test_icmp.py, test_promql.py and tests/unit/test_heartbeats.py.
BY_OTHER_KINDS = {
    Failure.ECHO_TIMEOUT,
    Failure.ECHO_LOSS,
    Failure.METRIC_MISSING,
    Failure.METRIC_MISMATCH,
    Failure.HEARTBEAT_MISSING,
    Failure.HEARTBEAT_FAILED,
    Failure.NOTHING_YET,
    Failure.NOT_PERMITTED,
}

# Decided before anything is sent: tests/unit/credentials.
BY_OURSELVES = {Failure.OVER_BUDGET, Failure.TOKEN_WITHHELD}


def test_no_failure_is_forgotten():
    in_tables = {case.failure for case in HTTP_CASES + TLS_CASES} | {name for name, _ in DNS_CASES}
    in_corpus = {case.failure for case in CORPUS} - {None}

    elsewhere = BY_CLASSIFIER_ONLY | BY_TRANSACTIONS_ONLY | BY_OTHER_KINDS | BY_OURSELVES
    assert in_tables | in_corpus | ALONE | elsewhere == set(Failure)


@pytest.mark.parametrize(
    ("failure", "lie"),
    DNS_CASES,
    ids=[f"{number}-{failure}" for number, (failure, _) in enumerate(DNS_CASES)],
)
@pytest.mark.parametrize(
    "spec",
    [DnsSpec("x.test"), TcpSpec("x.test", 1), http(1, host="x.test")],
    ids=["dns", "tcp", "http"],
)
async def test_a_lying_name_server_is_named_by_every_probe(failure, lie, spec):
    async with lying(lie) as resolver:
        seen = await look(spec, resolver)

    # The answer itself was in order, but not where it leads.
    judged = spec.kind == "dns" and failure in (Failure.DNS_BOGON, Failure.DNS_PRIVATE)
    assert (seen.failure, seen.phase) == (failure, Phase.EXPECT if judged else Phase.DNS)


async def test_a_wrong_record_is_named():
    async with lying(leads("A 127.0.0.8", "A 127.0.0.9")) as resolver:
        seen = await look(DnsSpec("x.test", one_of=("127.0.0.9",)), resolver)

    assert seen.failure is Failure.DNS_MISMATCH


@pytest.mark.parametrize("spec", [DnsSpec("x.test"), TcpSpec("x.test", 1)], ids=["dns", "tcp"])
async def test_a_resolver_with_a_closed_port_is_silent_not_the_target_refusing(spec):
    seen = await look(spec, f"127.0.0.1:{closed_port()}")

    assert (seen.failure, seen.phase) == (Failure.DNS_TIMEOUT, Phase.DNS)


def tcp(port):
    return TcpSpec("127.0.0.1", port)


@pytest.mark.parametrize("make", [tcp, http])
async def test_a_closed_port_is_refused(make):
    seen = await look(make(closed_port()))

    assert (seen.failure, seen.phase) == (Failure.CONNECTION_REFUSED, Phase.CONNECT)


@pytest.mark.parametrize("make", [tcp, http])
async def test_a_full_queue_is_a_connect_timeout(make):
    with full_port() as port:
        seen = await look(make(port), timeout_s=0.2)

    assert (seen.failure, seen.phase) == (Failure.CONNECT_TIMEOUT, Phase.CONNECT)


async def test_an_address_without_a_route_is_an_unreachable_network():
    # The broadcast address of loopback: the kernel has no route for TCP there.
    seen = await look(TcpSpec("127.255.255.255", 9))

    assert (seen.failure, seen.phase) == (Failure.NETWORK_UNREACHABLE, Phase.CONNECT)


@pytest.mark.parametrize(
    "spec", [tcp(9), http(9), DnsSpec("x.test", server="127.0.0.1:9")], ids=["tcp", "http", "dns"]
)
async def test_a_source_address_we_do_not_have_is_our_fault(spec):
    seen = await look(spec, source="192.0.2.1")

    assert seen.failure is Failure.NO_SOURCE_ADDRESS


@contextlib.contextmanager
def no_more_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(entry.name) for entry in Path("/proc/self/fd").iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest, hard))
    fillers = []
    try:
        with contextlib.suppress(OSError):
            while True:
                fillers.append(os.dup(0))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for filler in fillers:
            os.close(filler)


@pytest.mark.parametrize(
    "spec", [tcp(9), http(9), DnsSpec("x.test", server="127.0.0.1:9")], ids=["tcp", "http", "dns"]
)
async def test_no_more_files_is_our_fault(spec):
    await look(HttpSpec("http://127.0.0.1:9/"))  # roots are read once and need a file

    with no_more_files():
        seen = await look(spec)

    assert seen.failure is Failure.OUT_OF_FILES
