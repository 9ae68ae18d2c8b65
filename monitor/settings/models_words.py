"""The shape of what people are told, and how: sender, recipients, advice."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from monitor.model import FaultDomain
from monitor.settings.kinds import BaseUrl, Day, Duration, Id, Language, Line, Url, written
from monitor.settings.strict import Strict


def _sender_kind(value: object) -> str | None:
    kind = value.get("kind") if isinstance(value, dict) else None
    return f"<{kind}>" if kind in ("twilio", "phone") else None


class TwilioModel(Strict):
    """SMS through Twilio."""

    kind: Literal["twilio"] = Field(description="twilio or phone")
    base_url: BaseUrl = Field(
        default="https://api.twilio.com", description="the http or https address of the provider"
    )
    account_sid: Annotated[str, Field(pattern=r"^AC[0-9A-Za-z]{32}$")] = Field(
        description="the account's id: AC and 32 letters or digits"
    )
    auth_token: Annotated[str, Field(min_length=1)] = Field(
        description="a reference `${env:NAME}` or `${file:PATH}`"
    )
    from_: Annotated[
        str, Field(pattern=r"^(\+[1-9][0-9]{7,14}|[0-9]{3,8}|[A-Za-z0-9 ]{1,11})$")
    ] = Field(
        alias="from",
        description='the sender in quotes: a number such as "+98…", a short code or a name',
    )
    timeout: Duration = Field(
        default=written("30s"),
        ge=1,
        le=120,
        description="a duration from 1s to 2m: patience for the sender",
    )
    lookup_grace: Duration = Field(
        default=written("60s"),
        ge=0,
        le=3600,
        description="a duration up to 1h: how long the provider's list may lag behind",
    )


class PhoneModel(Strict):
    """The demo's phone."""

    kind: Literal["phone"] = Field(description="twilio or phone")
    url: Url = Field(description="an http or https URL of the demo's phone (kind: phone)")
    timeout: Duration = Field(
        default=written("30s"),
        ge=1,
        le=120,
        description="a duration from 1s to 2m: patience for the sender",
    )


class MessagesModel(Strict):
    """How people are told."""

    sender: Annotated[
        Annotated[TwilioModel, Tag("<twilio>")] | Annotated[PhoneModel, Tag("<phone>")],
        Discriminator(_sender_kind),
    ] = Field(description="a sender with `kind: twilio` or `kind: phone`")


class RecipientsModel(Strict):
    """Who is told."""

    file: str = Field(min_length=1, description="a CSV file, relative to this file")


class AdviceModel(Strict):
    """What to do now: approved and dated."""

    id: Id = Field(description="an id of letters, digits, `.`, `_` and `-`")
    domains: list[Annotated[FaultDomain, Field(strict=False)]] = Field(
        default=[], description="a list of fault domains, such as upstream (empty: any)"
    )
    services: list[Id] = Field(default=[], description="a list of ids of services (empty: any)")
    page: dict[Language, Annotated[list[Line], Field(min_length=1, max_length=2)]] = Field(
        description="one or two sentences in every language, as a list"
    )
    short: dict[Language, Line] = Field(description="a clause for an SMS in every language")
    approved_by: Line = Field(description="who approved it")
    approved_on: Day = Field(description="a date such as 2026-03-21")
    expires_on: Day | None = Field(
        default=None, description="a date such as 2027-03-21 (only a neutral advice has none)"
    )
