"""A week of thousands of looks from five places: a login per token lifetime and no more."""

from __future__ import annotations

import asyncio
import itertools
import math
import random
from dataclasses import replace

import pytest

from monitor.model import Budget, Failure
from monitor.ports import TokenError
from monitor.simulation.loop import run
from tests.unit.credentials.accounts import HOUSE, Desk, Issuer

WEEK_S = 7 * 86_400.0
LIFETIME_S = 3600.0


async def look_for_a_week(desk: Desk, vantage: int, every_s: float) -> int:
    looks, told = 0, set()
    await asyncio.sleep(every_s * vantage / 5)
    while asyncio.get_running_loop().time() < WEEK_S:
        looks += 1
        try:
            await desk.ask(vantage)
        except TokenError as error:
            told.add(error.sighting.failure)
        await asyncio.sleep(every_s)
    assert told <= {Failure.ACCOUNT_REFUSED, Failure.TOKEN_WITHHELD}
    return looks


async def week(desk: Desk, every_s: float = 30.0) -> int:
    return sum(await asyncio.gather(*(look_for_a_week(desk, n, every_s) for n in range(5))))


AHEAD_S = 20.0  # the default


@pytest.mark.parametrize("ahead_s", [0.0, AHEAD_S, 300.0])
def test_a_week_makes_one_login_per_token_lifetime(ahead_s):
    async def story():
        credential = replace(HOUSE, refresh_before_s=ahead_s, logins=Budget(4, 3600.0))
        desk = Desk(Issuer(lifetime_s=LIFETIME_S), credential)
        return desk, await week(desk)

    desk, looks = run(story())
    at_s = desk.issuer.at_s

    assert looks > 90_000
    assert len(at_s) <= math.ceil(WEEK_S / (LIFETIME_S - ahead_s))
    if ahead_s <= AHEAD_S:
        assert len(at_s) <= WEEK_S / LIFETIME_S + 1  # one for each lifetime begun
    assert min(b - a for a, b in itertools.pairwise(at_s)) >= LIFETIME_S - ahead_s - 0.001
    assert desk.issuer.most_together == 1
    assert desk.warnings == []


def test_a_week_with_a_locked_account_asks_a_bounded_number_of_times():
    async def story():
        desk = Desk(Issuer(failure=Failure.ACCOUNT_REFUSED))
        chance = random.Random(7)
        desk.keeper._chance = chance.random
        await week(desk)
        return desk

    # Doubling from a minute to an hour, then at most two in an hour.
    assert len(run(story()).issuer.at_s) <= 7 + 2 * 24 * 7


def test_a_week_with_a_lock_ahead_asks_once_a_day_after_the_first_few():
    async def story():
        desk = Desk(Issuer(failure=Failure.ACCOUNT_REFUSED), replace(HOUSE, lock_after=5))
        await week(desk)
        return desk

    assert len(run(story()).issuer.at_s) <= 4 + 7
