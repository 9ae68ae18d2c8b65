"""Looks at what the newest configuration says; a new one takes the old one's place at once."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import structlog

from monitor.looking import Looker
from monitor.schedule import MonotonicScheduler
from monitor.telling import is_asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from monitor.model import Check, Observation, Vantage, World
    from monitor.ports import Clock, Ids, Probe, SelfWatch

log = structlog.get_logger(__name__)


class Station:
    """Takes the looks of one vantage."""

    def __init__(
        self,
        *,
        vantage: str,
        probes: Mapping[str, Probe],
        clock: Clock,
        ids: Ids,
        watch: SelfWatch,
        seen: Callable[[Observation], None],
        admit: Callable[[Check], bool],
    ) -> None:
        self._vantage = vantage
        self._probes = probes
        self._clock = clock
        self._ids = ids
        self._watch = watch
        self._seen = seen
        self._admit = admit
        self._world: World | None = None
        self._changed = asyncio.Event()

    def follow(self, world: World) -> None:
        """Look at this from now on; looks under way are given up and taken again at once."""
        self._world = world
        self._changed.set()
        log.info("configuration_taken", checks=len(list(self._looks(world))))

    def absent(self, absent_s: float) -> None:
        """Looks that fell into the time before our start are records, not a hole."""
        if self._world is None:
            return
        looker = self._looker(self._world)
        for check, vantage in self._looks(self._world):
            turns = int(absent_s // check.every_s) - 1
            if turns > 0:
                looker.missed(check, vantage, turns)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self._changed.clear()
            looking = asyncio.create_task(self._look(self._world), name="looking")
            changed = asyncio.create_task(self._changed.wait(), name="configuration")
            try:
                done, _ = await asyncio.wait(
                    (looking, changed), return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                looking.cancel()
                changed.cancel()
                await asyncio.gather(looking, changed, return_exceptions=True)
            if looking in done:
                looking.result()

    async def _look(self, world: World | None) -> None:
        scheduler = MonotonicScheduler(self._clock)
        if world is not None:
            looker = self._looker(world)
            for check, vantage in self._looks(world):
                scheduler.every(
                    f"{check.id}@{vantage.id}",
                    check.every_s,
                    partial(looker.look, check, vantage),
                    missed=partial(looker.missed, check, vantage),
                )
        await scheduler.run()

    def _looker(self, world: World) -> Looker:
        return Looker(
            probes=self._probes,
            clock=self._clock,
            ids=self._ids,
            watch=self._watch,
            seen=self._seen,
            checks=world.checks,
            rules=world.rules,
            admit=self._admit,
        )

    def _looks(self, world: World) -> Iterator[tuple[Check, Vantage]]:
        for check in world.checks.values():
            if is_asked(check) and self._vantage in check.vantages:
                yield check, world.vantages[self._vantage]
