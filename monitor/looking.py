"""Takes a look: asks a probe once, adds our own health, and decides whether the look counts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from monitor.model import Failure, Observation, Phase, Sighting, UnderWay, Void
from monitor.telling import Taken, told, told_by

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.model import Check, Instant, Rules, SelfHealth, Vantage
    from monitor.ports import Clock, Ids, Probe, SelfWatch

log = structlog.get_logger(__name__)

OVERRUN_S = 0.5  # a probe keeps its own deadline; this much later we keep it for it
LAG_SHARE = 0.25  # a loop late by more than this share of the timeout voids the look
STEP_LIMIT_S = 1.0


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
        checks: Mapping[str, Check],
        rules: Rules,
        admit: Callable[[Check], bool] = lambda _check: True,
    ) -> None:
        """Join the parts.

        Args:
            probes: By kind.
            clock: Labels and measures.
            ids: Of looks.
            watch: Our own condition.
            seen: Takes every observation.
            checks: All checks by id; a transaction is told under several of them.
            rules: What we tolerate of ourselves.
            admit: Whether one look more of a check stays within our budgets.
        """
        self._probes = probes
        self._clock = clock
        self._ids = ids
        self._watch = watch
        self._seen = seen
        self._checks = checks
        self._rules = rules
        self._admit = admit
        self._broken: set[str] = set()
        self._under_way: dict[str, tuple[Check, Vantage, float]] = {}  # by the look's id

    async def look(self, check: Check, vantage: Vantage) -> None:
        """One look; always ends in an observation of each check that it tells."""
        if self._admit(check):
            await self.take(check, vantage)
            return
        sighting = Sighting(Phase.START, Failure.OVER_BUDGET)
        self._tell(check, vantage, self._clock.now(), sighting, None, self._ids.look())

    async def take(self, check: Check, vantage: Vantage) -> None:
        """One look that is admitted already; else as `look`."""
        look_id = self._ids.look()
        start = self._clock.now()
        error: Exception | None = None
        self._under_way[look_id] = (check, vantage, start.mono_s)
        try:
            async with asyncio.timeout(check.timeout_s + OVERRUN_S):
                sighting = await self._probes[check.spec.kind].look(check, vantage, look_id)
        except Exception as raised:  # noqa: BLE001 - a probe never raises for its target: a bug
            sighting, error = Sighting(Phase.START), raised
        finally:
            del self._under_way[look_id]
        self._tell(check, vantage, start, sighting, error, look_id)

    def under_way(self) -> tuple[UnderWay, ...]:
        """Looks that have begun and not answered, oldest first; under each check that they tell."""
        return tuple(
            UnderWay(vantage.id, each.id, started_mono_s)
            for check, vantage, started_mono_s in self._under_way.values()
            for each in told_by(check, self._checks)
        )

    def _tell(
        self,
        check: Check,
        vantage: Vantage,
        start: Instant,
        sighting: Sighting,
        error: Exception | None,
        look_id: str,
    ) -> None:
        duration_s = self._clock.monotonic() - start.mono_s
        health = self._watch.worst_since(start.mono_s)
        void = void_of(health, check.timeout_s, self._rules)
        if error is not None and void is None:
            void = Void.BROKEN_PROBE
            self._complain(check, error)
        taken = Taken(check, vantage, start, duration_s, sighting, health, void)
        for observation in told(taken, self._checks, self._ids.look, look_id):
            self._seen(observation)

    def missed(self, check: Check, vantage: Vantage, turns: int) -> None:
        """Record that `turns` looks in a row were due and not taken; one record for the stretch."""
        now = self._clock.now()
        stretch_s = turns * check.every_s
        health = self._watch.worst_since(now.mono_s - stretch_s)
        for each in told_by(check, self._checks):
            self._seen(
                Observation(
                    id=self._ids.look(),
                    check=each.id,
                    vantage=vantage.id,
                    target=each.target,
                    started_at=now.at,
                    started_mono_s=now.mono_s - stretch_s,
                    duration_s=stretch_s,
                    sighting=Sighting(Phase.START, detail=f"{turns} turns"),
                    health=health,
                    void=Void.MISSED,
                )
            )

    def _complain(self, check: Check, error: Exception) -> None:
        if check.id not in self._broken:  # once per check: a broken probe breaks at every look
            self._broken.add(check.id)
            log.error("probe_broken", check=check.id, error=type(error).__name__)


def void_of(health: SelfHealth, timeout_s: float, rules: Rules) -> Void | None:
    """Why a look taken in this condition of ours says nothing about its target; None if it counts.

    Args:
        health: The worst of our condition over the time of the look.
        timeout_s: The look's patience.
        rules: What we tolerate of ourselves.

    Source: TRUST §0.4 (a loop late by over a quarter of the timeout can fake an outage).
    """
    if health.paused_s > LAG_SHARE * timeout_s:
        return Void.PAUSED
    if health.lag_s > LAG_SHARE * timeout_s:
        return Void.LOOP_LAG
    if abs(health.clock_step_s) > STEP_LIMIT_S:
        return Void.CLOCK_STEP
    if health.starved > rules.starved_limit:
        return Void.CPU_STARVED
    if health.memory > rules.memory_limit:
        return Void.MEMORY_PRESSURE
    if health.clock_error_s > rules.clock_error_limit_s:
        return Void.CLOCK_UNSURE
    return None
