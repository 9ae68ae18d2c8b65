"""Tokens from the core: asked for once, kept while they hold, gone on with when cut off."""

from __future__ import annotations

import asyncio

import pytest

from monitor.agent.core import CoreError, Outcome
from monitor.agent.tokens import CoreTokens
from monitor.model import Failure
from monitor.ports import TokenError
from monitor.wire.invitation import token_sha256
from monitor.wire.messages import RefusedTold, TokenGiven, TokenWithheld
from tests.contract.store_values import StillClock


class ACore:
    """Answers as told; None: cut off."""

    def __init__(self) -> None:
        self.answer = TokenGiven(token="first-token", expires_in_s=600.0)
        self.asked = 0
        self.told = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def token(self, credential):
        assert credential == "house"
        self.asked += 1
        await self.may_answer.wait()
        if self.answer is None:
            raise CoreError(Outcome.UNREACHABLE, "ConnectionRefusedError")
        return self.answer

    async def refused(self, body):
        self.told.append(RefusedTold.model_validate_json(body))


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def core():
    return ACore()


@pytest.fixture
async def tokens(core, clock):
    made = CoreTokens(core, clock)
    yield made
    await made.close()


async def get(tokens):
    return await tokens.token("house", None, "a" * 16)


async def failure_of(tokens):
    with pytest.raises(TokenError) as raised:
        await get(tokens)
    return raised.value.sighting.failure


async def test_many_looks_that_need_a_token_ask_once(tokens, core):
    core.may_answer.clear()
    looks = [asyncio.create_task(get(tokens)) for _ in range(20)]
    await asyncio.sleep(0)
    core.may_answer.set()

    assert set(await asyncio.gather(*looks)) == {"first-token"}
    assert core.asked == 1


async def test_a_look_that_gives_up_does_not_take_the_question_back(tokens, core):
    core.may_answer.clear()
    first, second = (asyncio.create_task(get(tokens)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    core.may_answer.set()

    assert await second == "first-token"
    assert core.asked == 1


async def test_near_its_end_a_token_serves_while_the_next_is_fetched(tokens, core, clock):
    await get(tokens)
    core.answer = TokenGiven(token="second-token", expires_in_s=600.0)
    clock.mono_s += 545.0

    assert await get(tokens) == "first-token"
    await asyncio.gather(*tokens._asking.values())
    assert await get(tokens) == "second-token"
    assert core.asked == 2


async def test_cut_off_it_goes_on_with_the_token_it_has_and_not_longer(tokens, core, clock):
    await get(tokens)
    core.answer = None
    clock.mono_s += 599.0
    assert await get(tokens) == "first-token"

    clock.mono_s += 2.0
    assert await failure_of(tokens) is Failure.NO_TOKEN


async def test_back_in_touch_it_asks_again_but_not_at_every_look(tokens, core, clock):
    core.answer = None
    for _ in range(50):
        assert await failure_of(tokens) is Failure.NO_TOKEN
    assert core.asked == 1

    core.answer = TokenGiven(token="first-token", expires_in_s=600.0)
    clock.mono_s += 6.0
    assert await get(tokens) == "first-token"


@pytest.mark.parametrize(
    ("told", "failure"),
    [("http_5xx", Failure.HTTP_5XX), ("word_of_tomorrow", Failure.NO_TOKEN)],
)
async def test_what_the_core_s_own_login_saw_is_what_the_look_tells(tokens, core, told, failure):
    core.answer = TokenWithheld(failure=told, detail="status", http_status=503)

    assert await failure_of(tokens) is failure


async def test_a_token_the_upstream_did_not_take_is_forgotten_and_told_without_being_said(
    tokens, core
):
    await get(tokens)
    tokens.refused("house", "an older token")
    assert core.told == []

    tokens.refused("house", "first-token")
    await asyncio.gather(*tokens._telling)
    assert core.told == [RefusedTold(credential="house", token_sha256=token_sha256("first-token"))]
    core.answer = TokenGiven(token="second-token", expires_in_s=600.0)
    assert await get(tokens) == "second-token"
