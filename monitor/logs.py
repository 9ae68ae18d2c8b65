"""Logs as JSON lines on standard error; secrets and phone numbers are taken out of every line."""

from __future__ import annotations

import base64
import re
import sys
from collections import deque
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

PHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+|00)?(?:98|0)?9\d{9}(?!\d)|\+\d{10,15}(?!\d)")
HIDDEN = "[hidden]"
SHORTEST_SECRET = 4  # shorter ones would hide half of every line
LEARNED = 256  # so many are kept; older tokens have run out long ago


class Scrubber:
    """Takes known secrets, in the forms they travel in, and phone-like numbers out of text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._told = frozenset(secrets)
        self._learned: deque[str] = deque(maxlen=LEARNED)
        self._secrets = _pattern(self._told)

    def learn(self, secret: str) -> None:
        """Know one secret more, such as a token that was just received."""
        if secret not in self._learned:
            self._learned.append(secret)
            self._secrets = _pattern(self._told.union(self._learned))

    def know(self, secrets: Iterable[str]) -> None:
        """Know these too, for good."""
        self._told = self._told.union(secrets)
        self._secrets = _pattern(self._told.union(self._learned))

    def text(self, value: str) -> str:
        """`value` without anything that must not be seen."""
        if self._secrets is not None:
            value = self._secrets.sub(HIDDEN, value)
        return PHONE.sub(HIDDEN, value)

    def __call__(
        self, logger: Any, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """A structlog processor."""
        del logger, method
        return {key: self._clean(value) for key, value in event.items()}

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self._clean(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._clean(inner) for inner in value]
        return value if value is None or isinstance(value, bool | int | float) else str(value)


def _pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """Matches the secrets in the forms they travel in; None where there are none."""
    forms: set[str] = set()
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            raw = secret.encode()
            encoded = base64.b64encode(raw).decode().rstrip("=")
            forms |= {secret, quote(secret, safe=""), encoded, raw.hex()}
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if forms else None


def learn(secret: str) -> None:
    """Let the scrubber in use know one secret more."""
    for processor in structlog.get_config()["processors"]:
        if isinstance(processor, Scrubber):
            processor.learn(secret)


def know(secrets: Iterable[str]) -> None:
    """Let the scrubber in use know these secrets too, for good."""
    for processor in structlog.get_config()["processors"]:
        if isinstance(processor, Scrubber):
            processor.know(secrets)


def configure(secrets: Iterable[str] = ()) -> None:
    """Send all logs through a scrubber that knows `secrets`."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            Scrubber(secrets),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
