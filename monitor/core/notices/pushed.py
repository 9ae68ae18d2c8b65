"""What all that is pushed to us has in common: JSON that is read carefully and never quoted."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})", re.ASCII
)


class PushedError(ValueError):
    """A body that is not taken: it says what and where, and quotes nothing of it."""


def plain(body: bytes) -> dict[str, Any]:
    """The JSON object in a body.

    Raises:
        PushedError: it is none.
    """
    try:
        told = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise PushedError("this is not JSON in UTF-8") from None
    if not isinstance(told, dict):
        raise PushedError("this is not a JSON object")
    return told


def moment(value: object, field: str) -> datetime:
    """An RFC 3339 time as aware UTC; what is finer than a microsecond is cut off.

    Raises:
        PushedError: it is none; `field` says where.
    """
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise PushedError(f"{field}: must be a time such as 2026-11-22T06:55:00Z")
    whole, fraction, zone = match.groups(default="")
    try:
        return datetime.fromisoformat(f"{whole}.{fraction[1:7]:0<6}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise PushedError(f"{field}: there is no such time") from None


def digest(*parts: str) -> str:
    """A short name of ours for something of theirs, of which nothing can be read."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
