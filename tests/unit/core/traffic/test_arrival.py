"""Late, early, in pieces, out of order: what is told is the same, or set aside."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from monitor.core.traffic.history import MOST_SERIES
from monitor.core.traffic.memory import answered, judged, past, started, taken
from monitor.model import Outcome, OutcomeClass, TrafficState
from tests.support.traffic import MINUTE, SATURDAY, by_the_quarter, minutes, world_of
from tests.unit.core.traffic.clinic import FETCH, REGISTER, Clinic, at, learnt

ERRORS = {(OutcomeClass.SERVER_ERROR, None): 0.9}


def told_over(clinic, begin, many, **fault):
    return [o for m in minutes(begin, many) for o in clinic.parts[REGISTER].minute(m, **fault)]


@pytest.mark.parametrize("seed", range(5))
def test_any_order_within_the_last_minutes_gives_the_same_reading(seed):
    clinic = Clinic()
    told = [*told_over(clinic, at(10), 20), *told_over(clinic, at(10, 20), 8, shares=ERRORS)]
    now = at(10, 28)
    _, whole = judged(taken(clinic.memory, told, now), now)

    chance = random.Random(seed)
    chance.shuffle(told)
    memory = clinic.memory
    while told:
        some = chance.randint(1, 9)
        memory, _ = judged(taken(memory, told[:some], now), now)
        told = told[some:]
    _, pieces = judged(memory, now)

    assert pieces == whole
    assert whole[0].state is TrafficState.FAILING


def test_a_late_batch_changes_what_is_said_of_the_minutes_it_tells_of():
    clinic = Clinic()
    memory = taken(clinic.memory, told_over(clinic, at(10), 10), at(10, 10))
    memory, before = judged(memory, at(10, 10))

    late = told_over(clinic, at(10, 4), 6, shares=ERRORS, volume=3.0)
    memory, after = judged(taken(memory, late, at(10, 10)), at(10, 10))

    assert before[0].state is TrafficState.USUAL
    assert after[0].state is TrafficState.FAILING
    assert after[0].since_at == at(10, 4)


def test_what_comes_hours_late_is_learnt_from_and_judges_nobody():
    clinic = Clinic()
    memory = taken(clinic.memory, told_over(clinic, at(12), 10), at(12, 10))

    memory = taken(memory, told_over(clinic, at(10), 30, shares=ERRORS), at(12, 10))
    memory, readings = judged(memory, at(12, 10))

    assert readings[0].state is TrafficState.USUAL
    (hour,) = [h for h in memory.operations[REGISTER].history.hours if h * 60 == at(10).timestamp()]
    assert hour


def test_what_lies_ahead_waits_until_it_is_due_and_nonsense_is_not_taken():
    clinic = Clinic()
    memory = taken(clinic.memory, told_over(clinic, at(10), 10), at(10, 10))
    ahead = told_over(clinic, at(10, 11), 2, shares=ERRORS, volume=5.0)
    nonsense = [Outcome(*REGISTER, OutcomeClass.TIMEOUT, at(10, 30), 500)]

    memory, early = judged(taken(memory, [*ahead, *nonsense], at(10, 10)), at(10, 10))
    _, due = judged(memory, at(10, 12))
    _, later = judged(memory, at(10, 30))

    assert early[0].state is TrafficState.USUAL
    assert due[0].state is TrafficState.FAILING
    assert later[0].state is TrafficState.THIN


def test_an_operation_nobody_declared_is_passed_over():
    memory = started(world_of(REGISTER))
    stranger = Outcome("moon", "land", OutcomeClass.TIMEOUT, SATURDAY, 500)

    memory, readings = judged(taken(memory, [stranger], SATURDAY), SATURDAY)

    assert [(r.service, r.state) for r in readings] == [("tamin", TrafficState.THIN)]


def test_more_codes_than_can_be_remembered_are_counted_together():
    memory = started(world_of(REGISTER))
    for hour in range(40):
        now = SATURDAY + timedelta(hours=hour)
        told = [
            Outcome(*REGISTER, OutcomeClass.BUSINESS, now, 3, code=f"c{hour}-{number}")
            for number in range(50)
        ]
        memory, _ = judged(taken(memory, told, now), now)

    operation = memory.operations[REGISTER]

    assert len(operation.history.series) <= MOST_SERIES + 1
    assert operation.history.column("=").sum() > 0


def test_a_memory_made_anew_from_the_store_says_the_same():
    clinic = Clinic()
    now = at(10, 40)
    early = [
        o for part in clinic.parts.values() for m in minutes(at(0), 600) for o in part.minute(m)
    ]
    late = [
        o
        for key, part in clinic.parts.items()
        for m in minutes(at(10), 40)
        for o in part.minute(m, shares=ERRORS if key == REGISTER and m >= at(10, 30) else None)
    ]
    lived = clinic.memory
    for minute in minutes(at(0), 640):
        lived = taken(lived, [o for o in early + late if o.minute_at == minute], minute + MINUTE)
    lived, before = judged(lived, now)

    reborn = taken(past(learnt(), by_the_quarter(early)), late, now)
    reborn, after = judged(reborn, now)

    assert before[0].state is TrafficState.FAILING
    assert after[0] == before[0]


def test_one_who_is_asked_and_does_not_answer_has_not_fallen():
    clinic = Clinic(peak=300.0)
    memory = started(world_of(REGISTER, FETCH), asked=[REGISTER])
    memory = type(memory)(memory.season, memory.codes, clinic.memory.operations, asked=memory.asked)
    states = {"silent": set(), "answers": set()}
    for how, seen in states.items():
        mine = memory
        for minute in minutes(at(9), 80):
            now = minute + MINUTE
            down = minute >= at(10)
            told = [] if down else clinic.parts[REGISTER].minute(minute)
            mine = taken(mine, clinic.parts[FETCH].minute(minute), now)
            if not down or how == "answers":
                mine = answered(mine, told, minute, now)
            mine, readings = judged(mine, now)
            seen.add(readings[0].state)

    assert TrafficState.DROP not in states["silent"]
    assert TrafficState.DROP in states["answers"]
