"""An answer of a name server is read in no time, however it is made."""

from __future__ import annotations

import struct
import time

import dns.message
import pytest

from monitor.model import Failure
from probes.failures import LookFailedError
from probes.question import _read

QUERY = dns.message.make_query("x.test", "A")
QUESTION = QUERY.to_wire()[12:]
LONG_NAME = b"\x01a" * 120 + b"\0"
LONGEST = 4 * 1024


def answer(longest):
    """As many records as fit, each with a name of 120 parts that stands there once."""
    name, more = LONG_NAME, b""
    count = 0
    while len(more) + 16 + len(name) + 12 + len(QUESTION) <= longest:
        more += name + struct.pack(">HHIHI", 1, 1, 60, 4, count)
        name = struct.pack(">H", 0xC000 | (12 + len(QUESTION)))
        count += 1
    return struct.pack(">HHHHHH", QUERY.id, 0x8180, 1, count, 0, 0) + QUESTION + more


def test_the_longest_answer_does_not_hold_up_the_rest():
    best_s = 1.0
    for _ in range(5):
        begun = time.thread_time()
        assert len(_read(answer(LONGEST), QUERY).answer) == 1
        best_s = min(best_s, time.thread_time() - begun)

    assert best_s < 0.1


def test_a_longer_one_is_not_read_at_all():
    with pytest.raises(LookFailedError) as caught:
        _read(answer(LONGEST + 64), QUERY)

    assert (caught.value.failure, caught.value.detail) == (
        Failure.DNS_MALFORMED,
        "answer too long",
    )
