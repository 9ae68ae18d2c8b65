"""Three agents, one behind loss, one cut off for long; core and agents killed at seeded moments.

What was durable in any agent's spool must be in the core's store, once, under its own vantage;
what came too late to be judged in time must say so.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.demo import processes
from tests.soaking.agents_rig import IN_TIME_S, make_rig
from tests.soaking.neighbours import neighbours
from tests.soaking.netns import bridge

if TYPE_CHECKING:
    from pathlib import Path

    from tests.soaking.agents_rig import Rig, Site

VANTAGES = ("mashhad", "shiraz", "tabriz")
LOSSY, CUT = "shiraz", "tabriz"
LOSS_PERCENT = 20
CUT_S = 600.0
CUT_SAMPLE_SHARE = 1 / 50  # `make test` cuts for a fiftieth of it: the one constant it scales
PATIENCE_S = 90.0
LIFE_S = (0.05, 4.0)  # between two kills
GRAIN_S = 0.05  # times are stored in microseconds; a look this near to the limit may be either


@dataclass
class Count:
    """What became of every look."""

    kills: int = 0
    made: int = 0
    lost: int = 0
    doubled: int = 0
    foreign: int = 0  # under another vantage, or never durable anywhere
    late: int = 0
    late_wrong: int = 0  # late and not marked, or marked and not late
    late_of_cut: int = 0
    cut_s: float = 0.0
    killed: dict[str, int] = field(default_factory=dict)


async def in_namespaces(directory: Path, *, seed: int, kills: int, cut_s: float) -> Count:
    """The whole story, each agent in a network namespace.

    Args:
        directory: Empty; gets everything.
        seed: Of the moments of the kills and of who is killed.
        kills: How many, of core and agents together.
        cut_s: How long one agent cannot reach the core.
    """
    async with AsyncExitStack() as stack:
        host, spaces = await stack.enter_async_context(bridge(len(VANTAGES)))
        looked_at = await stack.enter_async_context(neighbours(host))
        rig = await make_rig(directory, looked_at, host, dict(zip(VANTAGES, spaces, strict=True)))
        stack.push_async_callback(processes.stop, rig.started)
        by_name = {site.vantage: site for site in rig.sites}
        lossy, cut = by_name[LOSSY].namespace, by_name[CUT].namespace
        assert lossy is not None
        assert cut is not None
        await begin(rig)
        await lossy.lose(LOSS_PERCENT)
        await cut.cut(rig.port)
        begun_s = asyncio.get_running_loop().time()
        count = Count()
        await torment(rig, random.Random(seed), kills, count, within_s=cut_s)
        count.cut_s = asyncio.get_running_loop().time() - begun_s
        await cut.mend()
        await settled(rig)
        await hold(rig, count)
        return count


async def begin(rig: Rig) -> None:
    """Start everything, enrol the agents, and wait until looks of each have arrived."""
    await rig.start_core()
    await until(lambda: rig.listens, "a core that listens")
    for site in rig.sites:
        await rig.start_agent(site, enrol=True)
    await until(lambda: all(rig.arrived(site.vantage) for site in rig.sites), "first looks")


async def torment(
    rig: Rig, chance: random.Random, kills: int, count: Count, *, within_s: float
) -> None:
    """Kill and restart at seeded moments; lasts at least `within_s`."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + within_s
    while count.kills < kills or loop.time() < end_s:
        left = max(1, kills - count.kills)
        rest_s = max(0.0, end_s - loop.time()) / left
        await asyncio.sleep(max(chance.uniform(*LIFE_S), chance.uniform(0.0, 2 * rest_s)))
        if count.kills >= kills:
            continue
        victim = chance.choice((None, None, *rig.sites))
        await _kill_and_restart(rig, victim, chance.uniform(0.0, 1.0))
        name = "core" if victim is None else victim.vantage
        count.killed[name] = count.killed.get(name, 0) + 1
        count.kills += 1


async def _kill_and_restart(rig: Rig, victim: Site | None, dead_s: float) -> None:
    if victim is None:
        await rig.kill(rig.core)
        await asyncio.sleep(dead_s)
        await rig.start_core()
    else:
        await rig.kill(victim.running)
        await asyncio.sleep(dead_s)
        await rig.start_agent(victim)


async def settled(rig: Rig) -> None:
    """Wait until what every spool held at this moment is with the core."""
    held = {site.vantage: site.left() for site in rig.sites}

    def gone() -> bool:
        return not any(held[site.vantage] & site.left() for site in rig.sites)

    await until(gone, "the spools' looks at the core")


async def hold(rig: Rig, count: Count) -> None:
    """End everything and hold the store against the spools' witnesses."""
    for site in rig.sites:
        await rig.kill(site.running)
    await rig.kill(rig.core)
    stored = rig.stored()
    ids = [look_id for look_id, *_ in stored]
    count.doubled += len(ids) - len(set(ids))
    whose: dict[str, str] = {}
    for site in rig.sites:
        made = site.made()
        count.made += len(made)
        count.lost += len(made - set(ids) - site.left())
        whose |= dict.fromkeys(made, site.vantage)
    for look_id, vantage, late, age_s in stored:
        count.foreign += whose.get(look_id) != vantage
        count.late += late
        count.late_of_cut += bool(late) and vantage == CUT
        if abs(age_s - IN_TIME_S) > GRAIN_S:
            count.late_wrong += bool(late) != (age_s > IN_TIME_S)


async def until(so, what: str) -> None:
    """Poll until `so()` holds."""
    deadline_s = asyncio.get_running_loop().time() + PATIENCE_S
    while not so():
        if asyncio.get_running_loop().time() > deadline_s:
            raise AssertionError(f"not within {PATIENCE_S:.0f} s: {what}")
        await asyncio.sleep(0.1)
