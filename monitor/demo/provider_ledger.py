"""What the fake SMS provider has taken; the truth every delivery test is held against."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Taken:
    """One accepted message."""

    sid: str
    sender: str
    to: str
    body: str
    at: str  # ISO 8601, UTC
    key: str | None = None  # the inbox's idempotency key

    @property
    def taken_at(self) -> datetime:
        """When it was accepted."""
        return datetime.fromisoformat(self.at)


class Ledger:
    """Accepted messages, oldest first; on disk before `take` returns, where a file is given."""

    def __init__(self, file: Path | None = None) -> None:
        """Read what an earlier run took; a last line cut short was never answered for, and goes.

        Raises:
            OSError: the file cannot be read or written.
            ValueError: a line before the last is not ours.
        """
        self._taken: list[Taken] = []
        self._by_key: dict[str, Taken] = {}
        self._file: BinaryIO | None = None
        if file is not None:
            self._file = file.open("a+b")
            self._file.seek(0)
            whole, _, _ = self._file.read().rpartition(b"\n")
            for line in whole.splitlines():
                self._keep(Taken(**json.loads(line)))
            self._file.truncate(len(whole) + 1 if whole else 0)

    def take(self, *, sender: str, to: str, body: str, key: str | None = None) -> Taken:
        """Accept a message; the same key again gives the first one back."""
        if key is not None and key in self._by_key:
            return self._by_key[key]
        sid = f"SM{secrets.token_hex(16)}"
        taken = Taken(sid, sender, to, body, datetime.now(UTC).isoformat(), key)
        if self._file is not None:
            self._file.write(json.dumps(asdict(taken)).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        self._keep(taken)
        return taken

    def all(self) -> tuple[Taken, ...]:
        """Everything taken, oldest first."""
        return tuple(self._taken)

    def by_key(self, key: str) -> Taken | None:
        """The message of an idempotency key."""
        return self._by_key.get(key)

    def by_sid(self, sid: str) -> Taken | None:
        """The message of an id."""
        return next((each for each in self._taken if each.sid == sid), None)

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()

    def _keep(self, taken: Taken) -> None:
        self._taken.append(taken)
        if taken.key is not None:
            self._by_key[taken.key] = taken
