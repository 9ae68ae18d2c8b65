"""Who it is that pushes: by a bearer token, by name and password, or by a signature.

Secrets are compared in constant time, as digests of one length.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections import deque
from hashlib import sha256
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from monitor.ports import Clock

CLOCK_OFF_MOST_S = 300
PUSHES, PUSHES_IN_S = 60, 60.0

_TIMESTAMP = re.compile(r"\d{1,12}", re.ASCII)
_NOBODY = b"\0" * 32  # no secret has this digest


class Caller(Protocol):
    """Somebody with a secret."""

    @property
    def secret(self) -> str:
        """What proves him."""
        ...


C = TypeVar("C", bound=Caller)


class Proof(Generic[C]):
    """Tells declared callers by what they send along."""

    def __init__(self, callers: Mapping[str, C], clock: Clock) -> None:
        """Know the callers.

        Args:
            callers: By name; nobody else is ever admitted.
            clock: For the age of signatures.
        """
        self._callers = callers
        self._clock = clock
        self._digests = {name: _digest(each.secret) for name, each in callers.items()}

    def by_secret(self, headers: Mapping[str, str], among: Collection[str]) -> C | None:
        """Whose token, or whose name and password, stands in `Authorization`.

        Args:
            headers: Of the request.
            among: Who it may be; takes as long for one nobody declared.
        """
        scheme, _, rest = headers.get("Authorization", "").partition(" ")
        rest = rest.strip()
        match scheme.lower():
            case "bearer":
                name, secret = None, rest
            case "basic":
                name, secret = _name_and_password(rest)
            case _:
                return None
        given = _digest(secret)
        known = {each: self._digests.get(each, _NOBODY) for each in among}
        fits = [each for each in known if hmac.compare_digest(known[each], given)]
        return next((self._callers[each] for each in fits if name in (None, each)), None)

    def may_be_signed(self, headers: Mapping[str, str]) -> bool:
        """Whether there is a signature that is worth reading a body for."""
        timestamp = headers.get("Govah-Timestamp", "")
        if not headers.get("Govah-Signature", "").startswith("sha256="):
            return False
        if not _TIMESTAMP.fullmatch(timestamp):
            return False
        return abs(self._clock.utc().timestamp() - int(timestamp)) <= CLOCK_OFF_MOST_S

    def by_signature(
        self, headers: Mapping[str, str], body: bytes, among: Collection[str]
    ) -> C | None:
        """Whose key signed `<Govah-Timestamp>.<body>` (HMAC-SHA256, in `Govah-Signature`)."""
        signed = headers.get("Govah-Timestamp", "").encode() + b"." + body
        told = headers.get("Govah-Signature", "").encode("utf-8", "surrogateescape")
        known = [self._callers[each] for each in among if each in self._callers]
        return next((each for each in known if _signed(each.secret, signed, told)), None)


class Allowance:
    """How often each caller may push."""

    def __init__(self, names: Iterable[str], clock: Clock) -> None:
        self._clock = clock
        self._came_s = {name: deque[float](maxlen=PUSHES) for name in names}

    def wait_s(self, name: str) -> float:
        """Seconds until this caller may push once more; 0: now, and it is counted."""
        came_s, now_s = self._came_s[name], self._clock.monotonic()
        if len(came_s) == PUSHES and now_s - came_s[0] < PUSHES_IN_S:
            return PUSHES_IN_S - (now_s - came_s[0])
        came_s.append(now_s)
        return 0.0


def _signed(secret: str, signed: bytes, told: bytes) -> bool:
    mac = hmac.new(secret.encode(), signed, sha256).hexdigest()
    return hmac.compare_digest(f"sha256={mac}".encode(), told)


def _name_and_password(text: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return name, password


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
