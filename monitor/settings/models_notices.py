"""The shape of what others announce: sources of notices, and planned maintenance."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from monitor.settings.kinds import (
    Duration,
    HeaderName,
    HeaderValue,
    Id,
    Language,
    Line,
    Url,
    Zone,
    trouble,
    written,
)
from monitor.settings.strict import Strict

_ID = "an id of letters, digits, `.`, `_` and `-`"
_DAY_S = 86_400
_PLACE = "a column of the CSV's header, or a JMESPath within an entry of the JSON"
_TIME = "a time such as 2026-11-26T00:00 or 1405/09/05 00:00, in the installation's time zone"


def _time(text: str) -> str:
    from datetime import UTC  # noqa: PLC0415 - as below

    from monitor.core.notices.sources import AsideError  # noqa: PLC0415 - only where one is written
    from monitor.core.notices.times import moment  # noqa: PLC0415 - likewise

    try:
        moment(text, UTC)
    except AsideError:
        raise trouble("this is not a time", "write year-month-dayThour:minute") from None
    return text


def _rule(text: str) -> str:
    from monitor.core.notices.recurrence import (  # noqa: PLC0415 - only where one is written
        RuleError,
        parse_rule,
    )

    try:
        parse_rule(text)
    except RuleError as error:
        raise trouble(str(error), "write such a rule, or separate windows") from None
    return text


Theirs = Annotated[str, Field(min_length=1, max_length=200)]
Place = Annotated[str, Field(min_length=1, max_length=500)]
Says = Literal[
    "operational",
    "degraded",
    "partial_outage",
    "major_outage",
    "maintenance",
    "resolved",
    "planned",
    "cancelled",
    "unknown",
]


class FieldsModel(Strict):
    """Where the parts of an entry stand."""

    begin: Place | None = Field(default=None, alias="from", description=f"{_PLACE}: its begin")
    end: Place | None = Field(default=None, alias="to", description=f"{_PLACE}: its end")
    day: Place | None = Field(
        default=None, description=f"{_PLACE}: its day, of which `from` and `to` are then times"
    )
    hours: Place | None = Field(
        default=None, description=f"{_PLACE}: both times in one text, instead of `from` and `to`"
    )
    id: Place | None = Field(default=None, description=f"{_PLACE}: what makes it itself")
    component: Place | None = Field(default=None, description=f"{_PLACE}: what it is about")
    region: Place | None = Field(default=None, description=f"{_PLACE}: the region or address")
    state: Place | None = Field(default=None, description=f"{_PLACE}: its state")


class NoticeSourceModel(Strict):
    """Somebody who announces or tells something, in a file or behind a URL."""

    id: Id = Field(description=_ID)
    kind: Literal["maintenance", "power_cut", "status", "deploy"] = Field(
        description="maintenance, power_cut, status or deploy"
    )
    format: Literal["ics", "csv", "json", "statuspage", "rss", "atom", "gematik"] = Field(
        description="ics, csv, json, statuspage, rss, atom or gematik"
    )
    name: Annotated[dict[Language, Line], Field(min_length=1)] | None = Field(
        default=None,
        description="who tells this, in every language, as the page says it (default: by its kind)",
    )
    file: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="a file that somebody else writes, relative to this one"
    )
    url: Url | None = Field(default=None, description="an http or https URL, instead of a file")
    headers: dict[HeaderName, HeaderValue] = Field(
        default={}, description="headers to send along, secrets by reference"
    )
    every: Duration = Field(
        default=written("5m"),
        ge=30,
        le=_DAY_S,
        description="a duration from 30s to 1d: how often to read it, such as 5m",
    )
    timeout: Duration = Field(
        default=written("10s"), ge=1, le=60, description="a duration from 1s to 60s, such as 10s"
    )
    lasts: Annotated[Duration, Field(ge=60, le=31 * _DAY_S)] | None = Field(
        default=None,
        description="a duration from 1m to 31d: how long something holds of which nobody told the "
        "end (default: 1h, of a deploy 10m)",
    )
    time_zone: Zone | None = Field(
        default=None,
        description="a time zone, of times that name none (default: the installation's)",
    )
    party: Id | None = Field(default=None, description="the id of the party it is about")
    services: list[Id] = Field(
        default=[], description="a list of ids of its services (default: all of them)"
    )
    region: Id | None = Field(default=None, description="the region of a vantage it is about")
    components: dict[Theirs, Id] = Field(
        default={}, description="names or ids of theirs, each with the id of a service of ours"
    )
    regions: dict[Theirs, Id] = Field(
        default={}, description="texts in their regions or addresses, each with a region of ours"
    )
    states: dict[Theirs, Says] = Field(
        default={},
        description="words of theirs, each with one of operational, degraded, partial_outage, "
        "major_outage, maintenance, resolved, planned, cancelled, unknown",
    )
    fields: FieldsModel | None = Field(
        default=None, description="where the parts of an entry stand (csv and json)"
    )
    entries: Place | None = Field(
        default=None, description="a JMESPath to the list of entries (json, default: the whole)"
    )


class MaintenanceModel(Strict):
    """Planned maintenance, once or again and again."""

    party: Id = Field(description="the id of a party")
    services: list[Id] = Field(
        default=[], description="a list of ids of its services (default: all of them)"
    )
    begin: Annotated[str, AfterValidator(_time)] = Field(alias="from", description=_TIME)
    end: Annotated[str, AfterValidator(_time)] = Field(alias="to", description=_TIME)
    repeat: Annotated[str, Field(max_length=200), AfterValidator(_rule)] | None = Field(
        default=None,
        description="a recurrence as in calendars: FREQ=DAILY or WEEKLY, with INTERVAL, BYDAY, "
        "COUNT or UNTIL (default: once)",
    )
