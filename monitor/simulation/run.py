"""Runs the whole application through simulated days and says what it did."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from monitor.app import App, Parts
from monitor.core.attribution.judge import Judge
from monitor.model import Recipient, Rules
from monitor.notify.memory import MemorySender
from monitor.simulation.clock import SeededIds, VirtualClock
from monitor.simulation.faults import Schedule, components, draw
from monitor.simulation.invariants import Invariants
from monitor.simulation.loop import run
from monitor.simulation.replay import ReplayedEngine
from monitor.simulation.trace import Trace
from monitor.simulation.world import WatchedStore, WorldProbe, WorldWatch, provider_fault
from monitor.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from monitor.core.attribution.engine import Engine
    from monitor.model import World
    from monitor.notify.memory import Taken
    from monitor.ports import Store
    from monitor.settings import Settings

DAY_S = 86_400.0
QUIET_S = 1_800.0
EVERY_S, TIMEOUT_S, SLOW_S = 60.0, 5.0, 2.0
DETECT_S = 4 * EVERY_S  # two looks, the time-outs, the dwell, and a tick
CHECKS = 20
KINDS = ("http", "transaction", "tcp", "tls", "dns")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did, and what it broke."""

    digest: str
    looks: int
    faults: int
    incidents: int
    accepted: int
    detected: int
    detectable: int
    violations: tuple[str, ...]
    kinds: tuple[str, ...]  # of faults that were met


def simulated(world: World) -> World:
    """The declared world as a small installation: 20 checks from 3 vantages, once a minute."""
    home = [v for v in world.vantages.values() if v.country == world.country][:3]
    vantages = tuple(v.id for v in home)
    kept = [check for check in world.checks.values() if check.spec.kind != "dns"][:CHECKS]
    checks = {
        check.id: replace(
            check,
            vantages=vantages,
            every_s=EVERY_S,
            timeout_s=TIMEOUT_S,
            slow_after_s=SLOW_S if check.slow_after_s else None,
        )
        for check in kept
    }
    return replace(
        world,
        vantages={v.id: v for v in home},
        checks=checks,
        rules=Rules(reference_fresh_s=EVERY_S + TIMEOUT_S + 10.0),
    )


def simulate(
    settings: Settings,
    directory: Path,
    *,
    days: float,
    seed: int,
    engine: Callable[[World], Engine[Any]] = Judge,
) -> Outcome:
    """Run `days` of a world with faults drawn from `seed`, in virtual time.

    Args:
        settings: Whose world is simulated (see `simulated`); its addresses are not used.
        directory: Where the real store lives; empty.
        days: Length.
        seed: The same seed gives the same trace, to the letter.
        engine: Makes who judges.

    Returns:
        What happened, with every invariant that did not hold.
    """
    return run(_run(settings, directory, days * DAY_S, seed, engine))


async def _run(
    settings: Settings,
    directory: Path,
    duration_s: float,
    seed: int,
    engine: Callable[[World], Engine[Any]],
) -> Outcome:
    world = simulated(settings.world)
    services = list(world.services.values())
    upstreams = [s.id for s in services if s.party != world.platform]
    parts = components(upstreams, list(world.vantages))
    schedule = draw(parts, duration_s, seed, quiet_s=QUIET_S)
    clock = VirtualClock()
    invariants = Invariants(world, schedule, clock)
    trace = Trace(clock, invariants)
    sender = MemorySender(
        clock, lookup_grace_s=60.0, list_lag_s=5.0, fault=provider_fault(schedule, clock)
    )
    store = SqliteStore(directory, clock=clock, time_zone=world.time_zone)
    probe = WorldProbe(world, schedule, clock)
    recipients = tuple(
        Recipient(f"dr-{i}", f"+9891200000{i:02}", (service.id,), "fa")
        for i, service in enumerate(services * 2)
    )
    app = App(
        replace(settings, world=world, recipients=recipients),
        Parts(
            clock=clock,
            ids=SeededIds(seed),
            watch=WorldWatch(schedule, clock),
            store=cast("Store", WatchedStore(store, schedule, clock, trace)),
            sender=sender,
            probes=dict.fromkeys(KINDS, probe),
            publisher=trace,
        ),
        outbox_idle_s=60.0,
        engine=ReplayedEngine(world, engine, invariants.broke),
    )
    await store.open()
    try:
        async with asyncio.timeout(duration_s):
            async with asyncio.TaskGroup() as group:
                group.create_task(app.run())
                group.create_task(_step_clock(schedule, clock))
    except TimeoutError:
        pass
    incidents = await store.recent_incidents(100_000, public_only=False)
    left = await store.open_incidents()
    await store.close()
    for taken in sender.ledger:
        trace.note(f"sms {taken.at.isoformat()} {taken.body}")
    detected, detectable = _detection(invariants, schedule, upstreams)
    invariants.violations += _liveness(trace, [i.subject for i in left])
    invariants.violations += _messages(sender.ledger)
    return Outcome(
        digest=trace.digest,
        looks=trace.looks,
        faults=len(schedule.faults),
        incidents=len(incidents),
        accepted=len(sender.ledger),
        detected=detected,
        detectable=detectable,
        violations=tuple(invariants.violations),
        kinds=tuple(sorted({fault.where for fault in schedule.faults})),
    )


async def _step_clock(schedule: Schedule, clock: VirtualClock) -> None:
    for fault in schedule.faults:
        if fault.where == "clock":
            await clock.sleep(fault.start_s - clock.monotonic())
            clock.step(float(fault.how))
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()


def _detection(invariants: Invariants, schedule: Schedule, upstreams: list[str]) -> tuple[int, int]:
    """How many long, undisturbed upstream faults were named in time (I4)."""
    found = asked = 0
    for fault in schedule.faults:
        if fault.where not in upstreams or fault.end_s - fault.start_s < DETECT_S + EVERY_S:
            continue
        window = (fault.start_s - DETECT_S, fault.start_s + DETECT_S)
        others = {f.where for f in schedule.faults} - {fault.where, f"{fault.where}.blip"}
        if any(schedule.between(other, *window) for other in others - {"provider", "relay"}):
            continue
        asked += 1
        named = invariants.named_at.get(fault.where, [])
        if any(fault.start_s <= t <= fault.start_s + DETECT_S for t in named):
            found += 1
        else:
            invariants.violations.append(f"{fault.start_s:.0f} s: {fault} was not named in time")
    return found, asked


def _liveness(trace: Trace, left: list[str]) -> list[str]:
    """After all faults have ended everything is closed and fine again (I5)."""
    found = [f"incident about {subject} never closed" for subject in left]
    picture = trace.picture
    if picture is None or picture.judgement.verdicts or not picture.judgement.sighted:
        found.append("the world healed and we do not see it")
    return found


def _messages(ledger: list[Taken]) -> list[str]:
    """One acceptance per text and person (I2)."""
    seen: set[tuple[str, str]] = set()
    found = []
    for taken in ledger:
        if (taken.to, taken.body) in seen:
            found.append(f"twice to one person: {taken.body}")
        seen.add((taken.to, taken.body))
    return found
