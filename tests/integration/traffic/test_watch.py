"""The shell around real traffic: batches, the store, a Prometheus, a life after this one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.model import (
    Batch,
    Instant,
    Outcome,
    OutcomeClass,
    PollResult,
    TrafficState,
    Vantage,
)
from monitor.ports import StoreError
from monitor.settings.values_traffic import TrafficQuery, TrafficSettings, TrafficSource
from monitor.store.memory import MemoryStore
from monitor.traffic import TrafficWatch
from probes.spec import PromqlSpec
from tests.integration.traffic.prometheus import prometheus
from tests.support.traffic import MINUTE, SATURDAY, Traffic, minutes, world_of

REGISTER = ("tamin", "register")
SECRET = "Bearer of-the-prometheus"
HERE = Vantage("govah", {}, "IR", "", "")
OK, NO = "calls{ok}", "sum by (code) (calls{no})"


class Clock:
    """Stands where a test puts it."""

    def __init__(self, at) -> None:
        self.at = at

    def utc(self):
        return self.at

    def now(self):
        return Instant(self.at, self.at.timestamp())

    def monotonic(self):
        return self.at.timestamp()

    async def sleep(self, duration_s):
        raise NotImplementedError(duration_s)


class PoorStore(MemoryStore):
    """Can be told to fail."""

    failing = False

    async def record_outcomes(self, batch, outcomes, received_at):
        if self.failing:
            raise StoreError("the disk is full")
        return await super().record_outcomes(batch, outcomes, received_at)


class Desk:
    """A watch, its clock and its store."""

    def __init__(self, store=None, at=SATURDAY, sources=(), holidays=()) -> None:
        self.clock = Clock(at)
        self.store = store or PoorStore(clock=self.clock)
        self.polls = []
        self.watch = TrafficWatch(
            world_of(REGISTER),
            self.store,
            self.clock,
            TrafficSettings(frozenset(holidays), tuple(sources)),
            polled=lambda source, result, outcomes: self.polls.append(
                (source, result, sum(o.count for o in outcomes))
            ),
        )

    async def tell(self, outcomes):
        batch = Batch(f"{len(self.store._batches):016x}", tuple(outcomes))
        if await self.store.record_outcomes(batch.id, batch.outcomes, self.clock.at):
            self.watch.taken(batch)

    def reading(self):
        (reading,) = self.watch.readings(self.clock.now())
        return reading


def errors(at, count=50):
    return [Outcome(*REGISTER, OutcomeClass.SERVER_ERROR, at, count)]


def panel(url, **more):
    def query(outcome, text):
        return TrafficQuery(
            *REGISTER, outcome, PromqlSpec(url, text, headers={"Authorization": SECRET})
        )

    queries = (query(OutcomeClass.OK, OK), query(OutcomeClass.BUSINESS, NO))
    return TrafficSource("panel", HERE, 2.0, queries, **more)


async def test_a_batch_is_judged_with_the_next_tick():
    desk = Desk()
    await desk.watch.start()

    desk.clock.at += timedelta(seconds=40)
    await desk.tell(errors(SATURDAY))

    assert desk.reading().state is TrafficState.FAILING
    assert desk.watch.latest[0].bad == 50


async def test_another_life_takes_up_what_was_told():
    first = Desk(at=SATURDAY)
    await first.watch.start()
    await first.tell(errors(SATURDAY))

    second = Desk(first.store, SATURDAY + MINUTE)
    await second.watch.start()

    assert second.reading().state is TrafficState.FAILING
    assert second.reading().since_at == SATURDAY


async def test_another_life_learns_from_the_weeks_before_and_counts_nothing_twice():
    day, traffic = Desk(at=SATURDAY + timedelta(days=9, hours=7)), Traffic(3, 60.0)
    begin = SATURDAY
    for hour in range(9 * 24 + 7):
        told = [o for m in minutes(begin + timedelta(hours=hour), 60) for o in traffic.minute(m)]
        await day.store.record_outcomes(f"{hour:016x}", told, begin)
    await day.watch.start()

    # Told while the past is still being learnt, and of a time that is learnt from the store.
    await day.tell([Outcome(*REGISTER, OutcomeClass.OK, SATURDAY + timedelta(days=9), 9)])
    await day.watch.learn()
    day.reading()

    operation = day.watch._memory.operations[REGISTER]
    stored = await day.store.outcomes(SATURDAY, day.clock.at)
    ahead = sum(counts["calls"] for counts in operation.hours.values())
    assert operation.history.column("calls").sum() + ahead == sum(o.count for o in stored)
    assert operation.usual.rates is not None
    assert 0.03 < operation.usual.shares["=not-covered"].usual < 0.08


async def test_a_prometheus_is_asked_for_every_minute_once_and_only_when_it_is_over():
    async with prometheus() as server:
        desk = Desk(sources=[panel(server.url)], at=SATURDAY + timedelta(seconds=15))
        await desk.watch.start()
        end_s = SATURDAY.timestamp()
        server.counts = {
            OK: {end_s: [({}, "40.4")]},
            NO: {end_s: [({"code": "-9"}, "3"), ({"code": "0012345678"}, "2"), ({}, "NaN")]},
        }

        await desk.watch.poll()  # too early for the minute that ended 15 s ago
        early = {time_s for _, time_s, _ in server.asked}
        desk.clock.at += timedelta(seconds=10)
        await desk.watch.poll()
        await desk.watch.poll()

        kept = await desk.store.outcomes(SATURDAY - MINUTE, SATURDAY)
        assert end_s not in early
        assert [time_s for _, time_s, _ in server.asked].count(end_s) == 2  # each query once
        assert {token for _, _, token in server.asked} == {SECRET}
        assert sorted((o.outcome.value, o.code or "", o.count) for o in kept) == [
            ("business", "", 2),  # a code that may be somebody's number is not kept
            ("business", "-9", 3),
            ("ok", "", 40),
        ]
        assert desk.polls[-1] == ("panel", PollResult.STORED, 45)
        assert desk.reading().calls == 45

        again = Desk(desk.store, desk.clock.at, [panel(server.url)])
        await again.watch.start()
        await again.watch.poll()
        assert {result for _, result, _ in again.polls} == {PollResult.KNOWN}
        assert again.reading().calls == 45


async def test_what_could_not_be_asked_or_stored_is_asked_again():
    async with prometheus() as server:
        desk = Desk(sources=[panel(server.url)], at=SATURDAY + timedelta(seconds=25))
        await desk.watch.start()
        server.counts = {OK: {SATURDAY.timestamp(): [({}, "7")]}}

        server.broken = True
        await desk.watch.poll()
        server.broken, desk.store.failing = False, True
        await desk.watch.poll()
        desk.store.failing = False
        await desk.watch.poll()

        results = [result for _, result, _ in desk.polls]
        assert results[:2] == [PollResult.UNANSWERED, PollResult.STORE_FAILING]
        assert set(results[2:]) == {PollResult.STORED}
        assert sum(calls for *_, calls in desk.polls) == 7


@pytest.mark.parametrize(
    "sample",
    [("-5"), ("+Inf"), ("9e99"), ("0.2")],
)
async def test_a_count_that_is_none_is_not_taken(sample):
    async with prometheus() as server:
        desk = Desk(sources=[panel(server.url)], at=SATURDAY + timedelta(seconds=25))
        await desk.watch.start()
        server.counts = {OK: {SATURDAY.timestamp(): [({}, sample)]}}

        await desk.watch.poll()

        assert desk.reading().calls == 0
        assert desk.polls[-1] == ("panel", PollResult.STORED, 0)


async def test_a_source_that_nobody_is_at_is_no_drop_and_no_error():
    desk = Desk(sources=[panel("http://127.0.0.1:9")], at=SATURDAY)
    await desk.watch.start()

    await desk.watch.poll()

    assert desk.polls == [("panel", PollResult.UNANSWERED, 0)]
    assert desk.reading().state is TrafficState.THIN
