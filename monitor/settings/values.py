"""What a configuration becomes: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor.settings.values_hooks import Hooks
from monitor.settings.values_notices import Notices
from monitor.settings.values_traffic import TrafficSettings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from monitor.model import Recipient, World


@dataclass(frozen=True, slots=True)
class Page:
    """Where the status page listens, and the address people know it by."""

    host: str
    port: int
    public_url: str  # without a slash at the end


@dataclass(frozen=True, slots=True)
class Retention:
    """How long looks and their roll-ups are kept."""

    looks_days: int = 400
    minutes_days: int = 400
    hours_days: int = 1830
    days_days: int = 3660


@dataclass(frozen=True, slots=True)
class TwilioSender:
    """An account that sends SMS through Twilio's Messages API."""

    base_url: str
    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    timeout_s: float = 30.0
    lookup_grace_s: float = 60.0


@dataclass(frozen=True, slots=True)
class PhoneSender:
    """The demo's phone: an idempotent HTTP inbox."""

    url: str
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Listen:
    """Where something listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class AgentsSettings:
    """Where agents reach us, and who we are for them."""

    listen: Listen
    public_url: str  # https, without a slash at the end
    certificate: Path | None = None  # with its chain; None: self-made
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a configuration says."""

    world: World
    page: Page
    data_directory: Path
    retention: Retention
    sender: TwilioSender | PhoneSender | None
    recipients: tuple[Recipient, ...]
    secrets: tuple[str, ...] = field(repr=False)  # every resolved secret, longest first
    source: Path
    values: Mapping[str, Any] = field(repr=False)  # the file's own, references resolved
    secret_places: Mapping[tuple[str | int, ...], Collection[str]] = field(repr=False)
    agents: AgentsSettings | None = None
    operators: Listen | None = None
    outcomes_key: str | None = field(default=None, repr=False)
    hooks: Hooks = field(default_factory=Hooks)
    notices: Notices = field(default_factory=Notices)
    traffic: TrafficSettings = field(default_factory=TrafficSettings)
