"""The shape of the part of a configuration that goes to an agent."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated, Literal

from pydantic import Field

from monitor.settings.kinds import Country, Id, Language, Zone
from monitor.settings.kinds_net import Network
from monitor.settings.models import (
    CheckModel,
    PartyModel,
    ServiceModel,
    TargetModel,
    VantageModel,
)
from monitor.settings.models_logins import BudgetModel
from monitor.settings.models_provider import ProviderModel
from monitor.settings.models_rules import RulesModel
from monitor.settings.strict import Strict


class TokenModel(Strict):
    """A credential whose tokens come from the core."""

    id: Id = Field(description="an id of letters, digits, `.`, `_` and `-`")
    service: Id = Field(description="the id of a service")
    looks: BudgetModel | None = Field(default=None, description="how often we look with it at most")


class CutModel(Strict):
    """What an agent has to know."""

    version: Literal[1] = Field(alias="govah-cut", description="1, the version of this format")
    platform: Id = Field(description="the id of the party of kind platform")
    country: Country = Field(default="IR", description="two capital letters, such as IR")
    time_zone: Zone = Field(default="Asia/Tehran", description="a time zone such as Asia/Tehran")
    languages: list[Language] = Field(
        default=["fa", "en"], min_length=1, description="a list of fa and en"
    )
    rules: RulesModel = Field(default_factory=RulesModel, description="figures that decide")
    private_networks: list[Network] = Field(
        default=[], description="a list of private networks that looks may go to"
    )
    vantage: VantageModel = Field(description="where the agent looks from")
    parties: list[PartyModel] = Field(min_length=1, description="a list of parties")
    services: list[ServiceModel] = Field(description="a list of services")
    targets: list[TargetModel] = Field(description="a list of targets")
    checks: list[CheckModel] = Field(description="a list of checks")
    credentials: list[TokenModel] = Field(default=[], description="a list of credentials")
    providers: list[ProviderModel] = Field(default=[], description="a list of providers")
    authorities: dict[Annotated[str, Field(pattern=r"^[0-9a-f]{16}\.pem$")], str] = Field(
        default={}, description="files of certificate authorities (PEM), each with its text"
    )
    secrets: list[Annotated[str, Field(min_length=1)]] = Field(
        default=[], description="a list of texts that must not reach a log"
    )
