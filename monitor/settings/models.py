"""The shape of a configuration: strict models, every field described.

The descriptions serve three readers: editors (through `config/schema.json`), those of
`docs/configuration.md`, and the operator whose file is wrong, who is told `expected <description>`.
"""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from monitor.model import PartyKind, Role, Scope
from monitor.settings.kinds import (
    Address,
    AddressPort,
    Country,
    Duration,
    Id,
    Language,
    Line,
    Zone,
)
from monitor.settings.kinds_net import Interface, Network
from monitor.settings.models_far import (
    AgentsModel,
    HeartbeatSourceModel,
    OperatorsModel,
    OutcomesModel,
)
from monitor.settings.models_hooks import HooksModel
from monitor.settings.models_http import HttpModel
from monitor.settings.models_logins import BudgetModel, CredentialModel
from monitor.settings.models_looks import (
    DnsModel,
    HeartbeatModel,
    IcmpModel,
    PromqlModel,
    TcpModel,
    TlsModel,
)
from monitor.settings.models_notices import MaintenanceModel, NoticeSourceModel
from monitor.settings.models_rules import DataModel, PageModel, RulesModel
from monitor.settings.models_shared import SharedModel
from monitor.settings.models_steps import TransactionModel
from monitor.settings.models_traffic import TrafficModel
from monitor.settings.models_words import AdviceModel, MessagesModel, RecipientsModel
from monitor.settings.strict import Strict

_DAY_S = 86_400
_ID = "an id of letters, digits, `.`, `_` and `-`"
_COUNTRY = "two capital letters, such as IR"

Names = Annotated[
    dict[Language, Line], Field(description="a name in every language, as people say it")
]


def _vantages_shape(value: object) -> str:
    return "<all>" if isinstance(value, str) else "<list>"


class PartyModel(Strict):
    """Somebody who can be at fault."""

    id: Id = Field(description=_ID)
    kind: PartyKind = Field(strict=False, description="platform or upstream")
    name: Names


class OperationModel(Strict):
    """One thing a doctor does with a service."""

    id: Id = Field(description=_ID)
    name: Names


class ServiceModel(Strict):
    """What a doctor uses."""

    id: Id = Field(description=_ID)
    party: Id = Field(description="the id of a party")
    name: Names
    operations: list[OperationModel] = Field(min_length=1, description="a list of operations")


class VantageModel(Strict):
    """A place, network and country we look from."""

    id: Id = Field(description=_ID)
    name: Names
    country: Country = Field(description=_COUNTRY)
    region: Id = Field(description="an id of the region, such as tehran")
    network: Id = Field(description="an id of the network operator, such as mci")
    source_address: Address | None = Field(
        default=None, description="an IP address of this machine to look from (default: any)"
    )
    resolvers: list[AddressPort] = Field(
        default=[], description="a list of address:port of DNS servers (empty: the system's)"
    )
    interface: Interface | None = Field(
        default=None, description="a network interface to leave through, such as eth0"
    )
    agent: bool = Field(
        default=False, description="true or false: whether an agent at another site looks"
    )
    at_platform: bool = Field(
        default=False,
        description="true or false: whether it is inside the platform's own data centre",
    )


class TargetModel(Strict):
    """Something a probe can look at."""

    id: Id = Field(description=_ID)
    role: Role = Field(strict=False, description="front, transaction, relay or reference")
    service: Id | None = Field(default=None, description="the id of a service")
    operations: list[Id] = Field(
        default=[], description="a list of operations of the service (empty: all of them)"
    )
    scope: Annotated[Scope, Field(strict=False)] | None = Field(
        default=None, description="domestic or international (references only)"
    )
    country: Country | None = Field(
        default=None, description=f"{_COUNTRY} (default: the installation's)"
    )
    budget: BudgetModel | None = Field(
        default=None, description="how often we look at it at most, from all vantages together"
    )


