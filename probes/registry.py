"""Every kind of probe there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.dns import DnsProbe
from probes.http import HttpProbe
from probes.tcp import TcpProbe
from probes.tls import TlsProbe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.ports import Probe


def make_probes() -> Mapping[str, Probe]:
    """One probe per `ProbeSpec.kind`; they hold nothing open and need no closing."""
    return {"http": HttpProbe(), "tcp": TcpProbe(), "tls": TlsProbe(), "dns": DnsProbe()}
