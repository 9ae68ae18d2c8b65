"""The shape of an agent's own file."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated, Literal

from pydantic import Field

from monitor.settings.kinds import Address, AddressPort, HostPort, written
from monitor.settings.kinds_net import HttpsUrl, Interface, Size
from monitor.settings.strict import Strict

_MIB = 1024**2


class AgentDataModel(Strict):
    """Where an agent keeps its key and what it has not yet handed over."""

    directory: Annotated[str, Field(min_length=1)] = Field(
        default="agent-data", description="a directory, relative to this file"
    )
    spool: Size = Field(
        default=written("256MiB"),
        ge=_MIB,
        le=1024 * 1024 * _MIB,
        description="a size from 1MiB to 1024GiB: how much is kept while cut off",
    )


class AgentModel(Strict):
    """An agent's own file."""

    version: Literal[1] = Field(alias="govah-agent", description="1, the version of this format")
    core: HttpsUrl = Field(
        description="the https address of the core, such as https://core.example:8843"
    )
    data: AgentDataModel = Field(
        default_factory=AgentDataModel, description="where things are kept, and how much"
    )
    source_address: Address | None = Field(
        default=None, description="an IP address of this machine to look from (default: any)"
    )
    interface: Interface | None = Field(
        default=None, description="a network interface to leave through, such as eth0"
    )
    resolvers: list[AddressPort] = Field(
        default=[],
        description="a list of address:port of DNS servers (empty: those of the core, else the "
        "system's)",
    )
    metrics: HostPort | None = Field(
        default=None, description="host:port for /metrics, such as 127.0.0.1:9105 (default: none)"
    )
    ca_file: str | None = Field(
        default=None,
        description="a file of certificate authorities for the core (PEM), relative to this file "
        "(default: the certificate pinned at enrolment)",
    )
