"""A transaction's model becomes its specification, and the checks that it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import Check
from monitor.settings.build_requests import body_of, codes_provider, request_of
from monitor.settings.review import known_to_read
from probes.spec import StepSpec, Take, ToldSpec, TransactionSpec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from monitor.model import Provider
    from monitor.settings.models import CheckModel
    from monitor.settings.models_steps import StepModel, TakeModel, TransactionModel


def transaction_of(
    item: CheckModel, chain: TransactionModel, folder: Path, providers: Mapping[str, Provider]
) -> TransactionSpec:
    """The requests of a check, each with the check under which it is told."""
    told = _told_by(item.id, item.target, chain)
    rules = providers[chain.provider] if chain.provider is not None else None
    vouched = [known_to_read(step.http.url) for step in chain.steps if step.writes is False]
    return TransactionSpec(
        steps=tuple(
            StepSpec(
                name=step.name,
                check=told[step.target or item.target],
                request=request_of(step.http, folder, providers, provider=chain.provider),
                body_kind=body_of(step.http)[0],
                take=tuple(_take_of(name, take) for name, take in step.take.items()),
                timeout_s=step.timeout,
                slow_after_s=step.slow_after,
            )
            for step in chain.steps
        ),
        credential=chain.credential,
        values=chain.values,
        reads=(*(rules.reads if rules is not None else ()), *dict.fromkeys(vouched)),
        writes=rules.writes if rules is not None else (),
    )


def told_checks(check: Check, chain: TransactionModel) -> list[Check]:
    """The further checks that a transaction tells, one for each further target of its steps.

    Args:
        check: The transaction's own.
        chain: Its steps; those of one target share the check of the first of them.

    Returns:
        Checks named `<check>.<step>`, in the order of the steps.
    """
    told = _told_by(check.id, check.target, chain)
    return [
        Check(
            id=told[target],
            target=target,
            vantages=check.vantages,
            spec=ToldSpec(of=check.id),
            every_s=check.every_s,
            timeout_s=check.timeout_s,
            slow_after_s=step.slow_after,
            provider=_provider_of(step, chain),
        )
        for target, step in _firsts(check.target, chain).items()
        if target != check.target
    ]


def _firsts(own: str, chain: TransactionModel) -> dict[str, StepModel]:
    """Of each target the first step."""
    firsts: dict[str, StepModel] = {}
    for step in chain.steps:
        firsts.setdefault(step.target or own, step)
    return firsts


def _told_by(check: str, own: str, chain: TransactionModel) -> dict[str, str]:
    """Under which check each target is told."""
    names = {target: f"{check}.{step.name}" for target, step in _firsts(own, chain).items()}
    return {**names, own: check}


def _provider_of(step: StepModel, chain: TransactionModel) -> str | None:
    if step.http.expect.codes is None:
        return chain.provider
    return codes_provider(step.http)


def _take_of(name: str, item: TakeModel) -> Take:
    return Take(name, item.json_, item.xml, item.header, item.text, item.namespaces)
