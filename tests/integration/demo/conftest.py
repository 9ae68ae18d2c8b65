"""A world of its own for each module, without monitor and provider; healed before every test."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from monitor.demo.world import World
from tests.integration.demo.looking import sign_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture(scope="session")
def some_neighbourhood() -> int:
    return random.SystemRandom().randrange(100, 250)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bare_world(
    tmp_path_factory: pytest.TempPathFactory, some_neighbourhood: int
) -> AsyncIterator[World]:
    data = tmp_path_factory.mktemp("world") / "data"
    async with World(
        data, first_neighbourhood=some_neighbourhood, with_monitor=False, with_provider=False
    ) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(bare_world: World) -> AsyncIterator[World]:
    await bare_world.heal()
    await sign_in(bare_world)
    yield bare_world
    await bare_world.heal()