class CheckModel(Strict):
    """A probe, its target, its timetable, its patience."""

    id: Id = Field(description=_ID)
    target: Id = Field(description="the id of a target")
    vantages: Annotated[
        Annotated[Literal["all"], Tag("<all>")]
        | Annotated[list[Id], Field(min_length=1), Tag("<list>")],
        Discriminator(_vantages_shape),
    ] = Field(description="all, or a list of ids of vantages")
    every: Duration = Field(
        ge=1, le=_DAY_S, description="a duration from 1s to 1d: how often to look, such as 60s"
    )
    timeout: Duration = Field(
        ge=0.1,
        le=60,
        description="a duration from 100ms to 60s: patience for one look, such as 10s",
    )
    slow_after: Annotated[Duration, Field(ge=0.001, le=60)] | None = Field(
        default=None, description="a duration up to 60s: slower than this is slow"
    )
    http: HttpModel | None = Field(default=None, description="an HTTP(S) request")
    tcp: TcpModel | None = Field(default=None, description="a TCP connection")
    tls: TlsModel | None = Field(default=None, description="a TLS handshake")
    dns: DnsModel | None = Field(default=None, description="a DNS question")
    icmp: IcmpModel | None = Field(default=None, description="a few ICMP echo requests")
    heartbeat: HeartbeatModel | None = Field(
        default=None, description="a sign of life that somebody sends us"
    )
    promql: PromqlModel | None = Field(default=None, description="a query put to a Prometheus")
    transaction: TransactionModel | None = Field(
        default=None, description="several requests, one after the other"
    )


class FileModel(Strict):
    """A Govah configuration."""

    govah: Literal[1] = Field(description="1, the version of this format")
    platform: Id = Field(description="the id of the party of kind platform")
    country: Country = Field(default="IR", description=_COUNTRY)
    time_zone: Zone = Field(default="Asia/Tehran", description="a time zone such as Asia/Tehran")
    languages: list[Language] = Field(
        default=["fa", "en"],
        min_length=1,
        description="a list of fa and en, the page's own first",
    )
    page: PageModel = Field(description="where the page listens and is known")
    data: DataModel = Field(
        default_factory=DataModel, description="where data are stored, and how long"
    )
    rules: RulesModel = Field(default_factory=RulesModel, description="figures that decide")
    private_networks: list[Network] = Field(
        default=[], description="a list of private networks that looks may go to, as 10.0.0.0/8"
    )
    agents: AgentsModel | None = Field(
        default=None, description="where agents at other sites reach us"
    )
    operators: OperatorsModel | None = Field(
        default=None, description="pages for those who run this"
    )
    outcomes: OutcomesModel | None = Field(
        default=None, description="what became of the platform's own calls"
    )
    traffic: TrafficModel = Field(
        default_factory=TrafficModel, description="how the platform's own calls are judged"
    )
    heartbeats: list[HeartbeatSourceModel] = Field(
        default=[], description="a list of those who send us signs of life"
    )
    hooks: HooksModel = Field(
        default_factory=HooksModel, description="what is pushed to us: alerts, marks, the mains"
    )
    notices: list[NoticeSourceModel] = Field(
        default=[], description="a list of files and pages that announce or tell something"
    )
    maintenance: list[MaintenanceModel] = Field(
        default=[], description="a list of planned maintenance"
    )
    providers: list[Annotated[str, Field(min_length=1)]] = Field(
        default=[],
        description="a list of providers that ship with Govah, or of files ending in .yaml",
    )
    credentials: list[CredentialModel] = Field(
        default=[], description="a list of credentials: how we log in"
    )
    parties: list[PartyModel] = Field(min_length=1, description="a list of parties")
    services: list[ServiceModel] = Field(min_length=1, description="a list of services")
    vantages: list[VantageModel] = Field(min_length=1, description="a list of vantages")
    targets: list[TargetModel] = Field(min_length=1, description="a list of targets")
    shared: list[SharedModel] = Field(
        default=[], description="a list of what several parties stand on, such as a gateway"
    )
    checks: list[CheckModel] = Field(min_length=1, description="a list of checks")
    messages: MessagesModel | None = Field(
        default=None, description="how people are told (without it nobody is)"
    )
    recipients: RecipientsModel | None = Field(default=None, description="who is told")
    advice: list[AdviceModel] = Field(min_length=1, description="a list of advice")
