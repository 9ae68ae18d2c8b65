"""Every store there is, to be held to the same contract."""

from __future__ import annotations

import pytest

from monitor.store.memory import MemoryStore
from monitor.store.sqlite import SqliteStore
from tests.contract.store_values import StillClock


@pytest.fixture(params=["memory", "sqlite"])
async def life(request, tmp_path):
    """A function that ends the store's life and begins the next one on the same data."""
    memory = MemoryStore(clock=StillClock())
    alive = None

    async def begin():
        nonlocal alive
        if alive is not None:
            await alive.close()
        alive = memory if request.param == "memory" else SqliteStore(tmp_path, clock=StillClock())
        await alive.open()
        return alive

    yield begin
    await alive.close()


@pytest.fixture
async def store(life):
    return await life()
