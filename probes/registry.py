"""Every kind of probe there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.dns import DnsProbe
from probes.heartbeat import HeartbeatProbe
from probes.http import HttpProbe
from probes.icmp import IcmpProbe
from probes.promql import PromqlProbe
from probes.tcp import TcpProbe
from probes.tls import TlsProbe
from probes.transaction import TransactionProbe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.ports import Probe, Pulse, Tokens


def make_probes(tokens: Tokens | None = None, pulse: Pulse | None = None) -> Mapping[str, Probe]:
    """One probe per `ProbeSpec.kind`; they hold nothing open and need no closing.

    Args:
        tokens: Holds our credentials; None holds none: what needs a token is `no_token`.
        pulse: Hears those who tell us that they are alive; None hears nobody.
    """
    return {
        "http": HttpProbe(),
        "transaction": TransactionProbe(tokens),
        "tcp": TcpProbe(),
        "tls": TlsProbe(),
        "dns": DnsProbe(),
        "icmp": IcmpProbe(),
        "heartbeat": HeartbeatProbe(pulse),
        "promql": PromqlProbe(),
    }
