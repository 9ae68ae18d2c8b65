"""The credential keeper: one login at a time, one token for all looks, and patience when refused.

A refusal is the same from everywhere, so everybody who waits is told it. A login that went nowhere
is an observation of one line: only its own vantage is told it, and the next one tries for itself.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

import structlog

from monitor.credentials.account import REFUSALS, Account, believable
from monitor.credentials.budgets import Budgets
from monitor.credentials.expiry import Expiry
from monitor.model import Failure, Phase, Sighting
from monitor.ports import TokenError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.model import Check, Credential, CredentialStanding, Vantage, World
    from monitor.ports import Clock

log = structlog.get_logger(__name__)

OVERRUN_S = 0.5  # a login keeps its own deadline; this much later we keep it for it
WARNINGS = (
    "credential_expires_soon",
    "credential_near_lockout",
    "credential_refused",
    "credential_lifetime_odd",
)


@dataclass(frozen=True, slots=True)
class LoginAnswer:
    """What one login gave: a token and its life, or a sighting with a failure."""

    sighting: Sighting
    token: str | None = None
    lifetime_s: float | None = None  # None: the answer did not say anything readable
    odd: bool = False  # it said something about the lifetime that cannot be


class Login(Protocol):
    """Logs in once, within `credential.timeout_s`; raises for nothing the other side did."""

    async def __call__(
        self, credential: Credential, vantage: Vantage, look_id: str, /
    ) -> LoginAnswer:
        """Log in."""
        ...


@dataclass(frozen=True, slots=True)
class _Flight:
    """The one login under way for a credential."""

    vantage: str
    task: asyncio.Task[Sighting]


class Keeper:
    """Holds our credentials (port `Tokens`)."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        login: Login,
        *,
        chance: Callable[[], float],
        warned: Callable[[str], None],
        learn: Callable[[str], None],
    ) -> None:
        """Know every credential; nobody is asked before the first look wants a token.

        Args:
            world: Its credentials, and the budgets of its targets.
            clock: Monotonic time decides; the wall's date warns of secrets that end.
            login: Asks for a token.
            chance: In [0, 1): spreads what is tried again.
            warned: Told what operators must know: one of `WARNINGS`.
            learn: Told each token at once, before anybody could log it.
        """
        self._clock = clock
        self._login = login
        self._chance = chance
        self._warned = warned
        self._learn = learn
        self._time_zone = ZoneInfo(world.time_zone)
        now_mono_s = clock.monotonic()
        self._accounts = {c.id: Account(c, now_mono_s) for c in world.credentials.values()}
        self._budgets = Budgets(world, clock)
        self._flights: dict[str, _Flight] = {}
        self._expiry = Expiry()

    async def token(self, credential: str, vantage: Vantage, look_id: str) -> str:
        """A token that is good now; logs in if there is none, one login at a time.

        A token near its end still serves while the next one is fetched. Whoever stops waiting
        leaves the login to the others.

        Raises:
            TokenError: no login was possible, or none may be tried now.
        """
        account = self._accounts[credential]
        while True:
            now_mono_s = self._clock.monotonic()
            token = account.serving(now_mono_s)
            flight = self._flights.get(credential)
            if token is not None:
                may = flight is None and account.ageing(now_mono_s)
                if may and account.closed(vantage.id, now_mono_s) is None:
                    self._begin(account, vantage, look_id)
                return token
            if flight is None:
                closed = account.closed(vantage.id, now_mono_s)
                if closed is not None:
                    raise TokenError(closed)
                flight = self._begin(account, vantage, look_id)
            seen = await asyncio.shield(flight.task)
            if seen.failure in REFUSALS or (seen.failure and flight.vantage == vantage.id):
                raise TokenError(seen)

    def refused(self, credential: str, token: str) -> None:
        """The upstream did not accept `token` although its time was not over: forget it."""
        account = self._accounts[credential]
        counts = account.token_refused(
            token, now_mono_s=self._clock.monotonic(), chance=self._chance()
        )
        if counts:
            self._warn("credential_refused", credential, why="fresh tokens are refused")

    def admit(self, check: Check, *, extra: bool = False) -> bool:
        """Whether one look more stays within the budgets of its target and its credential.

        An `extra` one, which the timetable does not ask for, leaves the timetable its share.
        """
        return self._budgets.admit(check, extra=extra)

    async def remind(self) -> None:
        """Warn of secrets that end soon; to be called about once an hour."""
        today = self._clock.utc().astimezone(self._time_zone).date()
        for account in self._accounts.values():
            credential = account.credential
            if credential.expires_on is None:
                continue
            left_days = self._expiry.due(credential.id, credential.expires_on, today)
            if left_days is not None:
                self._warn("credential_expires_soon", credential.id, left_days=left_days)

    def figures(self) -> Mapping[str, CredentialStanding]:
        """How each credential stands, by its id."""
        now_mono_s = self._clock.monotonic()
        return {name: account.standing(now_mono_s) for name, account in self._accounts.items()}

    async def close(self) -> None:
        """End logins that are under way."""
        tasks = [flight.task for flight in self._flights.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, account: Account, vantage: Vantage, look_id: str) -> _Flight:
        credential = account.credential.id
        task = asyncio.create_task(self._fly(account, vantage, look_id), name=f"login {credential}")
        self._flights[credential] = flight = _Flight(vantage.id, task)
        return flight

    async def _fly(self, account: Account, vantage: Vantage, look_id: str) -> Sighting:
        credential = account.credential
        begun_mono_s = self._clock.monotonic()
        try:
            answer = await self._ask(credential, vantage, look_id)
        finally:
            # Before anybody who waited goes on: he may have to begin a login of his own.
            del self._flights[credential.id]
        now_mono_s = self._clock.monotonic()
        if answer.token is None:
            account.failed(
                answer.sighting, vantage.id, now_mono_s=now_mono_s, chance=self._chance()
            )
            self._tell_failure(account, answer.sighting)
            return answer.sighting
        self._learn(answer.token)
        claimed_s = credential.lifetime_s if answer.lifetime_s is None else answer.lifetime_s
        lifetime_s = believable(claimed_s)
        if answer.odd or lifetime_s != claimed_s:
            self._warn("credential_lifetime_odd", credential.id, taken_s=lifetime_s)
        account.received(answer.token, lifetime_s, begun_mono_s=begun_mono_s, now_mono_s=now_mono_s)
        log.info("logged_in", credential=credential.id, lifetime_s=lifetime_s)
        return answer.sighting

    async def _ask(self, credential: Credential, vantage: Vantage, look_id: str) -> LoginAnswer:
        try:
            async with asyncio.timeout(credential.timeout_s + OVERRUN_S):
                return await self._login(credential, vantage, look_id)
        except Exception as error:  # noqa: BLE001 - a login never raises for its host: a bug
            log.error("login_broken", credential=credential.id, error=type(error).__name__)  # noqa: TRY400 - a trace could hold the secret
            return LoginAnswer(Sighting(Phase.START, Failure.NO_TOKEN))

    def _tell_failure(self, account: Account, seen: Sighting) -> None:
        name = account.credential.id
        failure = seen.failure.value if seen.failure is not None else None
        if seen.failure not in REFUSALS:
            log.warning("login_failed", credential=name, failure=failure)
            return
        self._warn("credential_refused", name, failure=failure)
        if account.near_lockout:
            self._warn("credential_near_lockout", name)

    def _warn(self, note: str, credential: str, **facts: object) -> None:
        self._warned(note)
        log.warning(note, credential=credential, **facts)
