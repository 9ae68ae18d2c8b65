"""Makes the status page from the picture in memory, and never shows an old one as new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from monitor.core.compose import page
from monitor.web.pageview import page_view

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from monitor.model import Notice, Picture, World
    from monitor.ports import Clock
    from monitor.web.templating import Templates
    from monitor.wording import Wording

_log = structlog.get_logger(__name__)
_STUCK_PLACE = "<!-- stuck -->"


@dataclass(frozen=True, slots=True)
class _Made:
    picture: Picture
    mono_s: float
    until_mono_s: float  # the reader must not rely on it after this
    clock: str
    html: str


class Pages:
    """The page in every language, made at most once a second."""

    def __init__(
        self,
        *,
        world: World,
        wording: Wording,
        clock: Clock,
        picture: Callable[[], Picture | None],
        templates: Templates,
        failed: Callable[[str], None],
        notices: Callable[[], Sequence[Notice]],
    ) -> None:
        self._notices = notices
        self._world = world
        self._wording = wording
        self._clock = clock
        self._picture = picture
        self._templates = templates
        self._failed = failed
        self._made: dict[str, _Made] = {}
        self._unknown = {
            language: templates.render(
                "notice.html",
                language,
                title="page.fallback",
                text="page.fallback_text",
                home=False,
            )
            for language in world.languages
        }

    def html(self, language: str) -> tuple[int, str]:
        """Return the page and its HTTP status.

        Where the page cannot be made, the last good one stands in, marked as such, for as long as
        it may be relied on; after that, or where there is none, the plain "we don't know" (503).
        """
        picture = self._picture()
        if picture is None:
            return 503, self._unknown[language]
        now = self._clock.now()
        last = self._made.get(language)
        if last and last.picture is picture and int(last.mono_s) == int(now.mono_s):
            return 200, last.html
        try:
            made = self._make(picture, language)
        except Exception as error:  # noqa: BLE001 - whatever it is, doctors still need a page
            _log.error("page_not_made", language=language, error=type(error).__name__)
            self._failed("page")
            return self._stand_in(last, now.mono_s, language)
        self._made[language] = made
        return 200, made.html

    def _make(self, picture: Picture, language: str) -> _Made:
        now = self._clock.now()
        model = page(self._world, picture, now=now.at, now_mono_s=now.mono_s)
        view = page_view(self._world, self._wording, model, language, self._notices())
        return _Made(
            picture=picture,
            mono_s=now.mono_s,
            until_mono_s=now.mono_s + (model.valid_until - now.at).total_seconds(),
            clock=self._wording.clock(now.at, language, seconds=True),
            html=self._templates.render("page.html", language, v=view),
        )

    def _stand_in(self, last: _Made | None, mono_s: float, language: str) -> tuple[int, str]:
        if last is None or mono_s > last.until_mono_s:
            return 503, self._unknown[language]
        banner = self._templates.render("stuck.html", language, clock=last.clock)
        return 200, last.html.replace(_STUCK_PLACE, banner, 1)
