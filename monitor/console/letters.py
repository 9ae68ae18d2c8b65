"""What an operator leaves for the core in the data directory, while it runs or not.

The running core holds the database alone, so `govah agents` writes small files: an invitation
(the hash of its token, never the token) or a revocation. The core takes a file in when an agent
speaks, and removes it.
"""

from __future__ import annotations

import json
import os
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.model import Invited

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES = 4096
_SHA256 = re.compile(r"[0-9a-f]{64}")
_VANTAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


class Letters:
    """The letters in one data directory; whoever writes there may do as the operator does."""

    def __init__(self, directory: Path) -> None:
        self._invitations = directory / "invitations"
        self._revocations = directory / "revocations"

    def invite(self, invited: Invited) -> None:
        """Leave an invitation.

        Raises:
            OSError: it cannot be written.
        """
        document = {"vantage": invited.vantage, "expires_at": invited.expires_at.isoformat()}
        _write(self._invitations / invited.token_sha256, json.dumps(document))

    def invited(self, token_sha256: str) -> Invited | None:
        """The invitation of a token, or None where there is no readable one."""
        if not _SHA256.fullmatch(token_sha256):
            return None
        document = _read(self._invitations / token_sha256)
        try:
            vantage, expires_at = (
                document["vantage"],
                datetime.fromisoformat(document["expires_at"]),
            )
        except (KeyError, TypeError, ValueError):
            return None
        if not isinstance(vantage, str) or expires_at.tzinfo is None:
            return None
        return Invited(token_sha256, vantage, expires_at)

    def invitation_taken(self, token_sha256: str) -> None:
        """The store knows it now."""
        (self._invitations / token_sha256).unlink(missing_ok=True)

    def revoke(self, vantage: str) -> None:
        """Leave a revocation; invitations of the vantage that were not used yet are void.

        Raises:
            OSError: it cannot be written.
        """
        _write(self._revocations / vantage, "{}")
        for letter in _names(self._invitations):
            invited = self.invited(letter)
            if invited is not None and invited.vantage == vantage:
                self.invitation_taken(letter)

    def revoked(self, vantage: str) -> bool:
        """Whether a revocation waits to be taken in."""
        return bool(_VANTAGE.fullmatch(vantage)) and (self._revocations / vantage).exists()

    def revocation_taken(self, vantage: str) -> None:
        """The store knows it now."""
        (self._revocations / vantage).unlink(missing_ok=True)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as letter:
            document = json.loads(letter.read(_MOST_BYTES))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
