"""Good models become the plain values the rest of the product knows."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from monitor.model import (
    Advice,
    Operation,
    Party,
    Role,
    Rules,
    Service,
    Target,
    Vantage,
    World,
)
from monitor.settings.build_looks import check_of
from monitor.settings.kinds import host_and_port
from monitor.settings.models_words import PhoneModel, TwilioModel
from monitor.settings.values import Page, PhoneSender, Retention, TwilioSender

if TYPE_CHECKING:
    import pathlib

    from monitor.settings.models import FileModel, TargetModel
    from monitor.settings.models_rules import DataModel, PageModel, RulesModel
    from monitor.settings.models_words import AdviceModel

_DAY_S = 86_400


def world_of(file: FileModel, folder: pathlib.Path) -> World:
    """The declared world; files it names are relative to `folder`."""
    services = {
        item.id: Service(
            id=item.id,
            party=item.party,
            name=item.name,
            operations=tuple(Operation(part.id, part.name) for part in item.operations),
        )
        for item in file.services
    }
    vantages = {
        item.id: Vantage(
            id=item.id,
            name=item.name,
            country=item.country,
            region=item.region,
            network=item.network,
            source_address=item.source_address,
            resolvers=tuple(item.resolvers),
        )
        for item in file.vantages
    }
    return World(
        platform=file.platform,
        parties={item.id: Party(item.id, item.kind, item.name) for item in file.parties},
        services=services,
        targets={item.id: _target_of(item, file, services) for item in file.targets},
        vantages=vantages,
        checks={item.id: check_of(item, tuple(vantages), folder) for item in file.checks},
        advice=tuple(_advice_of(item) for item in file.advice),
        rules=_rules_of(file.rules),
        languages=tuple(file.languages),
        time_zone=file.time_zone,
        country=file.country,
    )


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


def _target_of(item: TargetModel, file: FileModel, services: dict[str, Service]) -> Target:
    party = services[item.service].party if item.service is not None else None
    return Target(
        id=item.id,
        role=item.role,
        party=file.platform if item.role is Role.RELAY else party,
        service=item.service,
        operations=tuple(item.operations),
        scope=item.scope,
        country=item.country or file.country,
    )


def _rules_of(rules: RulesModel) -> Rules:
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
