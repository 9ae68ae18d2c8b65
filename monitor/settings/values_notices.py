"""Where notices come from, as the configuration says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from monitor.core.notices.sources import Source
    from monitor.core.notices.windows import Window


@dataclass(frozen=True, slots=True)
class NoticeFeed:
    """A source and where it is: a file, or else a URL."""

    source: Source
    every_s: float
    file: Path | None = None
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Notices:
    """All sources, and the maintenance that the configuration itself names."""

    feeds: tuple[NoticeFeed, ...] = ()
    windows: tuple[Window, ...] = ()
    private_networks: tuple[str, ...] = ()  # CIDR: where names may lead besides to public places
