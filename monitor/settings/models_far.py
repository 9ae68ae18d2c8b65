"""The shape of what others tell us, and where they do: agents, heartbeats, outcomes, operators."""

# No `from __future__ import annotations`: pydantic reads the annotations at runtime.

from typing import Annotated

from pydantic import Field

from monitor.settings.kinds import HostPort, Id
from monitor.settings.kinds_net import HttpsUrl
from monitor.settings.strict import Strict

_REFERENCE = "a reference `${env:NAME}` or `${file:PATH}`"


class HeartbeatSourceModel(Strict):
    """Somebody who tells us that he is alive."""

    id: Id = Field(description="an id of letters, digits, `.`, `_` and `-`")
    secret: Annotated[str, Field(min_length=1)] = Field(description=_REFERENCE)


class AgentsModel(Strict):
    """Where agents at other sites reach us."""

    listen: HostPort = Field(description="host:port to listen on, such as 0.0.0.0:8843")
    public_url: HttpsUrl = Field(
        description="the https address agents know, such as https://core.clinic.example:8843"
    )
    certificate: str | None = Field(
        default=None,
        description="a certificate and its chain (PEM), relative to this file (default: self-made)",
    )
    key: str | None = Field(
        default=None, description="the certificate's private key (PEM), relative to this file"
    )


class OperatorsModel(Strict):
    """Pages for those who run this."""

    listen: HostPort = Field(description="host:port to listen on, such as 127.0.0.1:8090")


class OutcomesModel(Strict):
    """What became of the platform's own calls, as it tells us."""

    key: Annotated[str, Field(min_length=1)] = Field(description=_REFERENCE)
