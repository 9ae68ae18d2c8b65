"""Two clients, one set of names: the same fault is called the same whoever looked.

The other client is held to the same tables by test_every_failure.py and test_corpus.py.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model import Failure, Phase
from probes.http import HttpProbe
from probes.spec import HttpSpec
from tests.integration.probes.cases import HTTP_CASES, TLS_CASES
from tests.integration.probes.corpus import Place, standing
from tests.integration.probes.corpus_all import CASES
from tests.integration.probes.world import (
    LOOK_ID,
    check,
    closed_port,
    full_port,
    http,
    serving,
    vantage,
)

pytest.importorskip("pycurl", reason="the extra `curl` is not installed")

# Where libcurl sees another thing in the same bytes, and is not wrong.
DIFFERENT = {
    "garbage behind the answer": (None, Phase.DONE),  # the answer itself was whole
    "no content, with content": (Failure.HTTP_UNEXPECTED_STATUS, Phase.EXPECT),  # likewise
    "a chunk of two lines": (None, Phase.DONE),  # it takes the line end for part of the chunk's end
    "a certificate of 75 kB": (Failure.UNKNOWN, Phase.TLS),  # too large for it to tell anything
    # The head was whole and is taken first; the other client reads both at once.
    "a negative chunk": (Failure.HTTP_BAD_CHUNK, Phase.TRANSFER),
    "a chunk of junk": (Failure.HTTP_BAD_CHUNK, Phase.TRANSFER),
    "a chunk beyond all numbers": (Failure.HTTP_BAD_CHUNK, Phase.TRANSFER),
    "a chunk without its end": (Failure.HTTP_BAD_CHUNK, Phase.TRANSFER),
}
ANYWHERE = Place(port=1, ca_file="")
CORPUS = [case for case in CASES if isinstance(case.spec(ANYWHERE), HttpSpec)]


async def look(spec, *, resolver=None, source="127.0.0.1", timeout_s=0.4):
    spec = replace(spec, client="curl")
    return await HttpProbe().look(check(spec, timeout_s), vantage(resolver, source), LOOK_ID)


def test_most_of_the_corpus_is_named_alike():
    assert set(DIFFERENT) <= {case.name for case in CORPUS}
    assert len(CORPUS) >= 10 * len(DIFFERENT)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
async def test_a_hostile_answer_is_named_as_by_the_other_client(case, trust):
    async with standing(case, trust) as place:
        seen = await look(
            case.spec(place),
            resolver=place.resolver,
            source=case.source,
            timeout_s=case.timeout_s,
        )

    expected = DIFFERENT.get(case.name, (case.failure, case.phase))
    assert (seen.failure, seen.phase) == expected


@pytest.mark.parametrize(
    "case", HTTP_CASES, ids=[f"{n}-{c.failure}" for n, c in enumerate(HTTP_CASES)]
)
async def test_an_answer_that_is_wrong_is_named_as_by_the_other_client(case):
    async with serving(case.server) as port:
        seen = await look(case.spec(port))

    assert (seen.failure, seen.phase) == (case.failure, case.phase)


@pytest.mark.parametrize(
    "case", TLS_CASES, ids=[f"{n}-{c.failure}" for n, c in enumerate(TLS_CASES)]
)
async def test_a_handshake_that_is_wrong_is_named_as_by_the_other_client(case, trust):
    async with serving(case.server, trust.contexts.get(case.context)) as port:
        seen = await look(http(port, scheme="https", ca_file=trust.ca_file))

    assert (seen.failure, seen.phase) == (case.failure, case.phase)


async def test_a_door_that_is_shut_is_refused_and_one_that_nobody_opens_times_out():
    shut = await look(http(closed_port()))
    with full_port() as port:
        ignored = await look(http(port), timeout_s=0.2)

    assert (shut.failure, shut.phase) == (Failure.CONNECTION_REFUSED, Phase.CONNECT)
    assert (ignored.failure, ignored.phase) == (Failure.CONNECT_TIMEOUT, Phase.CONNECT)


async def test_an_address_without_a_route_is_an_unreachable_network():
    seen = await look(http(9, host="127.255.255.255"))

    assert (seen.failure, seen.phase) == (Failure.NETWORK_UNREACHABLE, Phase.CONNECT)


async def test_a_source_address_we_do_not_have_is_our_fault():
    assert (await look(http(9), source="192.0.2.1")).failure is Failure.NO_SOURCE_ADDRESS
