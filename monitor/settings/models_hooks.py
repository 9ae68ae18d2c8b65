"""The shape of what is pushed to us: alerts, marks of deploys and reports, the mains."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated, Literal

from pydantic import Field

from monitor.settings.kinds import Duration, Id, Language, Line, written
from monitor.settings.strict import Strict

_ID = "an id of letters, digits, `.`, `_` and `-`"
_REFERENCE = "a reference `${env:NAME}` or `${file:PATH}`"
_DAY_S = 86_400

Secret = Annotated[str, Field(min_length=1)]
Label = Annotated[str, Field(max_length=200)]
Names = Annotated[dict[Language, Line], Field(min_length=1)]
_NAME = "who tells this, in every language, as the page says it (default: by its kind)"


class AlertRuleModel(Strict):
    """Which alerts are about whom."""

    labels: Annotated[dict[Label, Label], Field(min_length=1)] = Field(
        description="names and values of labels that an alert must carry, all of them"
    )
    party: Id = Field(description="the id of a party")
    services: list[Id] = Field(
        default=[], description="a list of ids of its services (default: all of them)"
    )
    says: Literal["degraded", "partial_outage", "major_outage", "unknown"] = Field(
        default="unknown", description="degraded, partial_outage, major_outage or unknown"
    )


class AlertmanagerModel(Strict):
    """An Alertmanager that sends us its alerts."""

    id: Id = Field(description=_ID)
    secret: Secret = Field(description=_REFERENCE)
    name: Names | None = Field(default=None, description=_NAME)
    alerts: Annotated[list[AlertRuleModel], Field(min_length=1)] = Field(
        description="a list of rules, of which the first that fits an alert counts"
    )
    lasts: Duration = Field(
        default=written("5h"),
        ge=60,
        le=7 * _DAY_S,
        description="a duration from 1m to 7d: how long an alert holds without being told again",
    )


class MarksModel(Strict):
    """Somebody of ours who tells of deploys, or of doctors who call."""

    id: Id = Field(description=_ID)
    secret: Secret = Field(description=_REFERENCE)
    name: Names | None = Field(default=None, description=_NAME)
    parties: Annotated[list[Id], Field(min_length=1)] | None = Field(
        default=None,
        description="a list of parties this may speak of (deploys: by default the platform)",
    )


class MainsModel(Strict):
    """What tells whether a vantage has mains power."""

    vantage: Id = Field(description="the id of a vantage")
    secret: Secret = Field(description=_REFERENCE)
    lasts: Duration = Field(
        default=written("15m"),
        ge=10,
        le=_DAY_S,
        description="a duration from 10s to 1d: how long a reading holds without another",
    )


class HooksModel(Strict):
    """What is pushed to us."""

    alertmanager: list[AlertmanagerModel] = Field(
        default=[], description="a list of Alertmanagers that send us alerts"
    )
    deploys: list[MarksModel] = Field(default=[], description="a list of those who tell of deploys")
    reports: list[MarksModel] = Field(
        default=[], description="a list of those who tell that doctors call"
    )
    mains: list[MainsModel] = Field(
        default=[], description="a list of vantages whose mains power we are told of"
    )
