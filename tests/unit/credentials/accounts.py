"""A credential, a keeper in virtual time, and a login that answers as the story wants."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.credentials import Keeper, LoginAnswer
from monitor.model import (
    Budget,
    Check,
    Credential,
    Failure,
    Phase,
    Role,
    Rules,
    Sighting,
    Target,
    Vantage,
    World,
)
from monitor.simulation.clock import VirtualClock
from probes.spec import HttpSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUSE = Credential(
    id="house",
    service="tamin",
    login=HttpSpec("https://account.example/token", "POST"),
    token_path="access_token",
    lifetime_path="expires_in",
    lifetime_s=3600.0,
    refresh_before_s=300.0,
    timeout_s=3.0,
    logins=Budget(1000, 3600.0),
)


PLACES = ("tehran-shatel", "tehran-mci", "mashhad-irancell", "shiraz-tci", "frankfurt")
TARGETS = ("a", "b")


def world_with(credential: Credential, budgets: Mapping[str, Budget] | None = None) -> World:
    """Five vantages, two targets with a check each, one credential."""
    limits = budgets or {}
    return World(
        platform="panel",
        parties={},
        services={},
        targets={name: Target(name, Role.TRANSACTION, budget=limits.get(name)) for name in TARGETS},
        vantages={
            place: Vantage(place, {}, country="IR", region="r", network="n") for place in PLACES
        },
        checks={
            name: Check(name, name, PLACES, HttpSpec("https://a.example/"), 5.0, 3.0)
            for name in TARGETS
        },
        advice=(),
        rules=Rules(),
        languages=("fa",),
        time_zone="Asia/Tehran",
        credentials={credential.id: credential},
    )


def vantages() -> tuple[Vantage, ...]:
    return tuple(world_with(HOUSE).vantages.values())


def seen(failure: Failure | None, status: int | None = None) -> Sighting:
    return Sighting(Phase.DONE if failure is None else Phase.WAIT, failure, http_status=status)


@dataclass
class Issuer:
    """The other side of the login."""

    lifetime_s: float | None = 3600.0
    takes_s: float = 0.2
    failure: Failure | None = None
    status: int | None = None
    at_s: list[float] = field(default_factory=list)  # when it was asked
    by: list[str] = field(default_factory=list)  # from where
    together: int = 0
    most_together: int = 0
    cut: frozenset[str] = frozenset()  # vantages whose logins go nowhere

    async def __call__(self, _credential: Credential, vantage: Vantage, _look: str) -> LoginAnswer:
        self.at_s.append(asyncio.get_running_loop().time())
        self.by.append(vantage.id)
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        await asyncio.sleep(self.takes_s)
        self.together -= 1
        if vantage.id in self.cut:
            return LoginAnswer(seen(Failure.CONNECT_TIMEOUT))
        if self.failure is not None:
            return LoginAnswer(seen(self.failure, self.status))
        return LoginAnswer(seen(None, 200), f"token-{len(self.at_s)}", self.lifetime_s)


@dataclass
class Desk:
    """A keeper with everything around it; to be made inside the virtual loop."""

    issuer: Issuer = field(default_factory=Issuer)
    credential: Credential = HOUSE
    chance: float = 0.5
    warnings: list[str] = field(default_factory=list)
    learnt: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = VirtualClock()
        self.keeper = self.fresh_keeper()

    def fresh_keeper(self) -> Keeper:
        return Keeper(
            world_with(self.credential),
            self.clock,
            self.issuer,
            chance=lambda: self.chance,
            warned=self.warnings.append,
            learn=self.learnt.append,
        )

    async def ask(self, vantage: int = 0) -> str:
        return await self.keeper.token("house", vantages()[vantage], "0" * 16)

    async def settle(self) -> None:
        """Let a login in the background end."""
        await asyncio.sleep(self.issuer.takes_s + 0.1)
