"""Real traffic costs a tick next to nothing."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import pytest

from monitor.core.traffic.memory import judged, taken
from tests.support.traffic import Traffic
from tests.unit.core.traffic.clinic import REGISTER, at, learnt

OPERATIONS = [(f"s{n}", "register") for n in range(20)]
TICKS = 240  # twenty minutes
MOST_S = 0.001


@pytest.mark.alone
def test_a_tick_of_twenty_busy_operations_takes_less_than_a_millisecond():
    known = learnt()
    memory = replace(
        known, operations=dict.fromkeys(OPERATIONS, known.operations[REGISTER]), codes={}
    )
    parts = [Traffic(n, 100.0, *key) for n, key in enumerate(OPERATIONS)]
    memory, _ = judged(memory, at(10))
    told = {
        minute: [o for part in parts for o in part.minute(at(10, minute), volume=1 / 12)]
        for minute in range(TICKS // 12)
    }
    spent_s = 0.0
    for tick in range(TICKS):
        now = at(10) + tick * (at(0, 1) - at(0)) / 12
        memory = taken(memory, told[tick // 12], now)  # a batch of all operations, every tick
        begun_s = process_time()
        memory, readings = judged(memory, now)
        spent_s += process_time() - begun_s

    assert len(readings) == len(OPERATIONS)
    assert spent_s / TICKS < MOST_S
