"""What an operator carries to an agent's machine so that it can enrol."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from pydantic_core import from_json, to_json

_HEAD = "govah1."
_MOST = 4096
_SHAPE = {
    "core": re.compile(r"https://[^\s/?#]{1,300}"),
    "vantage": re.compile(r"[A-Za-z0-9._-]{1,64}"),
    "token": re.compile(r"[A-Za-z0-9_-]{20,100}"),
    "fingerprint": re.compile(r"[0-9a-f]{64}"),
}


class InvitationError(ValueError):
    """It is no invitation: one sentence, without its token."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where the core is, whom it expects, and how to know it."""

    core: str  # https://host:port
    vantage: str
    token: str = field(repr=False)  # one use
    fingerprint: str  # SHA-256 of the core's certificate (DER), hex

    def line(self) -> str:
        """The invitation as one line to copy."""
        return _HEAD + base64.urlsafe_b64encode(to_json(asdict(self))).decode().rstrip("=")


def invitation_of(line: str) -> Invitation:
    """Read an invitation.

    Raises:
        InvitationError: it is cut, changed, or something else.
    """
    text = line.strip()
    if not text.startswith(_HEAD) or len(text) > _MOST:
        raise InvitationError(f"this is no invitation: one begins with {_HEAD}")
    packed = text.removeprefix(_HEAD)
    try:
        document = from_json(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    except (binascii.Error, ValueError) as error:
        raise InvitationError("the invitation is damaged: copy the whole line") from error
    return Invitation(**{part.name: _part(document, part.name) for part in fields(Invitation)})


def token_sha256(token: str) -> str:
    """What is stored of a token, and told about one: SHA-256, hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def _part(document: Any, name: str) -> str:
    value = document.get(name) if isinstance(document, dict) else None
    if not isinstance(value, str) or not _SHAPE[name].fullmatch(value):
        raise InvitationError(f"the invitation is damaged at its {name}: copy the whole line")
    return value
