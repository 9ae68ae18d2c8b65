"""A credential's model becomes its plain value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import Budget, Credential
from monitor.settings.build_requests import request_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from monitor.model import Provider
    from monitor.settings.models_logins import BudgetModel, CredentialModel


def credential_of(
    item: CredentialModel, folder: Path, providers: Mapping[str, Provider]
) -> Credential:
    """How we log in; files are relative to `folder`."""
    return Credential(
        id=item.id,
        service=item.service,
        login=request_of(item.login, folder, providers),
        token_path=item.token,
        lifetime_path=item.lifetime.path,
        lifetime_s=item.lifetime.default,
        lifetime_unit_s=item.lifetime.unit,
        refresh_before_s=item.refresh_before,
        timeout_s=item.timeout,
        backoff_first_s=item.backoff.first,
        backoff_longest_s=item.backoff.longest,
        logins=Budget(item.logins.most, item.logins.per),
        looks=budget_of(item.looks),
        expires_on=item.expires_on,
        lock_after=item.lock_after,
    )


def budget_of(item: BudgetModel | None) -> Budget | None:
    """How often we may ask; None: as often as we like."""
    return None if item is None else Budget(item.most, item.per)
