"""Budgets: what is allowed is done, what is not is not, whatever the order of asking."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.credentials.bucket import Bucket
from monitor.credentials.budgets import Budgets
from monitor.model import Budget
from probes.spec import HttpSpec, StepSpec, TransactionSpec
from tests.unit.credentials.accounts import HOUSE, world_with

budgets = st.builds(Budget, st.integers(1, 50), st.floats(0.5, 86_400))


@settings(deadline=None)  # a busy machine is no failure
@given(budgets, st.lists(st.floats(0, 5_000), max_size=300))
def test_in_no_stretch_of_time_more_is_allowed_than_the_budget_says(budget, gaps_s):
    bucket, now_s, taken = Bucket(budget, 0.0), 0.0, []
    for gap_s in gaps_s:
        now_s += gap_s
        if bucket.has(now_s):
            bucket.take(now_s)
            taken.append(now_s)

    for first in range(len(taken)):
        for last in range(first, len(taken), 7):
            stretch_s = taken[last] - taken[first]
            allowed = budget.most * (1 + stretch_s / budget.per_s)
            assert last - first + 1 <= allowed + 1e-6


@settings(deadline=None)  # a busy machine is no failure
@given(budgets, st.integers(1, 200))
def test_after_a_rest_all_of_it_is_there_again(budget, spent):
    bucket = Bucket(budget, 0.0)
    for _ in range(spent):
        bucket.take(0.0)
    rested_s = budget.per_s * 1.001

    for _ in range(budget.most):
        assert bucket.has(rested_s)
        bucket.take(rested_s)
    assert not bucket.has(rested_s)


class _Clock:
    def __init__(self) -> None:
        self.mono_s = 0.0

    def monotonic(self) -> float:
        return self.mono_s


def limited(**budgets_of: Budget):
    return world_with(replace(HOUSE, looks=Budget(3, 60.0)), budgets_of)


def test_all_vantages_together_stay_within_a_target_s_budget():
    clock = _Clock()
    world = limited(b=Budget(2, 10.0))
    budgets_ = Budgets(world, clock)
    check = world.checks["b"]

    assert [budgets_.admit(check) for _ in range(4)] == [True, True, False, False]
    clock.mono_s = 5.0
    assert [budgets_.admit(check) for _ in range(2)] == [True, False]


def test_a_target_without_a_budget_is_not_limited():
    world = limited(b=Budget(1, 10.0))
    budgets_ = Budgets(world, _Clock())

    assert all(budgets_.admit(world.checks["a"]) for _ in range(1000))


def test_a_transaction_counts_for_its_credential_and_for_every_target_it_tells():
    world = limited(b=Budget(2, 10.0))
    request = HttpSpec("https://a.example/")
    spec = TransactionSpec(
        (StepSpec("one", "a", request), StepSpec("two", "b", request)),
        credential="house",
    )
    transaction = replace(world.checks["a"], spec=spec)
    clock = _Clock()
    budgets_ = Budgets(world, clock)

    assert [budgets_.admit(transaction) for _ in range(3)] == [True, True, False]
    assert not budgets_.admit(world.checks["b"])
    clock.mono_s = 10.0
    assert [budgets_.admit(transaction) for _ in range(2)] == [True, False]  # the credential's


def test_an_extra_look_takes_only_from_the_fuller_half():
    clock = _Clock()
    world = limited(b=Budget(6, 60.0))
    budgets_ = Budgets(world, clock)
    check = world.checks["b"]

    assert [budgets_.admit(check, extra=True) for _ in range(5)] == [True] * 3 + [False] * 2
    assert [budgets_.admit(check) for _ in range(4)] == [True] * 3 + [False]
    clock.mono_s = 39.0
    assert not budgets_.admit(check, extra=True)
    clock.mono_s = 40.0
    assert budgets_.admit(check, extra=True)


@pytest.mark.parametrize(("most", "granted"), [(1, 0), (2, 1), (3, 1), (4, 2)])
def test_a_small_bucket_keeps_at_least_one_for_the_timetable(most, granted):
    world = limited(b=Budget(most, 60.0))
    budgets_ = Budgets(world, _Clock())
    check = world.checks["b"]

    assert sum(budgets_.admit(check, extra=True) for _ in range(9)) == granted
    assert budgets_.admit(check)


def test_a_timetable_within_the_budget_loses_no_look_to_extra_ones():
    clock = _Clock()
    world = limited(b=Budget(12, 60.0))  # a look every 5 s, to the last one
    budgets_ = Budgets(world, clock)
    check = world.checks["b"]
    extra = 0
    for _ in range(1000):
        clock.mono_s += 5.0
        assert budgets_.admit(check)
        extra += sum(budgets_.admit(check, extra=True) for _ in range(10))

    assert extra == 5  # what the full bucket had to spare; the timetable uses up all the rest


def test_a_refused_look_takes_nothing_from_the_other_buckets():
    world = limited(b=Budget(1, 1_000.0))
    request = HttpSpec("https://a.example/")
    spec = TransactionSpec((StepSpec("one", "b", request),), credential="house")
    both = replace(world.checks["a"], spec=spec)
    alone = replace(both, spec=replace(spec, steps=(StepSpec("x", "a", request),)))
    budgets_ = Budgets(world, _Clock())

    assert [budgets_.admit(both) for _ in range(9)] == [True, *[False] * 8]
    assert [budgets_.admit(alone) for _ in range(3)] == [True, True, False]
