"""Which kinds of faults to take out of the model, so that it does not know a mechanism."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "upstream.backends_dead": ("upstream.errors",),
    "upstream.site_lost": ("upstream.unreachable",),
    "upstream.nothing_listens": ("upstream.refused",),
    "upstream.certificate_expired": ("upstream.certificate",),
    "upstream.hangs": ("upstream.hangs",),
    "upstream.database_down": ("upstream.backend",),
    "upstream.work_hangs": ("upstream.backend_hangs",),
    "upstream.rejects": ("upstream.rejects",),
    "upstream.zone_dead": ("upstream.names",),
    "upstream.slow": ("upstream.slow",),
    "contract.new_field": ("contract.changed", "operation.contract"),
    "operation.fails": ("operation.errors",),
    "operation.slow": ("operation.slow",),
    "maintenance.announced": ("maintenance.page",),
    "credentials.expired": ("credentials.refused",),
    "credentials.expired_looks": ("credentials.looks",),
    "credentials.expired_platform": ("credentials.relay",),
    "credentials.quota_used_up": ("credentials.quota",),
    "credentials.quota_looks": ("credentials.quota_looks",),
    "path.one_line": ("path.vantage",),
    "path.network": ("path.network", "path.vantage"),
    "path.captcha": ("path.filtered",),
    "path.egress": ("path.egress",),
    "platform.site_lost": ("platform.unreachable",),
    "platform.backends_dead": ("platform.errors",),
    "platform.hangs": ("platform.hangs",),
    "platform.application": ("platform.app",),
    "platform.database_slow": ("platform.slow",),
    "platform.certificate_expired": ("platform.certificate",),
    "platform.zone_dead": ("platform.names",),
    "platform.hall_lost": ("platform.site",),
    "platform.relay_broken": ("platform.relay",),
    "platform.relay_slow": ("platform.relay_slow",),
    "platform.all_relays": ("platform.relays",),
    "platform.one_operation": ("platform.operation", "platform.operation_hangs"),
    "monitor.line_dead": ("vantage.offline",),
    "monitor.resolver_dead": ("vantage.resolver",),
    "monitor.line_loss30": ("vantage.loss",),
    "monitor.agent_crashed": ("vantage.crash",),
    "monitor.host_overloaded": ("vantage.overload",),
    "monitor.clock_jumped": ("vantage.clock",),
    "monitor.captive": ("vantage.odd",),
    "monitor.liar": ("vantage.odd",),
    "monitor.centre_dead": ("monitor.everything",),
    "network.core_cut": ("network.domestic",),
    "network.border_cut": ("network.international",),
    "network.country_zone_dead": ("network.names",),
    "network.operator_down": ("network.down",),
    "power.cut": ("power.region",),
    "reference.one_dead": ("reference.down",),
}
"""Mechanism of ours to kinds of the model's (monitor/core/inference/likelihoods.py)."""
