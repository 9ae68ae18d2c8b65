"""Real agents beside a real core: kept while apart, delivered once, late where late."""

from __future__ import annotations

import asyncio
import stat

import pytest

from monitor.demo import processes
from tests.soaking.agents import (
    CUT_S,
    CUT_SAMPLE_SHARE,
    VANTAGES,
    Count,
    begin,
    hold,
    in_namespaces,
    settled,
    until,
)
from tests.soaking.agents_rig import make_rig
from tests.soaking.neighbours import HOST, neighbours
from tests.soaking.netns import missing

pytestmark = pytest.mark.process

KILLS = 6
APART_S = 6.0


@pytest.fixture
async def rig(tmp_path):
    async with neighbours() as looked_at:
        made = await make_rig(tmp_path, looked_at, HOST, dict.fromkeys(VANTAGES[:2]))
        try:
            yield made
        finally:
            await processes.stop(made.started)


async def test_agents_go_on_without_the_core_and_lose_nothing_by_their_own_death(rig):
    await begin(rig)
    first, second = rig.sites
    assert stat.S_IMODE((first.folder / "data" / "agent.key").stat().st_mode) == 0o600

    await rig.kill(rig.core)
    before = len(first.made())
    await asyncio.sleep(APART_S)  # the time itself is the matter: looks must become late
    await rig.kill(first.running)
    await rig.start_agent(first)  # neither an invitation nor a core: what is on disk is enough
    kept = len(first.made())
    await until(lambda: len(first.made()) > kept, "looks of an agent that started without its core")
    assert kept > before

    await rig.start_core()
    await settled(rig)
    count = Count()
    await hold(rig, count)

    assert (count.lost, count.doubled, count.foreign, count.late_wrong) == (0, 0, 0, 0)
    assert count.late > 0
    assert count.made > 2 * APART_S
    assert rig.arrived(second.vantage) > 0


@pytest.mark.alone
@pytest.mark.skipif(missing() is not None, reason=f"network namespaces: {missing()}")
async def test_three_sites_one_behind_loss_and_one_cut_off_lose_nothing_under_kills(tmp_path):
    count = await in_namespaces(tmp_path, seed=1, kills=KILLS, cut_s=CUT_S * CUT_SAMPLE_SHARE)

    assert count.kills == KILLS
    assert (count.lost, count.doubled, count.foreign, count.late_wrong) == (0, 0, 0, 0)
    assert count.late_of_cut > 0
