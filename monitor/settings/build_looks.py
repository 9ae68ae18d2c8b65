"""A check's model becomes a check with the specification of its probe, or several for a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import Check
from monitor.settings.build_requests import codes_provider, file_of, request_of
from monitor.settings.build_steps import told_checks, transaction_of
from probes.spec import DnsSpec, HeartbeatSpec, IcmpSpec, PromqlSpec, TcpSpec, TlsSpec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from monitor.model import ProbeSpec, Provider
    from monitor.settings.models import CheckModel


def checks_of(
    item: CheckModel, vantages: tuple[str, ...], folder: Path, providers: Mapping[str, Provider]
) -> list[Check]:
    """A check, and after it those that it tells.

    Args:
        item: A good model.
        vantages: What `all` stands for.
        folder: What files are relative to.
        providers: By id; those the model names are among them.
    """
    check = Check(
        id=item.id,
        target=item.target,
        vantages=vantages if item.vantages == "all" else tuple(item.vantages),
        spec=_spec_of(item, folder, providers),
        every_s=item.every,
        timeout_s=item.timeout,
        slow_after_s=item.slow_after,
        provider=_provider_of(item),
    )
    if item.transaction is None:
        return [check]
    return [check, *told_checks(check, item.transaction)]


def _provider_of(item: CheckModel) -> str | None:
    if item.http is not None:
        return codes_provider(item.http)
    if item.transaction is None:
        return None
    own = [step.http for step in item.transaction.steps if step.target in {None, item.target}]
    named = (codes_provider(request) for request in own)
    return item.transaction.provider or next((name for name in named if name is not None), None)


def _spec_of(item: CheckModel, folder: Path, providers: Mapping[str, Provider]) -> ProbeSpec:
    if item.http is not None:
        return request_of(item.http, folder, providers)
    if item.transaction is not None:
        return transaction_of(item, item.transaction, folder, providers)
    if item.tcp is not None:
        return TcpSpec(host=item.tcp.host, port=item.tcp.port)
    if item.tls is not None:
        tls = item.tls
        return TlsSpec(tls.host, tls.port, tls.server_name, file_of(tls.ca_file, folder))
    if item.dns is not None:
        dns = item.dns
        return DnsSpec(dns.name, dns.type, tuple(dns.one_of), dns.server)
    return _other_of(item, folder)


def _other_of(item: CheckModel, folder: Path) -> ProbeSpec:
    if item.icmp is not None:
        icmp = item.icmp
        return IcmpSpec(icmp.host, icmp.count, icmp.interval, icmp.most_lost, icmp.family)
    if item.heartbeat is not None:
        return HeartbeatSpec(item.heartbeat.source, item.heartbeat.within)
    if item.promql is not None:
        promql = item.promql
        return PromqlSpec(
            url=promql.url,
            query=promql.query,
            at_least=promql.at_least,
            at_most=promql.at_most,
            oldest_s=promql.oldest,
            headers=promql.headers,
            ca_file=file_of(promql.ca_file, folder),
        )
    raise AssertionError(item.id)  # `cross_looks` lets only checks with one way to look through
