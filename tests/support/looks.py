"""A stage for attribution: say what is broken, let time pass, read the judgement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from monitor.core.attribution.decide import DecisionList
from monitor.model import Failure, Instant, Observation, Phase, SelfHealth, Sighting, Void

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.model import Check, Judgement, Verdict, World

START = datetime(2026, 11, 22, 6, 55, tzinfo=UTC)
Broken = "Callable[[Check, str], Failure | Void | str | None]"


def nothing(check: Check, vantage: str) -> None:
    del check, vantage


class Stage:
    """Looks of every check from every vantage each `every_s`, a tick every 5 s."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.engine = DecisionList(world)
        self.memory = self.engine.start(Instant(START, 0.0))
        self.t_s = 0.0
        self.count = 0
        self.broken: Callable[[Check, str], Failure | Void | str | None] = nothing
        self.own = SelfHealth()
        self.judgement: Judgement | None = None
        self.history: list[Judgement] = []
        self.next_s = {
            (check.id, vantage): 0.1 + (i % 7) * 0.5
            for i, check in enumerate(world.checks.values())
            for vantage in check.vantages
        }

    def now(self) -> Instant:
        return Instant(START + timedelta(seconds=self.t_s), self.t_s)

    def look(self, check: Check, vantage: str, at_s: float) -> Observation:
        how = self.broken(check, vantage)
        self.count += 1
        failure = how if isinstance(how, Failure) else None
        void = how if isinstance(how, Void) else None
        return Observation(
            id=f"{self.count:016x}",
            check=check.id,
            vantage=vantage,
            target=check.target,
            started_at=START + timedelta(seconds=at_s),
            started_mono_s=at_s,
            duration_s=2.0 if how == "slow" else 0.05,
            sighting=Sighting(Phase.EXPECT if failure else Phase.DONE, failure),
            slow=how == "slow",
            health=SelfHealth(lag_s=3.0 if void is Void.LOOP_LAG else 0.0),
            void=void,
        )

    def pass_time(self, seconds: float) -> Judgement:
        end_s = self.t_s + seconds
        judgement = None
        while self.t_s < end_s:
            self.t_s += self.world.rules.tick_s
            arrived = []
            for (check_id, vantage), due_s in self.next_s.items():
                check = self.world.checks[check_id]
                turns = max(0, int((self.t_s - due_s) // check.every_s) + 1)
                at_s = [due_s + i * check.every_s for i in range(turns)]
                arrived += [self.look(check, vantage, each_s) for each_s in at_s]
                self.next_s[check_id, vantage] = due_s + turns * check.every_s
            self.memory, judgement = self.engine.step(
                self.memory, arrived, now=self.now(), own=self.own
            )
            self.history.append(judgement)
        assert judgement is not None
        self.judgement = judgement
        return judgement

    def verdict(self, service: str | None) -> Verdict | None:
        assert self.judgement is not None
        found = [v for v in self.judgement.verdicts if v.service == service]
        assert len(found) <= 2
        return found[0] if found else None


def at_targets(prefix: str, failure: Failure | str, *, only_from: tuple[str, ...] = ()):
    """Everything whose target begins with `prefix` is broken (from these vantages)."""

    def broken(check: Check, vantage: str) -> Failure | str | None:
        if only_from and vantage not in only_from:
            return None
        return failure if check.target.startswith(prefix) else None

    return broken
