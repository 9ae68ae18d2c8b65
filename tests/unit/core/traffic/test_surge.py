"""The sequential test of one share: what it promises of false alarms, and how soon it is sure."""

from __future__ import annotations

from math import comb, exp, lgamma

import numpy as np
import pytest

from monitor.core.traffic.surge import TOGETHER, after, share


def urn(n, a, b):
    """Chances of a beta-binomial."""

    def beta(x, y):
        return lgamma(x) + lgamma(y) - lgamma(x + y)

    return [comb(n, k) * exp(beta(k + a, n - k + b) - beta(a, b)) for k in range(n + 1)]


@pytest.mark.parametrize("most", [0.01, 0.05, 0.3])
@pytest.mark.parametrize("calls", [1, 7, 60])
def test_each_ratio_is_one_on_average_where_nothing_rose_and_less_below(most, calls):
    against = share(most, most, 0.1)

    for true, mean in ((most, 1.0), (most / 2, None)):
        chances = urn(calls, TOGETHER * true, TOGETHER * (1 - true))
        for which in range(len(against.more)):
            ratios = [1.0] + [
                exp(after(None, against, 0, calls, bad).sums[which])
                if after(None, against, 0, calls, bad)
                else 0.0
                for bad in range(1, calls + 1)
            ]
            known = sum(p * r for p, r in zip(chances[1:], ratios[1:], strict=True))
            assert known <= (mean or 1.0) + 1e-9


def test_a_share_that_only_chance_moves_is_never_raised():
    chance, against = np.random.default_rng(1), share(0.05, 0.05, 0.1)
    raised = 0
    for _ in range(5):
        tally = None
        for minute in range(20_000):
            true = chance.beta(0.05 * TOGETHER, 0.95 * TOGETHER)
            tally = after(tally, against, minute, 40, int(chance.binomial(40, true)))
            raised += tally is not None and tally.raised

    assert raised == 0


def test_a_total_failure_is_raised_within_ten_calls_and_over_within_fifteen():
    against = share(0.005, 0.01, 0.1)
    tally, calls = None, 0
    while tally is None or not tally.raised:
        calls += 1
        tally = after(tally, against, calls, 1, 1)

    good = 0
    while tally is not None and tally.raised:
        good += 1
        tally = after(tally, against, calls + good, 1, 0)

    assert calls <= 10
    assert good <= 15


def test_the_onset_is_the_minute_in_which_it_rose():
    against, tally = share(0.05, 0.07, 0.1), None
    for minute in range(100):
        tally = after(tally, against, minute, 100, 5 if minute < 90 else 40)

    assert tally.raised
    assert tally.onset == 90


def test_a_minute_that_is_still_filling_is_weighed_as_far_as_it_came():
    against = share(0.05, 0.07, 0.1)
    before = after(None, against, 1, 20, 6)

    part = after(before, against, 2, 10, 5)
    whole = after(before, against, 2, 20, 5)

    assert max(part.sums) > max(whole.sums)
