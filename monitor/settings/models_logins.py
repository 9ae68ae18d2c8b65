"""The shape of credentials: how we log in, how long that holds, how often we may ask."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated

from pydantic import Field

from monitor.settings.kinds import Day, Duration, Id, JmesPath, written
from monitor.settings.models_http import RequestModel
from monitor.settings.strict import Strict

_DAY_S = 86_400


class BudgetModel(Strict):
    """How often we may ask at most."""

    most: int = Field(ge=1, le=1_000_000, description="a whole number from 1: so many at most")
    per: Duration = Field(ge=1, le=_DAY_S, description="a duration from 1s to 1d: in this time")


LOGIN_TIMEOUT = "10s"  # where a credential says none


class LifetimeModel(Strict):
    """How long a token holds."""

    path: JmesPath | None = Field(
        default=None, description="a JMESPath to it in the login's answer, such as expires_in"
    )
    unit: Duration = Field(
        default=written("1s"),
        ge=0.001,
        le=_DAY_S,
        description="a duration from 1ms to 1d: what one of it is",
    )
    default: Duration = Field(
        default=written("1h"),
        ge=60,
        le=2_592_000,
        description="a duration from 1m to 30d: where the answer does not say",
    )


class BackoffModel(Strict):
    """How long a refused login is left alone."""

    first: Duration = Field(
        default=written("60s"),
        ge=1,
        le=_DAY_S,
        description="a duration from 1s to 1d: after the first refusal",
    )
    longest: Duration = Field(
        default=written("1h"),
        ge=1,
        le=_DAY_S,
        description="a duration from 1s to 1d: after many of them",
    )


class CredentialModel(Strict):
    """How we log in somewhere."""

    id: Id = Field(description="an id of letters, digits, `.`, `_` and `-`")
    service: Id = Field(description="the id of a service: whose refusal it would be")
    login: RequestModel = Field(description="an HTTP(S) request that gives a token")
    token: JmesPath = Field(description="a JMESPath to the token, such as access_token")
    lifetime: LifetimeModel = Field(
        default_factory=LifetimeModel, description="how long a token holds"
    )
    refresh_before: Duration = Field(
        default=written("20s"),
        ge=0,
        le=_DAY_S,
        description="a duration up to 1d: how long before its end a token is renewed",
    )
    timeout: Duration = Field(
        default=written(LOGIN_TIMEOUT),
        ge=0.1,
        le=60,
        description="a duration from 100ms to 60s: patience for the login",
    )
    backoff: BackoffModel = Field(
        default_factory=BackoffModel, description="how long a refused login is left alone"
    )
    logins: BudgetModel = Field(
        default_factory=lambda: BudgetModel(most=4, per=written("1h")),
        description="how often we log in at most (default: 4 in 1h)",
    )
    looks: BudgetModel | None = Field(
        default=None, description="how often we look with it at most, from all vantages together"
    )
    lock_after: Annotated[int, Field(ge=2, le=100)] | None = Field(
        default=None,
        description="a whole number from 2: so many refusals in a row lock the account there",
    )
    expires_on: Day | None = Field(
        default=None, description="a date such as 2027-03-21: when the secret itself ends"
    )
