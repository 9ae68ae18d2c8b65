"""Walks through faults unattended and writes down what the monitor made of each."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from monitor.demo.errors import DemoError
from monitor.demo.watching import Stage, Watch, calm
from monitor.model import FaultDomain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from monitor.demo.faults import Fault
    from monitor.demo.world import World


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how long a tour looks."""

    poll_s: float = 0.5
    conclude_s: float = 60.0
    linger_s: float = 10.0  # for wrong names, after the conclusion
    calm_s: float = 90.0
    quiet_s: float = 2.0  # the ledger counts as complete once nothing arrived for this long


PACE = Pace()


@dataclass(frozen=True, slots=True)
class Leg:
    """One fault of the tour; the fields are those of the command's JSON line."""

    fault: str
    expected: str  # right domains, joined by "|"
    concluded: str | None
    named: bool
    seconds: float | None  # from the fault to the right conclusion; 0 for a right silence
    messages: int  # SMS the provider accepted, resolved ones included
    wrong_upstream: bool
    incident: int | None
    grounds: list[Any]

    @property
    def right(self) -> bool:
        """The conclusion was a right one, in time."""
        return self.seconds is not None

    def to_json(self) -> dict[str, Any]:
        """As the command prints it."""
        return asdict(self)

    def __str__(self) -> str:
        told = "right" if self.right else "not concluded"
        parts = [
            f"{self.fault:22}",
            f"{told}: {self.concluded or 'nothing'}",
            *(("named",) if self.named else ()),
            *((f"{self.seconds:.1f} s",) if self.seconds is not None else ()),
            f"{self.messages} SMS",
            *((f"incident {self.incident}",) if self.incident is not None else ()),
            *(("WRONG PARTY NAMED",) if self.wrong_upstream else ()),
        ]
        return f"{parts[0]} {', '.join(parts[1:])}"


async def until_calm(world: World, pace: Pace = PACE) -> None:
    """Wait until the monitor sees everything fine.

    Raises:
        DemoError: it does not within `pace.calm_s`.
    """
    if not await _look(world, pace.calm_s, pace, lambda _state, _elapsed_s: None, calm):
        raise DemoError(f"the monitor does not see a healthy world: see {world.data}/logs")


async def walk(world: World, fault: Fault, pace: Pace = PACE) -> Leg:
    """Apply one fault, watch, heal, wait for calm.

    Returns:
        What the monitor concluded; wrong names are looked for at every moment, also after healing.

    Raises:
        DemoError: a process takes no faults any more.
    """
    sent_before = len(await world.ledger())
    watch = Watch(fault, frozenset(await _incidents(world)))
    await world.apply(fault)
    try:
        await _look(
            world,
            pace.conclude_s,
            pace,
            lambda state, elapsed_s: watch.see(state, elapsed_s, Stage.CONCLUDING),
            lambda _state: watch.complete,
        )
        await _look(
            world,
            pace.linger_s,
            pace,
            lambda state, elapsed_s: watch.see(state, elapsed_s, Stage.LINGERING),
            lambda _state: False,
        )
    finally:
        await world.heal()
    await _look(
        world,
        pace.calm_s,
        pace,
        lambda state, elapsed_s: watch.see(state, elapsed_s, Stage.HEALED),
        calm,
    )
    return _leg(watch, await _settled_ledger(world, pace) - sent_before)


def order(faults: Iterable[Fault], only: Iterable[str]) -> tuple[Fault, ...]:
    """Choose the faults named in `only` (empty: all), in the catalogue's order.

    Raises:
        DemoError: a name that is not in the catalogue.
    """
    known = {fault.name: fault for fault in faults}
    wanted = set(only)
    unknown = sorted(wanted - set(known))
    if unknown:
        raise DemoError(f"no fault is called {unknown[0]!r}: choose among {', '.join(known)}")
    return tuple(fault for name, fault in known.items() if not wanted or name in wanted)


def _leg(watch: Watch, messages: int) -> Leg:
    fault = watch.fault
    stayed = watch.services_stayed or not fault.services_stay
    silent = watch.rightly_silent
    right = (watch.right or silent) and stayed and (watch.isolated or not fault.isolates)
    return Leg(
        fault=fault.name,
        expected="|".join(sorted(fault.expected)),
        concluded=(
            "services changed"
            if not stayed
            else str(FaultDomain.NONE)
            if silent
            else watch.concluded
        ),
        named=watch.named,
        seconds=round(watch.after_s or 0.0, 1) if right else None,
        messages=messages,
        wrong_upstream=watch.wrong_upstream,
        incident=watch.incident,
        grounds=watch.grounds,
    )


async def _look(
    world: World,
    patience_s: float,
    pace: Pace,
    see: Callable[[dict[str, Any], float], None],
    enough: Callable[[dict[str, Any]], bool],
) -> bool:
    """Ask for the state until `enough` or until `patience_s` are over; whether it was enough."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    while (elapsed_s := loop.time() - started) < patience_s:
        state = await world.state()
        if state is not None:
            see(state, elapsed_s)
            if enough(state):
                return True
        await asyncio.sleep(pace.poll_s)
    return False


async def _incidents(world: World) -> set[int]:
    state = await world.state()
    return set() if state is None else {int(incident["ref"]) for incident in state["incidents"]}


async def _settled_ledger(world: World, pace: Pace) -> int:
    """The number of messages once none arrived for `pace.quiet_s`."""
    count = len(await world.ledger())
    while True:
        await asyncio.sleep(pace.quiet_s)
        again = len(await world.ledger())
        if again == count:
            return count
        count = again
