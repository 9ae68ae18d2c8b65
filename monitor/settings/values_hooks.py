"""What is pushed to us: who may, with which secret, about what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.core.notices.alertmanager import AlertRule
    from monitor.model import NoticeKind


@dataclass(frozen=True, slots=True)
class AlertsHook:
    """An Alertmanager."""

    id: str
    secret: str = field(repr=False)
    rules: tuple[AlertRule, ...]
    lasts_s: float


@dataclass(frozen=True, slots=True)
class MarksHook:
    """Who tells of deploys, or that doctors call."""

    id: str
    secret: str = field(repr=False)
    kind: NoticeKind
    parties: frozenset[str]  # those it may speak of


@dataclass(frozen=True, slots=True)
class MainsHook:
    """What tells whether a vantage has mains power."""

    vantage: str
    secret: str = field(repr=False)
    lasts_s: float


@dataclass(frozen=True, slots=True)
class Hooks:
    """All of them."""

    alerts: tuple[AlertsHook, ...] = ()
    marks: tuple[MarksHook, ...] = ()
    mains: tuple[MainsHook, ...] = ()
