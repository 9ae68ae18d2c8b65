"""Takes a look: asks a probe once, adds our own health, and decides whether the look counts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from monitor.model import Failure, Observation, Phase, SelfHealth, Sighting, Void

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.model import Check, Vantage
    from monitor.ports import Clock, Ids, Probe, SelfWatch

log = structlog.get_logger(__name__)

OVERRUN_S = 0.5  # a probe keeps its own deadline; this much later we keep it for it
LAG_SHARE = 0.25  # a loop late by more than this share of the timeout voids the look
STEP_LIMIT_S = 1.0

OURS = {
    Failure.NO_SOURCE_ADDRESS: Void.SOURCE_ADDRESS,
    Failure.OUT_OF_FILES: Void.OUT_OF_FILES,
    Failure.OUT_OF_RESOURCES: Void.OUT_OF_RESOURCES,
}


class Looker:
    """Takes looks and hands each to `seen`."""

    def __init__(
        self,
        *,
        probes: Mapping[str, Probe],
        clock: Clock,
        ids: Ids,
        watch: SelfWatch,
        seen: Callable[[Observation], None],
    ) -> None:
        self._probes = probes
        self._clock = clock
        self._ids = ids
        self._watch = watch
        self._seen = seen
        self._broken: set[str] = set()

    async def look(self, check: Check, vantage: Vantage) -> None:
        """One look of `check` from `vantage`; always ends in one observation."""
        look_id = self._ids.look()
        start = self._clock.now()
        error: Exception | None = None
        try:
            async with asyncio.timeout(check.timeout_s + OVERRUN_S):
                sighting = await self._probes[check.spec.kind].look(check, vantage, look_id)
        except Exception as raised:  # noqa: BLE001 - a probe never raises for its target: a bug
            sighting, error = Sighting(Phase.START), raised
        duration_s = self._clock.monotonic() - start.mono_s
        health = self._watch.worst_since(start.mono_s)
        void = void_of(sighting, health, check.timeout_s)
        if error is not None and void is None:
            void = Void.BROKEN_PROBE
            self._complain(check, error)
        slow_after_s = check.slow_after_s
        self._seen(
            Observation(
                id=look_id,
                check=check.id,
                vantage=vantage.id,
                target=check.target,
                started_at=start.at,
                started_mono_s=start.mono_s,
                duration_s=duration_s,
                sighting=sighting,
                slow=sighting.failure is None
                and slow_after_s is not None
                and duration_s > slow_after_s,
                health=health,
                void=void,
            )
        )

    def missed(self, check: Check, vantage: Vantage, turns: int) -> None:
        """Record that `turns` looks in a row were due and not taken; one record for the stretch."""
        now = self._clock.now()
        stretch_s = turns * check.every_s
        self._seen(
            Observation(
                id=self._ids.look(),
                check=check.id,
                vantage=vantage.id,
                target=check.target,
                started_at=now.at,
                started_mono_s=now.mono_s - stretch_s,
                duration_s=stretch_s,
                sighting=Sighting(Phase.START, detail=f"{turns} turns"),
                health=self._watch.worst_since(now.mono_s - stretch_s),
                void=Void.MISSED,
            )
        )

    def _complain(self, check: Check, error: Exception) -> None:
        if check.id not in self._broken:  # once per check: a broken probe breaks at every look
            self._broken.add(check.id)
            log.error("probe_broken", check=check.id, error=type(error).__name__)


def void_of(sighting: Sighting, health: SelfHealth, timeout_s: float) -> Void | None:
    """Why a look says nothing about its target, or None if it counts.

    Source: TRUST §0.4 (a loop late by over a quarter of the timeout can fake an outage).
    """
    if sighting.failure in OURS:
        return OURS[sighting.failure]
    if health.lag_s > LAG_SHARE * timeout_s:
        return Void.LOOP_LAG
    if abs(health.clock_step_s) > STEP_LIMIT_S:
        return Void.CLOCK_STEP
    return None
