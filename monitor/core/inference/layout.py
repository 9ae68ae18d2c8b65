"""The declared world as inference sees it: who stands on what, and who looks at whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.core.inference.evidence import SignalKind
    from monitor.model import Role, Scope


@dataclass(frozen=True, slots=True)
class Place:
    """A vantage."""

    id: str
    country: str
    region: str
    network: str
    at_platform: bool = False  # inside the platform's own data centre


@dataclass(frozen=True, slots=True)
class Thing:
    """A target. A relay belongs to the platform and does `upstream`'s transaction through it."""

    id: str
    role: Role
    party: str | None = None
    upstream: str | None = None
    scope: Scope | None = None
    operations: tuple[str, ...] = ()  # empty: all of its party's
    country: str = "IR"


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything declared. Ids are unique within their kind."""

    platform: str
    upstreams: tuple[str, ...]
    places: Mapping[str, Place]
    things: Mapping[str, Thing]
    looks: tuple[tuple[str, str], ...]  # (vantage, target) pairs that exist
    every_s: Mapping[tuple[str, str], float]  # how often each pair is looked at
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # id -> targets on it
    signals: tuple[tuple[str, SignalKind], ...] = ()  # (subject, kind) that exist
    signal_every_s: float = 30.0
    country: str = "IR"
