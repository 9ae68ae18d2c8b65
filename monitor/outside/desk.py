"""Where notices come together: sources are read, pushed ones are added, what is over is let go.

A source that fails is named and counted; what it told expires by itself. Nothing here decides.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

import structlog

from monitor import __version__
from monitor.core.notices.reading import read
from monitor.core.notices.sources import OVER, NoticeError
from monitor.core.notices.standing import notices_of
from monitor.core.notices.windows import SOURCE as WINDOWS
from monitor.core.notices.windows import planned
from monitor.model import NoticeKind
from monitor.outside.copies import Copy, CopyError
from monitor.outside.files import read_file
from monitor.outside.pages import Pages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from datetime import datetime

    from monitor.core.notices.sources import Aside
    from monitor.core.notices.windows import Window
    from monitor.model import Notice
    from monitor.ports import Clock
    from monitor.settings.values_notices import NoticeFeed

log = structlog.get_logger(__name__)

MOST_CURRENT = 256  # told at a tick; the newest first
MOST_HELD = 1000  # of one source
KEPT = timedelta(days=2)  # beyond its end: so long a source may tell it again
PLAN_EVERY_S = 3600.0
WAIT_MOST_S = 3600.0
DOUBLINGS = 12


class Figures(Protocol):
    """Counts how sources are read."""

    def read(self, source: str, result: str) -> None:
        """A source was read: `read`, `unchanged`, or why not."""
        ...

    def set_aside(self, source: str, reasons: Sequence[Aside]) -> None:
        """Entries of it that could not be taken."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """Something for the timetable."""

    name: str
    every_s: float
    run: Callable[[], Awaitable[None]]


@dataclass(slots=True)
class _State:
    feed: NoticeFeed
    copy: Copy | None = None
    failures: int = 0
    wait_until_mono_s: float = float("-inf")


class NoticeDesk:
    """Everything that others announced and that is not over."""

    def __init__(
        self,
        feeds: Iterable[NoticeFeed],
        windows: Iterable[Window],
        clock: Clock,
        *,
        learnt: Callable[[Sequence[Notice]], None],
        figures: Figures,
        private_networks: Sequence[str] = (),
    ) -> None:
        """Know the sources; nothing is read yet.

        Args:
            feeds: The sources.
            windows: Maintenance that the configuration itself names.
            clock: Labels; its monotonic reading decides about waiting.
            learnt: Told what is new or has changed, so that it is kept; returns at once.
            figures: Counts.
            private_networks: CIDR; where names of sources may lead besides to public addresses.
        """
        self._states = {feed.source.id: _State(feed) for feed in feeds}
        self._windows = tuple(windows)
        self._clock = clock
        self._learnt = learnt
        self._figures = figures
        self._private_networks = tuple(private_networks)
        self._pages: Pages | None = None
        self._held: dict[str, dict[str, Notice]] = {}

    async def start(self, known: Iterable[Notice] = ()) -> None:
        """Open what is needed, and plan the windows.

        Args:
            known: Notices from before a restart that may still stand.
        """
        now = self._clock.utc()
        for notice in known:
            self._held.setdefault(notice.source, {})[notice.id] = notice
        self._tidy(now)
        self._pages = Pages(self._private_networks, f"govah/{__version__}")
        await self._plan()

    async def close(self) -> None:
        """Let connections go; safe to call twice."""
        if self._pages is not None:
            await self._pages.close()

    def turns(self) -> tuple[Turn, ...]:
        """What the timetable has to run."""
        polls = (
            Turn(f"notices:{name}", state.feed.every_s, partial(self.poll, name))
            for name, state in self._states.items()
        )
        return (*polls, Turn("notices", PLAN_EVERY_S, self._plan))

    def add(self, notice: Notice) -> None:
        """Take a notice that was pushed to us; one of a known id takes its place."""
        held = self._held.setdefault(notice.source, {})
        held[notice.id] = notice
        self._tidy(self._clock.utc())
        if len(held) > MOST_HELD:
            del held[min(held, key=lambda name: held[name].to_at)]
        self._learnt((notice,))

    def current(self, now: datetime) -> tuple[Notice, ...]:
        """What stands at `now`, the newest begin first; never more than 256."""
        found = [
            notice
            for held in self._held.values()
            for notice in held.values()
            if notice.from_at <= now < notice.to_at and notice.says not in OVER
        ]
        found.sort(key=lambda notice: notice.id)
        found.sort(key=lambda notice: notice.from_at, reverse=True)
        return tuple(found[:MOST_CURRENT])

    async def poll(self, source: str) -> None:
        """Read a source once, unless it failed a short while ago; never raises for what it is."""
        state = self._states[source]
        if self._clock.monotonic() < state.wait_until_mono_s:
            return
        now = self._clock.utc()
        try:
            copy = await self._copy(state, now)
            same = copy is state.copy
            listing = await asyncio.to_thread(read, state.feed.source, copy.data, now)
        except (CopyError, NoticeError) as error:
            wait_s = error.retry_after_s if isinstance(error, CopyError) else 0.0
            self._failed(state, error.why.value, wait_s)
            return
        except Exception as error:  # noqa: BLE001 - strangers' data must never stop us
            # Its text may quote them.
            self._failed(state, "error", 0.0, kind=type(error).__name__)
            return
        state.copy = copy
        if state.failures:
            log.info("notice_source_back", source=source)
        state.failures = 0
        found, aside = notices_of(
            state.feed.source, listing, self._held.get(source, {}), self._clock.utc()
        )
        self._figures.read(source, "unchanged" if same else "read")
        if not same:
            self._figures.set_aside(source, aside)
        self._take(source, found)

    async def _copy(self, state: _State, now: datetime) -> Copy:
        feed = state.feed
        if feed.file is not None:
            # Nobody vouches for a state that nobody writes any more.
            told = feed.source.kind is NoticeKind.STATUS
            since = now - timedelta(seconds=feed.source.life_s) if told else None
            return await asyncio.to_thread(
                partial(read_file, feed.file, state.copy, written_since=since)
            )
        if self._pages is None:
            raise RuntimeError("the desk was not started")
        return await self._pages.get(
            feed.url, state.copy, headers=feed.headers, timeout_s=feed.timeout_s
        )

    def _failed(self, state: _State, why: str, wait_s: float, **more: str) -> None:
        source = state.feed.source.id
        self._figures.read(source, why)
        if not state.failures:  # once, until it works again
            log.warning("notice_source_failed", source=source, why=why, **more)
        state.failures += 1
        longer_s = state.feed.every_s * 2 ** min(state.failures - 1, DOUBLINGS)
        pause_s = max(wait_s, min(longer_s, max(WAIT_MOST_S, state.feed.every_s)))
        # A little less: the turn that comes then must not be missed by a hair.
        state.wait_until_mono_s = self._clock.monotonic() + pause_s * 0.9

    async def _plan(self) -> None:
        """Plan the windows anew: time has passed, or the configuration is another one."""
        now = self._clock.utc()
        known = self._held.get(WINDOWS, {})
        found = {notice.id: notice for notice in planned(self._windows, now)}
        found |= {
            name: replace(notice, to_at=max(now, notice.from_at), says="cancelled")
            for name, notice in known.items()
            if name not in found and notice.to_at > now and notice.says not in OVER
        }
        self._take(WINDOWS, found.values())
        self._tidy(now)

    def _take(self, source: str, found: Iterable[Notice]) -> None:
        held = self._held.setdefault(source, {})
        changed: list[Notice] = []
        for notice in found:
            before = held.get(notice.id)
            taken = notice if before is None else replace(notice, seen_at=before.seen_at)
            if taken != before:
                held[taken.id] = taken
                changed.append(taken)
        self._tidy(self._clock.utc())
        if changed:
            self._learnt(tuple(changed))

    def _tidy(self, now: datetime) -> None:
        for held in self._held.values():
            for name in [name for name, notice in held.items() if notice.to_at < now - KEPT]:
                del held[name]
