"""Whatever goes wrong in whatever order: at most one acceptance per intent, exactly one at last."""

from __future__ import annotations

import asyncio
from collections import Counter

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from monitor.model import DeliveryState
from tests.unit.notify.office import Fault, Office


class Delivering(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.runner = asyncio.Runner()
        self.office = Office()
        self.keys = 0

    def run(self, awaitable):
        return self.runner.run(awaitable)

    @rule(count=st.integers(1, 12))
    def plan(self, count):
        for _ in range(count):
            self.keys += 1
            recipient = f"dr-{self.keys % 3}"
            self.run(self.office.plan(f"k{self.keys}", recipient=recipient, valid_s=36_000))

    @rule(faults=st.lists(st.sampled_from(Fault), max_size=12))
    def provider_goes_wrong(self, faults):
        self.office.faults = faults

    @rule(count=st.integers(0, 5))
    def look_ups_fail(self, count):
        self.office.deaf_look_ups = count

    @rule(settles=st.none() | st.integers(0, 3))
    def turn(self, settles):
        self.office.store.settles_left = settles
        self.run(self.office.outbox.turn())
        self.office.store.settles_left = None

    @rule(settles=st.integers(0, 3))
    def die_within_a_turn(self, settles):
        self.office.store.settles_left = settles
        self.run(self.office.outbox.turn())
        self.run(self.office.crash())

    @rule(duration_s=st.sampled_from([0.1, 1.0, 2.9, 5.0, 61.0]))
    def time_passes(self, duration_s):
        self.office.clock.mono_s += duration_s

    @invariant()
    def nothing_was_accepted_twice(self):
        taken = Counter(each.body for each in self.office.sender.ledger)
        assert max(taken.values(), default=0) <= 1

    def teardown(self):
        self.office.faults, self.office.deaf_look_ups = [], 0
        self.run(self.office.work(300))
        for each in self.run(self.office.store.deliveries_of(1001)):
            assert each.state in (DeliveryState.ACCEPTED, DeliveryState.REJECTED)
            assert self.office.taken(each.key) == (each.state is DeliveryState.ACCEPTED)
        self.nothing_was_accepted_twice()
        self.runner.close()


Delivering.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestDelivering = Delivering.TestCase
