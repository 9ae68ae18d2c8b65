"""One login at a time, one token for all, patience when refused, and whose line it was."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from datetime import date

import pytest

from monitor.model import Budget, Failure
from monitor.ports import TokenError
from monitor.simulation.loop import run
from tests.unit.credentials.accounts import HOUSE, Desk, Issuer


async def failure_of(asked) -> Failure | None:
    with pytest.raises(TokenError) as caught:
        await asked
    return caught.value.sighting.failure


def test_however_many_looks_wait_there_is_one_login():
    async def story():
        desk = Desk()
        tokens = await asyncio.gather(*(desk.ask(n % 5) for n in range(200)))
        return desk, set(tokens)

    desk, tokens = run(story())

    assert tokens == {"token-1"}
    assert len(desk.issuer.at_s) == 1
    assert desk.learnt == ["token-1"]


def test_a_look_that_gives_up_waiting_leaves_the_login_to_the_others():
    async def story():
        desk = Desk(Issuer(takes_s=2.0))
        patient = asyncio.create_task(desk.ask(1))
        await asyncio.sleep(0.1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await desk.ask(0)
        return desk, await patient

    desk, token = run(story())

    assert token == "token-1"
    assert desk.issuer.by == ["tehran-mci"]


def test_the_first_look_giving_up_does_not_end_its_login():
    async def story():
        desk = Desk(Issuer(takes_s=2.0))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await desk.ask(0)
        return desk, await desk.ask(1)

    desk, token = run(story())

    assert (token, len(desk.issuer.at_s)) == ("token-1", 1)


def test_a_token_near_its_end_still_serves_while_the_next_is_fetched():
    async def story():
        desk = Desk()
        await desk.ask()
        await asyncio.sleep(3299.0)
        before = (await desk.ask(), len(desk.issuer.at_s))
        await asyncio.sleep(10.0)
        during = await asyncio.gather(*(desk.ask(n) for n in range(4)))
        await desk.settle()
        return desk, before, set(during), await desk.ask()

    desk, before, during, after = run(story())

    assert before == ("token-1", 1)
    assert during == {"token-1"}
    assert after == "token-2"
    assert len(desk.issuer.at_s) == 2


def test_a_stepped_wall_clock_neither_ends_a_token_nor_keeps_it_alive():
    async def story():
        desk = Desk()
        await desk.ask()
        desk.clock.step(-86_400)
        same = await desk.ask()
        desk.clock.step(30 * 86_400)
        still = await desk.ask()
        desk.clock.step(-60 * 86_400)
        await asyncio.sleep(3601)
        return desk, same, still, await desk.ask()

    _desk, same, still, after = run(story())

    assert (same, still, after) == ("token-1", "token-1", "token-2")


def test_the_life_of_a_token_is_counted_from_before_the_login_was_sent():
    async def story():
        desk = Desk(Issuer(takes_s=2.5, lifetime_s=100.0), replace(HOUSE, refresh_before_s=0))
        await desk.ask()
        await asyncio.sleep(97.6)  # 100.1 s after the login began
        return await desk.ask()

    assert run(story()) == "token-2"


@pytest.mark.parametrize(
    "failure",
    [Failure.HTTP_401, Failure.HTTP_403, Failure.CREDENTIALS_REFUSED, Failure.ACCOUNT_REFUSED],
)
def test_a_refusal_is_told_once_to_all_who_wait_and_then_nobody_asks(failure):
    async def story():
        desk = Desk(Issuer(failure=failure))
        first = await asyncio.gather(*(failure_of(desk.ask(n)) for n in range(5)))
        second = await asyncio.gather(*(failure_of(desk.ask(n)) for n in range(5)))
        return desk, set(first), set(second)

    desk, first, second = run(story())

    assert first == {failure}
    assert second == {Failure.TOKEN_WITHHELD}
    assert len(desk.issuer.at_s) == 1
    assert desk.warnings == ["credential_refused"]


def test_each_refusal_doubles_the_pause_up_to_the_longest():
    async def story():
        desk = Desk(Issuer(failure=Failure.HTTP_401, takes_s=0.0), chance=0.999999)
        while asyncio.get_running_loop().time() < 6 * 3600:
            await failure_of(desk.ask())
            await asyncio.sleep(1.0)
        return desk

    at_s = run(story()).issuer.at_s
    pauses = [round(b - a) for a, b in itertools.pairwise(at_s)]

    assert pauses[:6] == [60, 120, 240, 480, 960, 1920]
    assert set(pauses[6:]) <= {3600, 3601}


def test_chance_spreads_the_pause_but_never_to_nothing():
    async def story(chance):
        desk = Desk(Issuer(failure=Failure.HTTP_401, takes_s=0.0), chance=chance)
        while len(desk.issuer.at_s) < 2:
            await failure_of(desk.ask())
            await asyncio.sleep(0.5)
        return desk.issuer.at_s[1]

    assert run(story(0.0)) == pytest.approx(30, abs=1)
    assert run(story(0.5)) == pytest.approx(45, abs=1)


def test_one_refusal_before_the_lock_nobody_asks_for_a_day():
    async def story():
        desk = Desk(
            Issuer(failure=Failure.ACCOUNT_REFUSED, takes_s=0.0), replace(HOUSE, lock_after=5)
        )
        while asyncio.get_running_loop().time() < 86_400:
            await failure_of(desk.ask())
            await asyncio.sleep(5.0)
        asked = len(desk.issuer.at_s)
        restarted = desk.fresh_keeper()
        return desk, asked, restarted

    desk, asked, _ = run(story())

    assert asked == 4
    assert "credential_near_lockout" in desk.warnings
    assert desk.warnings.index("credential_near_lockout") == 3  # told at the third, before the last


def test_an_account_that_is_unlocked_is_used_again():
    async def story():
        desk = Desk(Issuer(failure=Failure.ACCOUNT_REFUSED))
        await failure_of(desk.ask())
        desk.issuer.failure = None
        await asyncio.sleep(61)
        return desk, await desk.ask()

    desk, token = run(story())

    assert token == "token-2"
    assert desk.keeper.figures()["house"].withheld is False


def test_a_dead_line_is_told_of_its_own_vantage_only():
    async def story():
        desk = Desk(Issuer(cut=frozenset({"tehran-shatel"})))
        own = asyncio.create_task(failure_of(desk.ask(0)))
        await asyncio.sleep(0.05)
        others = await asyncio.gather(*(desk.ask(n) for n in (1, 2, 3)))
        return desk, await own, set(others)

    desk, own, others = run(story())

    assert own is Failure.CONNECT_TIMEOUT
    assert others == {"token-2"}
    assert desk.issuer.by == ["tehran-shatel", "tehran-mci"]
    assert desk.issuer.most_together == 1
    assert desk.warnings == []


def test_a_dead_login_host_is_seen_from_everywhere_and_not_hammered():
    async def story():
        desk = Desk(Issuer(failure=Failure.CONNECT_TIMEOUT, takes_s=0.1))
        told = []
        while asyncio.get_running_loop().time() < 60:
            told += await asyncio.gather(*(failure_of(desk.ask(n)) for n in range(5) for _ in "xx"))
            await asyncio.sleep(1.0)
        return desk, told

    desk, told = run(story())

    assert set(told) == {Failure.CONNECT_TIMEOUT}
    assert set(desk.issuer.by) == {
        "tehran-shatel",
        "tehran-mci",
        "mashhad-irancell",
        "shiraz-tci",
        "frankfurt",
    }
    assert len(desk.issuer.at_s) <= 5 * (60 / 4 + 1)
    assert desk.issuer.most_together == 1
    assert desk.keeper.figures()["house"].refusals == 0


def test_a_login_that_answers_without_a_token_is_asked_ever_more_seldom():
    async def story():
        desk = Desk(Issuer(failure=Failure.VALUE_MISSING, status=200, takes_s=0.0))
        while asyncio.get_running_loop().time() < 3600:
            assert await failure_of(desk.ask()) is Failure.VALUE_MISSING
            await asyncio.sleep(1.0)
        return desk

    assert len(run(story()).issuer.at_s) <= 5 + 3600 / 60


def test_a_dead_host_while_the_old_token_holds_harms_no_look():
    async def story():
        desk = Desk()
        await desk.ask()
        desk.issuer.failure = Failure.CONNECT_TIMEOUT
        await asyncio.sleep(3310)
        tokens = set()
        while asyncio.get_running_loop().time() < 3595:
            tokens.add(await desk.ask())
            await asyncio.sleep(1.0)
        desk.issuer.failure = None
        await desk.settle()
        await desk.ask()
        await desk.settle()
        return tokens, await desk.ask()

    tokens, after = run(story())

    assert tokens == {"token-1"}
    assert after.startswith("token-")
    assert after != "token-1"


def test_a_token_the_server_forgot_costs_one_login():
    async def story():
        desk = Desk()
        old = await desk.ask()
        await asyncio.sleep(1200)
        for _ in range(4):  # four looks found out at once
            desk.keeper.refused("house", old)
        fresh = await asyncio.gather(*(desk.ask(n) for n in range(4)))
        desk.keeper.refused("house", old)  # a straggler
        return desk, set(fresh), await desk.ask()

    desk, fresh, after = run(story())

    assert fresh == {"token-2"}
    assert after == "token-2"
    assert desk.warnings == []


def test_a_server_that_refuses_each_fresh_token_does_not_make_us_log_in_at_each_look():
    async def story():
        desk = Desk()
        withheld = []
        while asyncio.get_running_loop().time() < 3600:
            try:
                token = await desk.ask()
            except TokenError as error:
                withheld.append(error.sighting.failure)
            else:
                desk.keeper.refused("house", token)
            await asyncio.sleep(5.0)
        return desk, withheld

    desk, withheld = run(story())

    assert len(desk.issuer.at_s) <= 9
    assert len(withheld) > 600
    assert set(withheld) == {Failure.TOKEN_WITHHELD}
    assert "credential_refused" in desk.warnings


def test_more_logins_than_allowed_are_not_made():
    async def story():
        desk = Desk(credential=replace(HOUSE, logins=Budget(4, 3600.0)))
        told = set()
        while asyncio.get_running_loop().time() < 1800:
            try:
                desk.keeper.refused("house", await desk.ask())
            except TokenError as error:
                told.add(error.sighting.failure)
            await asyncio.sleep(100.0)  # each token lives long enough not to count as refused young
        return desk, told

    desk, told = run(story())

    assert len(desk.issuer.at_s) <= 6
    assert told <= {Failure.TOKEN_WITHHELD}


@pytest.mark.parametrize("said_s", [1.0, 0.001, 10 * 365 * 86_400.0])
def test_a_lifetime_that_cannot_be_is_bounded_and_told(said_s):
    async def story():
        desk = Desk(Issuer(lifetime_s=said_s))
        await desk.ask()
        return desk

    desk = run(story())

    left_s = desk.keeper.figures()["house"].token_left_s
    assert left_s is not None
    assert 59 <= left_s <= 30 * 86_400
    assert desk.warnings == ["credential_lifetime_odd"]


def test_a_login_that_breaks_by_a_bug_of_ours_accuses_nobody():
    async def story():
        desk = Desk()

        async def broken(*_args):
            raise KeyError("secret")

        desk.keeper._login = broken
        return await failure_of(desk.ask())

    assert run(story()) is Failure.NO_TOKEN


def test_a_login_that_never_ends_is_ended_soon_after_its_own_deadline():
    async def story():
        desk = Desk(Issuer(takes_s=10_000.0))
        failure = await failure_of(desk.ask())
        return failure, asyncio.get_running_loop().time()

    assert run(story()) == (Failure.NO_TOKEN, 3.5)


def test_a_secret_that_ends_is_told_once_at_each_distance():
    async def story():
        desk = Desk(credential=replace(HOUSE, expires_on=date(2026, 12, 20)))  # now: 22 November
        told = []
        for day in range(33):
            for _ in range(24):
                before = len(desk.warnings)
                await desk.keeper.remind()
                if len(desk.warnings) > before:
                    told.append(day)
                await asyncio.sleep(3600)
        return desk, told

    desk, told = run(story())

    assert told[:5] == [14, 21, 25, 27, 28]
    assert told[5:] == [29, 30, 31, 32]
    assert set(desk.warnings) == {"credential_expires_soon"}


def test_closing_ends_a_login_under_way():
    async def story():
        desk = Desk(Issuer(takes_s=2.0))
        waiting = asyncio.create_task(desk.ask())
        await asyncio.sleep(0.5)
        await desk.keeper.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return desk.keeper.figures()["house"].logins

    assert run(story()) == 0
