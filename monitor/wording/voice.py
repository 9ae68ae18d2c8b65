"""One language speaking about one declared world: its words, figures and names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.model import PartyKind, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.model import Service, World
    from monitor.wording.catalogue import Catalogue
    from monitor.wording.figures import Figures

_MANY = 3  # so many places are named together
_ISOLATE, _END = "\u2068", "\u2069"  # what is between them turns no sentence around


@dataclass(frozen=True, slots=True)
class Voice:
    """What every sentence needs."""

    world: World
    language: str
    words: Catalogue
    figures: Figures

    def say(self, name: Mapping[str, str]) -> str:
        """Return a declared name in this language, or else in the first it was given in."""
        return name.get(self.language) or next(iter(name.values()))

    def service(self, service_id: str) -> str:
        """Name a service."""
        return self.say(self.world.services[service_id].name)

    def services(self, service_ids: Iterable[str]) -> str:
        """Name several services in one breath."""
        return self.figures.join([self.service(s) for s in service_ids])

    def party(self, party_id: str, service_id: str | None = None) -> str:
        """Name a party; where it runs several services, the one that is meant comes with it."""
        name = self.say(self.world.parties[party_id].name)
        its = [s.id for s in self.world.services.values() if s.party == party_id]
        if service_id not in its or len(its) == 1:
            return name
        return self.words.text("name_of_part", service=self.service(service_id), party=name)

    def operations(self, service_id: str, operation_ids: Iterable[str]) -> str:
        """Name operations of a service; all of them are "everything"."""
        wanted = set(operation_ids)
        declared = self.world.services[service_id].operations
        if wanted >= {o.id for o in declared}:
            return self.words.text("operations_all")
        return self.figures.join([self.say(o.name) for o in declared if o.id in wanted])

    def operation(self, service_id: str, operation_id: str) -> str:
        """Name one operation of a service."""
        declared = self.world.services[service_id].operations
        return next(self.say(o.name) for o in declared if o.id == operation_id)

    def unit(self, unit_id: str, operation_ids: Iterable[str] = ()) -> str:
        """Name what attribution calls a party (a service, or the platform), or some of its work.

        Args:
            unit_id: A service or a party; an id that is no longer declared stands for itself.
            operation_ids: The operations meant; none, or all it has: the whole.
        """
        if unit_id in self.world.services:
            name, its = self.service(unit_id), [self.world.services[unit_id]]
        elif unit_id == self.world.platform:
            name, its = self.panel, self._services_of(unit_id)
        elif unit_id in self.world.parties:
            name, its = self.party(unit_id), self._services_of(unit_id)
        else:
            return isolated(unit_id)
        wanted = set(operation_ids)
        declared = [o for service in its for o in service.operations]
        meant = [self.say(o.name) for o in declared if o.id in wanted]
        if not meant or len(meant) == len(declared):
            return name
        return self.words.text("name_of_work", operations=self.figures.join(meant), name=name)

    def target(self, target_id: str) -> str:
        """Name what a look at a target asks; an id that is no longer declared stands for itself."""
        target = self.world.targets.get(target_id)
        if target is None:
            return isolated(target_id)
        if target.role is Role.REFERENCE:
            scope = target.scope.value if target.scope is not None else "domestic"
            return self.words.text("target.reference", scope=self.words.text(f"scope.{scope}"))
        unit = target.service or target.party or self.world.platform
        return self.words.text(
            f"target.{target.role.value}", what=self.unit(unit, target.operations)
        )

    def _services_of(self, party_id: str) -> list[Service]:
        return [s for s in self.world.services.values() if s.party == party_id]

    def vantage(self, vantage_id: str) -> str:
        """Name a place we look from; an id that is no longer declared stands for itself."""
        declared = self.world.vantages.get(vantage_id)
        return self.say(declared.name) if declared is not None else vantage_id

    def vantages(self, vantage_ids: Iterable[str]) -> str:
        """Name several places we look from; all of the country's own in one word."""
        wanted = tuple(vantage_ids)
        home = {v.id for v in self.world.vantages.values() if v.country == self.world.country}
        if len(home) >= _MANY and set(wanted) == home:
            return self.words.text("place_all", count=self.figures.number(len(home)))
        names = [self.words.text("place", name=self.vantage(v)) for v in wanted]
        return self.figures.join(names)

    @property
    def platform(self) -> str:
        """Name the platform."""
        return self.party(self.world.platform)

    @property
    def panel(self) -> str:
        """Name what doctors use of the platform: its first service, or the platform itself."""
        for service in self.world.services.values():
            if service.party == self.world.platform:
                return self.say(service.name)
        return self.platform

    @property
    def zone(self) -> str:
        """Name the time zone as people do; one without words by the city in its name."""
        key = f"page.zone.{self.world.time_zone}"
        if key in self.words:
            return self.words.text(key)
        return self.world.time_zone.rpartition("/")[2].replace("_", " ")

    @property
    def upstream_services(self) -> tuple[str, ...]:
        """The ids of services that are somebody else's."""
        parties = self.world.parties
        return tuple(
            s.id
            for s in self.world.services.values()
            if parties[s.party].kind is PartyKind.UPSTREAM
        )


def isolated(name: str) -> str:
    """Put a foreign name between marks so that its direction stays its own."""
    return f"{_ISOLATE}{name}{_END}"
