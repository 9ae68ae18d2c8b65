"""What a tail must know after a crash: its place in the log, and the batch that is on its way.

Both are written together, before the batch leaves: whatever moment a tail dies at, the next life
sends the same batch under the same id, and Govah stores it once.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from monitor.agent.files import write_private
from monitor.beside.follow import Place

if TYPE_CHECKING:
    from pathlib import Path

STATE = "tail.json"


class TailError(Exception):
    """A tail cannot go on: one sentence, what and what to do."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A batch on its way."""

    id: str
    items: list[dict[str, Any]]


class Ledger:
    """The file in `directory` that a tail begins its next life with."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / STATE

    def read(self) -> tuple[Place | None, Pending | None]:
        """Where the last life was; None where there was none.

        Raises:
            TailError: the file cannot be read.
        """
        try:
            told = json.loads(self._path.read_text(encoding="ascii"))
            place = told["place"]
            done = tuple((int(inode), str(first)) for inode, first in place.pop("done"))
            pending = None if told["pending"] is None else Pending(**told["pending"])
            return Place(**place, done=done), pending
        except FileNotFoundError:
            return None, None
        except (OSError, ValueError, TypeError, KeyError):
            raise TailError(
                f"{self._path} cannot be read; remove it to begin at the end of the log"
            ) from None

    def write(self, place: Place, pending: Pending | None) -> None:
        """Keep both, durably.

        Raises:
            TailError: the disk would not; what was there before still is.
        """
        told = {"place": asdict(place), "pending": None if pending is None else asdict(pending)}
        try:
            write_private(self._path, json.dumps(told, separators=(",", ":")).encode())
        except OSError as error:
            why = error.strerror or "the disk would not"
            raise TailError(f"{self._path} cannot be written ({why}); make room") from None
