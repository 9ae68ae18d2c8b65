"""Fakes at the ports, driven by one schedule of faults."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from monitor.model import (
    Failure,
    Phase,
    Role,
    Scope,
    SelfHealth,
    Sighting,
    Step,
    Timings,
)
from monitor.notify.memory import Fault as SendFault
from monitor.ports import StoreError
from probes.spec import TransactionSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.model import Check, Outgoing, Vantage, World
    from monitor.ports import Clock, Store
    from monitor.simulation.faults import Schedule
    from monitor.simulation.trace import Trace

HEALTHY_S = 0.08
SLOW_S = 3.0

ANSWERS: dict[str, tuple[Phase, Failure, float]] = {
    "hang": (Phase.WAIT, Failure.WAIT_TIMEOUT, 5.0),
    "5xx": (Phase.EXPECT, Failure.HTTP_5XX, HEALTHY_S),
    "refuse": (Phase.CONNECT, Failure.CONNECTION_REFUSED, 0.01),
    "error_in_body": (Phase.EXPECT, Failure.APPLICATION_ERROR, HEALTHY_S),
    "certificate": (Phase.TLS, Failure.TLS_EXPIRED, 0.03),
    "down": (Phase.EXPECT, Failure.HTTP_5XX, HEALTHY_S),
    "401": (Phase.EXPECT, Failure.HTTP_401, HEALTHY_S),
    "429": (Phase.EXPECT, Failure.HTTP_429, HEALTHY_S),
    "cut": (Phase.CONNECT, Failure.CONNECT_TIMEOUT, 5.0),
    "names": (Phase.DNS, Failure.DNS_TIMEOUT, 5.0),
    "stall": (Phase.WAIT, Failure.WAIT_TIMEOUT, 5.0),
}
FINE = Sighting(
    Phase.DONE, timings=Timings(0.002, 0.005, 0.02, 0.05, 0.003), http_status=200, body_bytes=120
)
FAILED = {
    name: Sighting(phase, failure, timings=Timings(dns_s=0.002))
    for name, (phase, failure, _) in ANSWERS.items()
}


class WorldProbe:
    """Sees what the schedule says (port `Probe`, for every kind of check)."""

    def __init__(self, world: World, schedule: Schedule, clock: Clock) -> None:
        self._world = world
        self._schedule = schedule
        self._clock = clock

    async def look(self, check: Check, vantage: Vantage, look_id: str) -> Sighting:
        """One look, or each of its steps, judged by the state of the world when it begins."""
        del look_id
        if not isinstance(check.spec, TransactionSpec):
            return await self._once(check, vantage)
        begin_s = self._clock.monotonic()
        steps: list[Step] = []
        for spec in check.spec.steps:
            begun_s = self._clock.monotonic() - begin_s
            seen = await self._once(self._world.checks[spec.check], vantage, slowly=not steps)
            took_s = self._clock.monotonic() - begin_s - begun_s
            steps.append(Step(spec.name, seen, begun_s, took_s))
            if seen.failure is not None:
                break
        return replace(steps[-1].sighting, steps=tuple(steps))

    async def _once(self, check: Check, vantage: Vantage, *, slowly: bool = True) -> Sighting:
        how = self._broken(check, vantage, self._clock.monotonic())
        if how == "slow":
            await asyncio.sleep(SLOW_S if slowly else HEALTHY_S)  # one slow answer says enough
            return FINE
        if how is None:
            await asyncio.sleep(HEALTHY_S)
            return FINE
        await asyncio.sleep(min(ANSWERS[how][2], check.timeout_s))
        return FAILED[how]

    def _broken(self, check: Check, vantage: Vantage, t_s: float) -> str | None:
        at = self._schedule.at
        if at("loop", t_s):
            return "stall"
        if at(f"line.{vantage.id}", t_s):
            return "cut"
        if at("resolver", t_s):
            return "names"
        target = self._world.targets[check.target]
        if target.role is Role.REFERENCE:
            if at("references", t_s):
                return "refuse"
            far = target.scope is Scope.INTERNATIONAL
            return "cut" if far and at("international", t_s) else None
        service = target.service or ""
        if self._world.services[service].party == self._world.platform:
            return self._of_platform(target.operations, t_s)
        if target.role is Role.RELAY:
            through = self._of_platform((), t_s)
            if through == "down" or at("relay", t_s) == service:
                return "5xx"
            return "5xx" if self._of_upstream(service, Role.RELAY, (), t_s) else None
        return self._of_upstream(service, target.role, target.operations, t_s)

    def _of_platform(self, operations: tuple[str, ...], t_s: float) -> str | None:
        how = self._schedule.at("platform", t_s)
        if how == "one_operation":
            return "5xx" if operations[:1] == ("records",) else None
        return how

    def _of_upstream(
        self, service: str, role: Role, operations: tuple[str, ...], t_s: float
    ) -> str | None:
        at = self._schedule.at
        how = at(service, t_s) or at(f"{service}.blip", t_s)
        if how is None:
            access = at(f"{service}.access", t_s)
            return access if role is Role.TRANSACTION else None
        if how == "one_operation":
            return "5xx" if operations[:1] == ("register",) else None
        if role is Role.FRONT and how in ("5xx", "error_in_body", "hang", "slow"):
            return None  # the front door opens all the same
        return how


class WorldWatch:
    """Our own health as the schedule has it (port `SelfWatch`)."""

    def __init__(self, schedule: Schedule, clock: Clock) -> None:
        self._schedule = schedule
        self._clock = clock

    def worst_since(self, mono_s: float) -> SelfHealth:
        """Stalls and steps that touched the time since `mono_s`."""
        now_s = self._clock.monotonic()
        stalled = self._schedule.between("loop", mono_s, now_s)
        step = self._schedule.at("clock", now_s) or self._schedule.at("clock", mono_s)
        return SelfHealth(lag_s=3.0 if stalled else 0.0, clock_step_s=float(step) if step else 0.0)


def provider_fault(schedule: Schedule, clock: Clock) -> Callable[[Outgoing], SendFault]:
    """What the provider does to each attempt."""

    def fault(message: Outgoing) -> SendFault:
        how = schedule.at("provider", clock.monotonic())
        if how == "unknown":
            lost = int(message.key[:2], 16) % 2
            return SendFault.LOST if lost else SendFault.SWALLOWED
        return SendFault.BUSY if how == "refuses" else SendFault.NONE

    return fault


class WatchedStore:
    """The real store, with a disk that is full now and then, and somebody who listens.

    While the disk is full every write fails whole, and reading works.
    """

    WRITES = frozenset({"record", "commit", "next_ref", "claim", "settle", "roll_up", "prune"})

    def __init__(self, store: Store, schedule: Schedule, clock: Clock, trace: Trace) -> None:
        self._store = store
        self._schedule = schedule
        self._clock = clock
        self._trace = trace

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self._store, name)
        if name not in self.WRITES:
            return inner

        async def write(*args: Any, **kwargs: Any) -> Any:
            if self._schedule.at("disk", self._clock.monotonic()):
                raise StoreError("the disk is full; make room")
            if name == "record":
                self._trace.looked(args[0])
            elif name == "settle":
                self._trace.settled(args[0])
            return await inner(*args, **kwargs)

        return write
