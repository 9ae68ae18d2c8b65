"""Good models of what is pushed to us become plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.core.notices.alertmanager import AlertRule
from monitor.model import NoticeKind
from monitor.settings.values_hooks import AlertsHook, Hooks, MainsHook, MarksHook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.settings.models import FileModel
    from monitor.settings.models_hooks import (
        AlertmanagerModel,
        AlertRuleModel,
        HooksModel,
        MarksModel,
    )


def hooks_of(file: FileModel) -> Hooks:
    """Who may push what."""
    hooks = file.hooks
    everybody = [item.id for item in file.parties]
    return Hooks(
        alerts=tuple(
            AlertsHook(item.id, item.secret, tuple(map(_rule_of, item.alerts)), item.lasts)
            for item in hooks.alertmanager
        ),
        marks=(
            *_marks_of(hooks.deploys, NoticeKind.DEPLOY, [file.platform]),
            *_marks_of(hooks.reports, NoticeKind.REPORTS, everybody),
        ),
        mains=tuple(MainsHook(item.vantage, item.secret, item.lasts) for item in hooks.mains),
    )


def names_of_hooks(hooks: HooksModel) -> dict[str, Mapping[str, str]]:
    """How the page calls those who have a name."""
    told: list[AlertmanagerModel | MarksModel] = [*hooks.alertmanager]
    told += [*hooks.deploys, *hooks.reports]
    return {item.id: item.name for item in told if item.name is not None}


def _marks_of(
    items: Iterable[MarksModel], kind: NoticeKind, default: Iterable[str]
) -> Iterator[MarksHook]:
    for item in items:
        yield MarksHook(item.id, item.secret, kind, frozenset(item.parties or default))


def _rule_of(item: AlertRuleModel) -> AlertRule:
    return AlertRule(dict(item.labels), item.party, tuple(item.services), item.says)
