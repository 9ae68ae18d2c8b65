"""Good models become the plain values the rest of the product knows."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from monitor.model import (
    Advice,
    HeartbeatSource,
    Operation,
    Party,
    Role,
    Rules,
    Service,
    SharedThing,
    Target,
    Vantage,
    World,
)
from monitor.settings.build_hooks import names_of_hooks
from monitor.settings.build_logins import budget_of, credential_of
from monitor.settings.build_looks import checks_of
from monitor.settings.build_notices import names_of_notices
from monitor.settings.kinds import host_and_port
from monitor.settings.models_words import PhoneModel, TwilioModel
from monitor.settings.values import (
    AgentsSettings,
    Listen,
    Page,
    PhoneSender,
    Retention,
    TwilioSender,
)

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping, Sequence

    from monitor.model import Check, Provider
    from monitor.settings.models import (
        CheckModel,
        FileModel,
        ServiceModel,
        TargetModel,
        VantageModel,
    )
    from monitor.settings.models_far import AgentsModel
    from monitor.settings.models_rules import DataModel, PageModel, RulesModel
    from monitor.settings.models_words import AdviceModel

_DAY_S = 86_400


def world_of(file: FileModel, folder: pathlib.Path, providers: Mapping[str, Provider]) -> World:
    """The declared world; files it names are relative to `folder`."""
    services = services_of(file.services)
    vantages = {item.id: vantage_of(item, file.private_networks) for item in file.vantages}
    return World(
        platform=file.platform,
        parties={item.id: Party(item.id, item.kind, item.name) for item in file.parties},
        services=services,
        targets={
            item.id: target_of(item, file.platform, file.country, services) for item in file.targets
        },
        vantages=vantages,
        checks=checks_by_id(file.checks, tuple(vantages), folder, providers),
        advice=tuple(_advice_of(item) for item in file.advice),
        rules=rules_of(file.rules),
        languages=tuple(file.languages),
        time_zone=file.time_zone,
        country=file.country,
        credentials={item.id: credential_of(item, folder, providers) for item in file.credentials},
        providers=providers,
        heartbeats={item.id: HeartbeatSource(item.id, item.secret) for item in file.heartbeats},
        sources={**names_of_hooks(file.hooks), **names_of_notices(file.notices)},
        shared={
            item.id: SharedThing(item.id, tuple(item.serves), item.name or {})
            for item in file.shared
        },
        mains=tuple(item.vantage for item in file.hooks.mains),
    )


def services_of(items: Sequence[ServiceModel]) -> dict[str, Service]:
    """Services by id."""
    return {
        item.id: Service(
            id=item.id,
            party=item.party,
            name=item.name,
            operations=tuple(Operation(part.id, part.name) for part in item.operations),
        )
        for item in items
    }


def vantage_of(item: VantageModel, private_networks: Sequence[str]) -> Vantage:
    """A vantage; where looks may go is the same for all of them."""
    return Vantage(
        id=item.id,
        name=item.name,
        country=item.country,
        region=item.region,
        network=item.network,
        source_address=item.source_address,
        resolvers=tuple(item.resolvers),
        interface=item.interface,
        private_networks=tuple(private_networks),
        agent=item.agent,
        at_platform=item.at_platform,
    )


def checks_by_id(
    items: Sequence[CheckModel],
    vantages: tuple[str, ...],
    folder: pathlib.Path,
    providers: Mapping[str, Provider],
) -> dict[str, Check]:
    """Checks in the order of the file, each followed by those that it tells."""
    checks = [check for item in items for check in checks_of(item, vantages, folder, providers)]
    return {check.id: check for check in checks}


def agents_of(item: AgentsModel | None, folder: pathlib.Path) -> AgentsSettings | None:
    """Where agents reach us; files are relative to `folder`."""
    if item is None:
        return None
    return AgentsSettings(
        listen=listen_of(item.listen),
        public_url=item.public_url,
        certificate=None if item.certificate is None else folder / item.certificate,
        key=None if item.key is None else folder / item.key,
    )


def listen_of(text: str) -> Listen:
    """Where something listens, of a good `host:port`."""
    return Listen(*host_and_port(text))


def page_of(page: PageModel) -> Page:
    """Where the page listens and is known."""
    host, port = host_and_port(page.listen)
    return Page(host=host, port=port, public_url=page.public_url)


def retention_of(data: DataModel) -> Retention:
    """How long things are kept; a part of a day is left out."""
    kept = data.retention
    return Retention(
        looks_days=int(kept.looks // _DAY_S),
        minutes_days=int(kept.minutes // _DAY_S),
        hours_days=int(kept.hours // _DAY_S),
        days_days=int(kept.days // _DAY_S),
    )


def sender_of(file: FileModel) -> TwilioSender | PhoneSender | None:
    """Through whom people are told."""
    sender = file.messages.sender if file.messages is not None else None
    match sender:
        case TwilioModel():
            return TwilioSender(
                base_url=sender.base_url,
                account_sid=sender.account_sid,
                auth_token=sender.auth_token,
                sender=sender.from_,
                timeout_s=sender.timeout,
                lookup_grace_s=sender.lookup_grace,
            )
        case PhoneModel():
            return PhoneSender(url=sender.url, timeout_s=sender.timeout)
        case None:
            return None


def target_of(
    item: TargetModel, platform: str, country: str, services: Mapping[str, Service]
) -> Target:
    """A target, with the party that answers there."""
    party = services[item.service].party if item.service is not None else None
    return Target(
        id=item.id,
        role=item.role,
        party=platform if item.role is Role.RELAY else party,
        service=item.service,
        operations=tuple(item.operations),
        scope=item.scope,
        country=item.country or country,
        budget=budget_of(item.budget),
    )


def rules_of(rules: RulesModel) -> Rules:
    """The figures that decide."""
    given = rules.model_dump()
    return Rules(**{part.name: given[part.name.removesuffix("_s")] for part in fields(Rules)})


def _advice_of(item: AdviceModel) -> Advice:
    return Advice(
        id=item.id,
        domains=tuple(item.domains),
        services=tuple(item.services),
        page={language: tuple(lines) for language, lines in item.page.items()},
        short=item.short,
        approved_by=item.approved_by,
        approved_on=item.approved_on,
        expires_on=item.expires_on,
    )
