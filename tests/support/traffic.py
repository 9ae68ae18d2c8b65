"""Traffic as it comes in a week in Tehran: seasonal, bursty, drifting; seeded.

Written from how a clinic's day goes, not from the monitor's model: rates and shares wander by
themselves, doctors retry, and the week has its Friday.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from monitor.model import Operation, Outcome, OutcomeClass, Party, PartyKind, Rules, Service, World

if TYPE_CHECKING:
    from collections.abc import Iterator

TEHRAN = ZoneInfo("Asia/Tehran")
SATURDAY = datetime(2026, 10, 10, 0, 0, tzinfo=TEHRAN).astimezone(UTC)
MINUTE = timedelta(minutes=1)
FRIDAY, THURSDAY = 4, 3
HOURS = np.array(
    [2, 1, 0.5, 0.3, 0.3, 1, 4, 20, 60, 90, 100, 100, 85, 60, 45, 50, 70, 90, 95, 80, 50, 25, 10, 4]
) / 100  # fmt: skip
SHARES = {
    (OutcomeClass.TIMEOUT, None): 0.004,
    (OutcomeClass.SERVER_ERROR, None): 0.003,
    (OutcomeClass.CREDENTIALS, None): 0.0005,
    (OutcomeClass.SLOW, None): 0.03,
    (OutcomeClass.BUSINESS, "not-covered"): 0.05,
    (OutcomeClass.BUSINESS, "-7001"): 0.01,
}


def world_of(*operations: tuple[str, str]) -> World:
    """A world with nothing but operations."""
    services = {
        service: Service(
            service,
            service,
            {"en": service},
            tuple(Operation(o, {"en": o}) for s, o in operations if s == service),
        )
        for service, _ in operations
    }
    return World(
        platform="us",
        parties={"us": Party("us", PartyKind.PLATFORM, {"en": "us"})},
        services=services,
        targets={},
        vantages={},
        checks={},
        advice=(),
        rules=Rules(),
        languages=("en",),
        time_zone="Asia/Tehran",
    )


class Traffic:
    """One operation's calls, minute by minute."""

    def __init__(
        self, seed: int, peak: float, service: str = "tamin", operation: str = "register"
    ) -> None:
        self._chance = np.random.default_rng(seed)
        self._peak = peak
        self._whose = (service, operation)
        self._level = 0.0
        self._wander = dict.fromkeys(SHARES, 0.0)

    def minute(
        self,
        at: datetime,
        *,
        holiday: bool = False,
        volume: float = 1.0,
        shares: dict[tuple[OutcomeClass, str | None], float] | None = None,
    ) -> list[Outcome]:
        """The outcomes of one minute.

        Args:
            at: When it begins, UTC.
            holiday: Whether it is like a Friday.
            volume: Times the calls that would have come.
            shares: What becomes of calls instead of the usual, for some.
        """
        chance = self._chance
        self._level += -self._level / 90 + 0.02 * chance.standard_normal()
        rate = self._peak * self._shape(at, holiday=holiday) * np.exp(self._level) * volume
        left = calls = int(chance.poisson(rate * chance.gamma(15.0, 1 / 15.0)))
        found = []
        for key, usual in {**SHARES, **(shares or {})}.items():
            wander = self._wander.get(key, 0.0)
            self._wander[key] = wander - wander / 120 + 0.02 * chance.standard_normal()
            wandering = shares is None or key not in shares
            share = min(usual * np.exp(self._wander[key]), 1.0) if wandering else usual
            if not left or share <= 0:
                continue
            share = chance.beta(share * 150, max((1 - share) * 150, 1e-3))
            count = min(left, int(chance.binomial(calls, share)))
            if count:
                found.append(self._outcome(key, at, count))
                left -= count
        if left:
            found.append(self._outcome((OutcomeClass.OK, None), at, left))
        return found

    def _shape(self, at: datetime, *, holiday: bool) -> float:
        local = at.astimezone(TEHRAN)
        hour = (local.hour + local.minute / 60 - 0.5) % 24
        here, part = int(hour), hour % 1
        shape = HOURS[here] * (1 - part) + HOURS[(here + 1) % 24] * part
        day = local.weekday()
        quiet = 0.12 if holiday or day == FRIDAY else 0.6 if day == THURSDAY else 1.0
        return float(shape) * quiet

    def _outcome(self, key: tuple[OutcomeClass, str | None], at: datetime, count: int) -> Outcome:
        return Outcome(*self._whose, key[0], at, count, code=key[1])


def minutes(begin: datetime, many: int) -> Iterator[datetime]:
    """Begins of minutes, one after the other."""
    return (begin + n * MINUTE for n in range(many))


def by_the_quarter(outcomes: list[Outcome]) -> list[Outcome]:
    """Sums as the store gives them."""
    sums: dict[tuple[str, str, OutcomeClass, str | None, datetime], int] = {}
    for o in outcomes:
        at = o.minute_at.replace(minute=o.minute_at.minute // 15 * 15)
        key = (o.service, o.operation, o.outcome, o.code, at)
        sums[key] = sums.get(key, 0) + o.count
    return [Outcome(s, p, c, at, n, code=code) for (s, p, c, code, at), n in sums.items()]
