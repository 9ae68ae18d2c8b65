"""A stage for attribution: say what is broken, let time pass, read the judgement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from monitor.core.attribution.judge import Judge
from monitor.core.attribution.witness import OUR_ACCESS
from monitor.model import (
    Failure,
    Instant,
    Observation,
    Phase,
    SelfHealth,
    Sighting,
    Surroundings,
    UnderWay,
    Void,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.model import Check, Judgement, Verdict, World

START = datetime(2026, 11, 22, 6, 55, tzinfo=UTC)
ANSWER_S, SLOW_ANSWER_S = 0.05, 2.0
KEPT_ENGINES = 64
_engines: dict[int, tuple[World, Judge]] = {}  # of the last worlds; each holds its world, so that
# nothing else gets its identity


def nothing(check: Check, vantage: str) -> None:
    del check, vantage


def engine_of(world: World) -> Judge:
    """The engine of a world, made once: it has no state, and to compile its table takes a while."""
    if id(world) not in _engines:
        if len(_engines) >= KEPT_ENGINES:
            _engines.pop(next(iter(_engines)))
        _engines[id(world)] = (world, Judge(world))
    return _engines[id(world)][1]


class Stage:
    """Looks of every check from every vantage each `every_s`, a tick every 5 s.

    What the engine wishes to see is looked at beside the timetable, as the product does it.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.engine = engine_of(world)
        self.memory = self.engine.start(Instant(START, 0.0))
        self.t_s = 0.0
        self.count = 0
        self.broken: Callable[[Check, str], Failure | Void | str | None] = nothing
        self.own = SelfHealth()
        self.around = Surroundings()
        self.judgement: Judgement | None = None
        self.history: list[Judgement] = []
        self.awaited: list[Observation] = []  # begun, not answered
        self.granted_s: dict[tuple[str, str], float] = {}
        self.next_s = {
            (check.id, vantage): 0.1 + (i % 7) * 0.5
            for i, check in enumerate(world.checks.values())
            for vantage in check.vantages
        }

    def now(self) -> Instant:
        return Instant(START + timedelta(seconds=self.t_s), self.t_s)

    def look(
        self, check: Check, vantage: str, at_s: float, patience_s: float | None = None
    ) -> Observation:
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
            duration_s=_takes_s(how, patience_s or check.timeout_s),
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
            begun = [*self.awaited, *self._due()]
            arrived = [o for o in begun if o.started_mono_s + o.duration_s <= self.t_s]
            self.awaited = [o for o in begun if o.started_mono_s + o.duration_s > self.t_s]
            self.memory, judgement = self.engine.step(
                self.memory,
                arrived,
                now=self.now(),
                own=self.own,
                under_way=[UnderWay(o.vantage, o.check, o.started_mono_s) for o in self.awaited],
                around=self.around,
            )
            self.awaited += self._extra(judgement)
            self.history.append(judgement)
        assert judgement is not None
        self.judgement = judgement
        return judgement

    def _due(self) -> list[Observation]:
        looks = []
        for (check_id, vantage), due_s in self.next_s.items():
            check = self.world.checks[check_id]
            turns = max(0, int((self.t_s - due_s) // check.every_s) + 1)
            looks += [self.look(check, vantage, due_s + i * check.every_s) for i in range(turns)]
            self.next_s[check_id, vantage] = due_s + turns * check.every_s
        return looks

    def _extra(self, judgement: Judgement) -> list[Observation]:
        """Looks that the engine wishes for; see `monitor.wishes`."""
        rules, busy = self.world.rules, {(o.vantage, o.check) for o in self.awaited}
        looks: list[Observation] = []
        for vantage, check_id in judgement.wishes:
            last_s = self.granted_s.get((vantage, check_id), -rules.extra_pair_s)
            rested = self.t_s - last_s >= rules.extra_pair_s
            # who cut a pair out of the timetable does not want it to be looked at
            planned = self.next_s.get((check_id, vantage), 1e9) < 1e9
            if (vantage, check_id) in busy or not rested or not planned:
                continue
            if len(looks) == rules.extra_per_tick:
                break
            check = self.world.checks[check_id]
            patience_s = min(check.timeout_s, rules.extra_timeout_s)
            looks.append(self.look(check, vantage, self.t_s, patience_s))
            self.granted_s[vantage, check_id] = self.t_s
        return looks

    def verdict(self, service: str | None) -> Verdict | None:
        assert self.judgement is not None
        found = [v for v in self.judgement.verdicts if v.service == service]
        assert len(found) <= 2
        return found[0] if found else None


def _takes_s(how: Failure | Void | str | None, patience_s: float) -> float:
    if isinstance(how, Failure) and how.name.endswith("TIMEOUT"):
        return patience_s
    return SLOW_ANSWER_S if how == "slow" else ANSWER_S


def at_targets(
    prefix: str,
    failure: Failure | Void | str,
    *,
    only_from: tuple[str, ...] = (),
    direct_only: bool = False,
) -> Callable[[Check, str], Failure | Void | str | None]:
    """Everything whose target begins with `prefix` is broken (from these vantages).

    If that is a whole service (`"tamin."`) and it is broken for everybody, the platform does not
    get through to it either, unless `direct_only`.
    """
    relay = None if only_from or direct_only else f"panel.relay.{prefix.removesuffix('.')}"

    def broken(check: Check, vantage: str) -> Failure | Void | str | None:
        if only_from and vantage not in only_from:
            return None
        if check.target.startswith(prefix):
            return failure
        return _relayed(failure) if prefix.endswith(".") and check.target == relay else None

    return broken


def both(
    *each: Callable[[Check, str], Failure | Void | str | None],
) -> Callable[[Check, str], Failure | Void | str | None]:
    """All of these are broken; the first that a look meets is what it sees."""
    return lambda check, vantage: next((h for one in each if (h := one(check, vantage))), None)


def _relayed(failure: Failure | Void | str) -> Failure | Void | str:
    """What the platform makes of an upstream's failure: right shape of wrong, else its own 502."""
    told_on = (*OUR_ACCESS, Failure.JSON_MISMATCH, Failure.APPLICATION_REJECTED)
    return failure if not isinstance(failure, Failure) or failure in told_on else Failure.HTTP_5XX
