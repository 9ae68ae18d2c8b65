"""What is known of one credential: its token, its refusals, and when it may be asked for again.

No waiting and no sockets here: told the time and what a login saw, it says what may be done.
Monotonic seconds decide, so a stepped wall clock neither ends a token nor keeps it alive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.credentials.bucket import Bucket
from monitor.model import CredentialStanding, Failure, Phase, Sighting

if TYPE_CHECKING:
    from monitor.model import Credential

SHORTEST_LIFE_S = 60.0  # what a login claims beyond these is not believed
LONGEST_LIFE_S = 30 * 86_400.0
YOUNG_S = 60.0  # a token refused before this age was never worth anything
QUIET_S = 4.0  # after a login that went nowhere, its vantage waits this long
LONGEST_QUIET_S = 60.0  # after answers without a token, up to this
LOCK_PAUSE_S = 86_400.0  # one refusal before the lock, we stop for this long

REFUSALS = frozenset(  # the credential itself was not accepted
    {
        Failure.HTTP_401,
        Failure.HTTP_403,
        Failure.HTTP_4XX,  # OAuth says invalid_grant with 400
        Failure.CREDENTIALS_REFUSED,
        Failure.ACCOUNT_REFUSED,
        Failure.APPLICATION_REJECTED,
        Failure.BUSINESS_REFUSAL,
        Failure.SESSION_EXPIRED,
    }
)
PAUSING = REFUSALS | {Failure.HTTP_429}


@dataclass(slots=True)
class _Quiet:
    """A vantage whose last login went nowhere."""

    until_mono_s: float
    sighting: Sighting
    times: int


class Account:
    """One credential's standing."""

    def __init__(self, credential: Credential, now_mono_s: float) -> None:
        self.credential = credential
        self._bucket = Bucket(credential.logins, now_mono_s)
        self._token: str | None = None
        self._begun_mono_s = 0.0  # when the login that gave the token began
        self._ends_mono_s = 0.0
        self._paused_until_mono_s = 0.0
        self._quiet: dict[str, _Quiet] = {}
        self._refused_young = 0  # tokens in a row
        self._pauses = 0  # in a row; each twice as long
        self._refusals_in_row = 0
        self._logins = 0
        self._refusals = 0

    def serving(self, now_mono_s: float) -> str | None:
        """The token that is good now."""
        return self._token if now_mono_s < self._ends_mono_s else None

    def ageing(self, now_mono_s: float) -> bool:
        """Whether the token is so near its end that the next one should be fetched."""
        lifetime_s = self._ends_mono_s - self._begun_mono_s
        ahead_s = min(self.credential.refresh_before_s, lifetime_s / 2)
        return now_mono_s >= self._ends_mono_s - ahead_s

    def closed(self, vantage: str, now_mono_s: float) -> Sighting | None:
        """Why no login may be tried from `vantage` now; None if one may."""
        if now_mono_s < self._paused_until_mono_s:
            return _withheld(f"refused before; {_wait(self._paused_until_mono_s - now_mono_s)}")
        if not self._bucket.has(now_mono_s):
            return _withheld("as many logins as are allowed")
        quiet = self._quiet.get(vantage)
        if quiet is not None and now_mono_s < quiet.until_mono_s:
            return quiet.sighting
        return None

    def received(
        self, token: str, lifetime_s: float, *, begun_mono_s: float, now_mono_s: float
    ) -> None:
        """A login gave a token; its life is counted from before the login was sent."""
        self._bucket.take(now_mono_s)
        self._logins += 1
        self._refusals_in_row = 0
        self._quiet.clear()
        self._token, self._begun_mono_s = token, begun_mono_s
        self._ends_mono_s = begun_mono_s + lifetime_s

    def failed(self, sighting: Sighting, vantage: str, *, now_mono_s: float, chance: float) -> None:
        """A login gave none. `chance` in [0, 1) spreads the next try."""
        if sighting.failure in PAUSING:
            self._bucket.take(now_mono_s)
            self._refusals += 1
            if sighting.failure in REFUSALS:
                self._refusals_in_row += 1
            self._pause(now_mono_s, chance)
            return
        before = self._quiet.get(vantage)
        times = before.times + 1 if before is not None else 0
        # An answer without a token may have counted as a login there; silence has not.
        quiet_s = min(LONGEST_QUIET_S, QUIET_S * 2**times) if sighting.http_status else QUIET_S
        self._quiet[vantage] = _Quiet(now_mono_s + quiet_s, sighting, min(times, 10))

    def token_refused(self, token: str, *, now_mono_s: float, chance: float) -> bool:
        """The upstream did not accept `token`.

        Returns:
            Whether that counts as a refusal of the credential: the second token in a row that
            was refused young. Else it is only forgotten.
        """
        if token != self._token:
            return False
        self._token, self._ends_mono_s = None, 0.0
        young = now_mono_s - self._begun_mono_s < YOUNG_S
        self._refused_young = self._refused_young + 1 if young else 0
        if self._refused_young < 2:  # noqa: PLR2004 - "twice" says more than a name
            if not young:
                self._pauses = 0
            return False
        self._refusals += 1
        self._pause(now_mono_s, chance)
        return True

    @property
    def near_lockout(self) -> bool:
        """One refusal more and we stop asking, so as not to lock the account."""
        most = self._most_refusals()
        return most is not None and self._refusals_in_row >= max(1, most - 1)

    def standing(self, now_mono_s: float) -> CredentialStanding:
        """Figures for whoever watches."""
        good = self.serving(now_mono_s) is not None
        return CredentialStanding(
            logins=self._logins,
            refusals=self._refusals,
            token_age_s=now_mono_s - self._begun_mono_s if good else None,
            token_left_s=self._ends_mono_s - now_mono_s if good else None,
            withheld=now_mono_s < self._paused_until_mono_s or not self._bucket.has(now_mono_s),
        )

    def _most_refusals(self) -> int | None:
        lock_after = self.credential.lock_after
        return None if lock_after is None else max(1, lock_after - 1)

    def _pause(self, now_mono_s: float, chance: float) -> None:
        first_s, longest_s = self.credential.backoff_first_s, self.credential.backoff_longest_s
        whole_s = min(longest_s, first_s * 2 ** min(self._pauses, 30))
        # Half of it is certain: chance must not turn a pause into no pause.
        pause_s = whole_s * (1 + chance) / 2
        most = self._most_refusals()
        if most is not None and self._refusals_in_row >= most:
            pause_s = max(pause_s, LOCK_PAUSE_S)
        self._pauses += 1
        self._paused_until_mono_s = now_mono_s + pause_s


def believable(lifetime_s: float) -> float:
    """The lifetime within what a token's may be; seconds."""
    return min(LONGEST_LIFE_S, max(SHORTEST_LIFE_S, lifetime_s))


def _withheld(why: str) -> Sighting:
    return Sighting(Phase.START, Failure.TOKEN_WITHHELD, detail=why)


def _wait(left_s: float) -> str:
    return f"{left_s:.0f} s to wait"
