"""What operators want to know of each vantage, gathered from picture, console and store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.model import Grain, Role
from monitor.ports import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from monitor.model import AgentStanding, Observation, Picture, Sight, World
    from monitor.ports import Clock, Store

PACE_MINUTES = 5
LEAST_WINDOW_S = 60.0
MOST_LOOKS = 5000


@dataclass(frozen=True, slots=True)
class Reference:
    """The newest look at one reference from one vantage."""

    target: str
    ok: bool | None  # None: it says nothing, or there is none
    at: datetime | None


@dataclass(frozen=True, slots=True)
class VantageFacts:
    """One vantage as it stands."""

    id: str
    agent: bool  # declared as looked from by an agent
    sight: Sight | None  # None: not judged yet
    standing: AgentStanding | None  # None: no agent enrolled
    per_minute: float | None  # looks, over the last full minutes; None: the store does not say
    references: tuple[Reference, ...] | None


class Facts:
    """Gathers; what the store cannot tell is left out, never guessed."""

    def __init__(
        self,
        *,
        world: World,
        clock: Clock,
        store: Store,
        picture: Callable[[], Picture | None],
        standings: Callable[[], Mapping[str, AgentStanding]],
    ) -> None:
        self._world = world
        self._clock = clock
        self._store = store
        self._picture = picture
        self._standings = standings
        self._references = tuple(
            sorted(t.id for t in world.targets.values() if t.role is Role.REFERENCE)
        )

    async def gather(self) -> tuple[VantageFacts, ...]:
        """All vantages, in the order of the configuration."""
        now = self._clock.utc()
        picture, standings = self._picture(), self._standings()
        sights = picture.judgement.vantages if picture is not None else {}
        try:
            paces = await self._paces(now)
            newest = await self._newest(now)
        except StoreError:
            paces, newest = None, None
        return tuple(
            VantageFacts(
                id=vantage.id,
                agent=vantage.agent,
                sight=sights.get(vantage.id),
                standing=standings.get(vantage.id),
                per_minute=None if paces is None else paces.get(vantage.id, 0.0),
                references=None if newest is None else self._seen_from(vantage.id, newest),
            )
            for vantage in self._world.vantages.values()
        )

    async def _paces(self, now: datetime) -> dict[str, float]:
        until = now.replace(second=0, microsecond=0)
        since = until - timedelta(minutes=PACE_MINUTES)
        taken: dict[str, int] = {}
        for figure in await self._store.figures(Grain.MINUTE, since=since, until=until):
            looks = figure.looks + figure.void
            taken[figure.vantage] = taken.get(figure.vantage, 0) + looks
        return {vantage: looks / PACE_MINUTES for vantage, looks in taken.items()}

    async def _newest(self, now: datetime) -> dict[tuple[str, str], Observation]:
        paces_s = [c.every_s for c in self._world.checks.values() if c.target in self._references]
        window_s = max(
            LEAST_WINDOW_S, self._world.rules.stale_intervals * max(paces_s, default=0.0)
        )
        looks = await self._store.observations(
            targets=self._references,
            since=now - timedelta(seconds=window_s),
            until=now,
            limit=MOST_LOOKS,
        )
        return {(look.vantage, look.target): look for look in looks}

    def _seen_from(
        self, vantage: str, newest: Mapping[tuple[str, str], Observation]
    ) -> tuple[Reference, ...]:
        asked = {check.target for check in self._world.checks.values() if vantage in check.vantages}
        found = []
        for target in (t for t in self._references if t in asked):
            look = newest.get((vantage, target))
            says = look is not None and look.void is None
            found.append(
                Reference(
                    target=target,
                    ok=look.ok if look is not None and says else None,
                    at=look.started_at if look is not None else None,
                )
            )
        return tuple(found)


def as_json(facts: VantageFacts) -> dict[str, object]:
    """One vantage as plain values, for machines."""
    told: dict[str, object] = {
        "id": facts.id,
        "agent": facts.agent,
        "sight": facts.sight,
        "looks_per_minute": facts.per_minute,
        "references": None
        if facts.references is None
        else [
            {"target": r.target, "ok": r.ok, "at": None if r.at is None else r.at.isoformat()}
            for r in facts.references
        ],
    }
    standing = facts.standing
    if standing is None:
        return told
    agent = standing.agent
    return told | {
        "program": agent.program,
        "key": agent.key_id,
        "enrolled_at": agent.enrolled_at.isoformat(),
        "revoked_at": None if agent.revoked_at is None else agent.revoked_at.isoformat(),
        "last_exchange_age_s": round(standing.silent_s, 1),
        "clock_offset_s": agent.clock_offset_s,
        "lag_s": standing.lag_s,
        "quarantine": agent.quarantine,
        "spool": {
            "waiting": agent.waiting,
            "oldest_age_s": agent.oldest_age_s,
            "dropped": agent.dropped,
        },
        "looks": standing.looks,
        "late": standing.late,
        "refused": dict(standing.refused),
    }
