"""Our part of the core's configuration: pulled, checked, kept on disk, lived by when cut off."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog
from pydantic_core import from_json, to_json

from monitor import logs
from monitor.agent.files import write_private
from monitor.settings import SettingsError
from monitor.settings.cut import world_of_cut

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.agent.core import Core
    from monitor.model import World

log = structlog.get_logger(__name__)

PART, AUTHORITIES = "part.json", "authorities"


@dataclass(frozen=True, slots=True)
class Place:
    """What only this machine knows about how to look from here."""

    vantage: str
    source_address: str | None = None
    interface: str | None = None
    resolvers: tuple[str, ...] = ()  # empty: those the core sends, else the system's


class Part:
    """The newest good configuration of our vantage."""

    def __init__(self, directory: Path, place: Place) -> None:
        self._directory = directory
        self._place = place
        self._etag: str | None = None  # of the newest we were given, good or bad

    def kept(self) -> World | None:
        """What is on disk; None if nothing good is there."""
        path = self._directory / PART
        try:
            document = from_json(path.read_bytes())
            world = self._world_of(document["part"])
            self._etag = str(document["etag"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, SettingsError) as error:
            log.error("kept_configuration_unusable", error=type(error).__name__)  # noqa: TRY400 - one sentence says it
            return None
        return world

    async def pull(self, core: Core) -> World | None:
        """Ask for a newer one; None if there is none that is good.

        Raises:
            CoreError: no answer.
        """
        answer = await core.config(self._etag)
        if answer is None:
            return None
        before, (self._etag, text) = self._etag, answer
        try:
            part = from_json(text)
            world = self._world_of(part)
        except OSError as error:
            self._etag = before  # ask again: there may be room by then
            log.warning("configuration_not_written", error=error.strerror)
            return None
        except (ValueError, KeyError, TypeError, SettingsError) as error:
            log.error("configuration_unusable", error=_first_of(error), goes_on="with the old one")  # noqa: TRY400 - one sentence says it
            return None
        self._keep(part)
        return world

    def _world_of(self, part: Any) -> World:
        """The world as seen from here.

        Raises:
            SettingsError: something in it does not fit.
            ValueError: it is not our vantage's.
            OSError: an authority's certificate could not be written.
        """
        mark = hashlib.sha256(to_json(part)).hexdigest()[:16]
        folder = self._directory / AUTHORITIES / mark
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        world, secrets = world_of_cut(part, folder)
        vantage = world.vantages.get(self._place.vantage)
        if vantage is None:
            raise ValueError("the part of another vantage")
        logs.know(secrets)
        self._forget_others(folder)
        place = self._place
        here = replace(
            vantage,
            source_address=place.source_address,
            interface=place.interface,
            resolvers=place.resolvers or vantage.resolvers,
        )
        return replace(world, vantages={**world.vantages, here.id: here})

    def _keep(self, part: Any) -> None:
        try:
            write_private(self._directory / PART, to_json({"etag": self._etag, "part": part}))
        except OSError as error:
            log.warning("configuration_not_written", error=error.strerror)

    @staticmethod
    def _forget_others(folder: Path) -> None:
        """Certificates of older configurations; those of the one before may still be in use."""
        others = sorted(
            (path for path in folder.parent.iterdir() if path != folder),
            key=lambda path: path.stat().st_mtime,
        )
        for path in others[:-1]:
            shutil.rmtree(path, ignore_errors=True)


def _first_of(error: Exception) -> str:
    """One line that holds nothing of the document."""
    return str(error).splitlines()[0] if isinstance(error, SettingsError) else type(error).__name__
