"""Observations and surroundings in the terms of inference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.inference.evidence import (
    Evidence,
    Look,
    Notice,
    Outcome,
    Pending,
    Signal,
    SignalKind,
)
from monitor.core.tape import outcome
from monitor.model import Role, Sight, TrafficState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.core.attribution.witness import Fresh
    from monitor.core.inference.layout import Layout
    from monitor.model import Instant, Observation, Surroundings, UnderWay, World

READ_AGAIN_S = 30.0  # a state that lasts is told again after this long
NO_WITNESS = (Sight.ILL, Sight.DOUBTED)
_TRAFFIC = {
    TrafficState.USUAL: Outcome.OK,
    TrafficState.SLOW: Outcome.SLOW,
    TrafficState.FAILING: Outcome.HTTP_5XX,
    TrafficState.REFUSED: Outcome.HTTP_401,
    TrafficState.QUIET_FAULT: Outcome.REJECTED,
    TrafficState.DROP: Outcome.DROP,
    TrafficState.THIN: Outcome.NO_RESULT,
}


class Translator:
    """Knows which cell every check and every operation belongs to."""

    def __init__(self, world: World, layout: Layout) -> None:
        self._world = world
        self._checks = world.checks
        self._signals = frozenset(layout.signals)
        self._traffic: dict[tuple[str, str], str] = {}
        for subject, kind in layout.signals:
            target = world.targets.get(subject)
            if kind is SignalKind.TRAFFIC and target is not None and target.service is not None:
                service = world.services[target.service]
                for operation in target.operations or tuple(o.id for o in service.operations):
                    self._traffic.setdefault((service.id, operation), subject)

    def evidence(
        self,
        arrived: Sequence[Observation],
        under_way: Sequence[UnderWay],
        around: Surroundings,
        fresh: Fresh,
        read_s: Mapping[tuple[str, SignalKind], float],
        now: Instant,
    ) -> Evidence:
        """Everything that is new, and what is so now.

        Args:
            arrived: Looks that came in.
            under_way: Looks that have begun and not answered.
            around: What others say and what happens around us.
            fresh: Who is a witness.
            read_s: When each signal was last read.
            now: The moment.
        """
        return Evidence(
            looks=tuple(
                Look(
                    o.vantage,
                    o.target,
                    o.started_mono_s,
                    o.started_mono_s + o.duration_s,
                    Outcome(outcome(o)),
                    o.id,
                )
                for o in arrived
                if o.void is None
            ),
            signals=tuple(self._spoken(around, fresh, read_s, now)),
            pending=tuple(
                Pending(u.vantage, self._checks[u.check].target, u.started_mono_s)
                for u in under_way
                if u.check in self._checks
            ),
            notices=tuple(self._notices(around, now)),
            excluded=frozenset(v for v, sight in fresh.sight.items() if sight in NO_WITNESS),
        )

    def _spoken(
        self,
        around: Surroundings,
        fresh: Fresh,
        read_s: Mapping[tuple[str, SignalKind], float],
        now: Instant,
    ) -> Iterable[Signal]:
        said: dict[tuple[str, SignalKind], Outcome] = {}
        for vantage, sight in fresh.sight.items():
            if (vantage, SignalKind.SELF) in self._signals:
                silent = sight is Sight.SILENT
                said[vantage, SignalKind.SELF] = Outcome.NO_RESULT if silent else Outcome.OK
        for reading in around.traffic:
            subject = self._traffic.get((reading.service, reading.operation))
            if subject is not None:
                told = _TRAFFIC[reading.state]
                key = (subject, SignalKind.TRAFFIC)
                said[key] = told if said.get(key, Outcome.OK) is Outcome.OK else said[key]
        for mains in around.mains:
            if (mains.vantage, SignalKind.MAINS) in self._signals:
                key = (mains.vantage, SignalKind.MAINS)
                said[key] = Outcome.DROP if mains.on_battery else Outcome.OK
        for (subject, kind), told in sorted(said.items()):
            if now.mono_s - read_s.get((subject, kind), -READ_AGAIN_S) >= READ_AGAIN_S:
                yield Signal(kind, subject, now.mono_s, told)

    def _notices(self, around: Surroundings, now: Instant) -> Iterable[Notice]:
        for notice in around.notices:
            begins_s = now.mono_s + (notice.from_at - now.at).total_seconds()
            ends_s = now.mono_s + (notice.to_at - now.at).total_seconds()
            for party in self._units(notice.party, notice.services):
                yield Notice(notice.kind, begins_s, ends_s, party, notice.region, notice.id)

    def _units(self, party: str | None, services: tuple[str, ...]) -> tuple[str | None, ...]:
        """What inference calls the party: each of its services, or the platform."""
        if party is None or party == self._world.platform:
            return (party,)
        of = (s.id for s in self._world.services.values() if s.party == party)
        return tuple(s for s in of if not services or s in services) or (None,)


def relayed(world: World, service: str) -> tuple[str, ...]:
    """The operations of a service that are asked through the platform."""
    return tuple(
        dict.fromkeys(
            operation
            for target in world.targets.values()
            if target.role is Role.RELAY and target.service == service
            for operation in (
                target.operations or tuple(o.id for o in world.services[service].operations)
            )
        )
    )
