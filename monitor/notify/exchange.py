"""One HTTP exchange with a provider, and the one question that matters afterwards: was it heard?

aiohttp tells by the type of its error whether a connection existed when things went wrong. Before
that, not a byte of the request was written, so the provider can't have acted on it; after that,
it may have. `docs/guarantees.md` rests on this line; `tests/contract` draws it against real faults.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yarl import URL

ANSWER_LIMIT_BYTES = 4 * 1024 * 1024  # a page of fifty messages is about 100 KiB
CONNECT_SHARE = 0.5  # of the whole time, for having a connection
RETRY_AFTER_DEFAULT_S = 1.0
RETRY_AFTER_LIMIT_S = 3600.0


class ExchangeError(Exception):
    """No usable answer. Carries nothing of the request: it may be a number or a secret."""


class NotHeardError(ExchangeError):
    """Nothing was written: the provider can't know of the request."""


class NoAnswerError(ExchangeError):
    """The request left, or may have; what became of it is not known."""


class BusyError(ExchangeError):
    """The provider answered 429: not processed, may be tried again (Twilio error 20429)."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__("the provider asks us to wait")
        self.retry_after_s = retry_after_s


class RefusedError(ExchangeError):
    """The provider read the request and said no."""

    def __init__(self, status: int, code: int | None) -> None:
        super().__init__("the provider refused")
        self.status = status
        self.code = code  # the provider's own; None: not in the provider's words


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole."""

    status: int
    text: str = field(repr=False)  # may quote the request


async def exchange(
    session: aiohttp.ClientSession,
    method: str,
    url: URL,
    *,
    timeout_s: float,
    headers: Mapping[str, str],
    data: bytes | None = None,
) -> Answer:
    """Ask once: no repetition, no redirects, one deadline over everything.

    Args:
        session: Whose connections are used; it must not take proxies from the environment.
        method: HTTP method.
        url: Absolute address, used as it is.
        timeout_s: Seconds from waiting for a connection to the last byte of the answer.
        headers: Sent along.
        data: The body, already encoded.

    Returns:
        An answer with a status of 2xx or 4xx (except 408 and 429): the provider has decided.

    Raises:
        NotHeardError: no connection came about.
        BusyError: 429.
        NoAnswerError: anything else, 5xx among them; they are raised without their cause, which
            would quote the address.
    """
    try:
        async with session.request(
            method,
            url,
            data=data,
            headers=headers,
            allow_redirects=False,
            # With the total alone, a timeout while connecting looks like one while waiting.
            timeout=aiohttp.ClientTimeout(total=timeout_s, connect=timeout_s * CONNECT_SHARE),
        ) as response:
            status = response.status
            if status == 429:  # noqa: PLR2004 - "too many requests" has no better name
                raise BusyError(_retry_after_s(response.headers.get("Retry-After")))
            text = await _whole_text(response)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise NotHeardError("no connection") from None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        raise NoAnswerError("no whole answer") from None
    if 200 <= status < 300 or (400 <= status < 500 and status != 408):  # noqa: PLR2004 - status classes
        return Answer(status, text)
    raise NoAnswerError("the provider failed")


async def _whole_text(response: aiohttp.ClientResponse) -> str:
    """The body as UTF-8; ValueError when it is endless or something else."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > ANSWER_LIMIT_BYTES:
            raise ValueError("the answer is too large")
    return body.decode("utf-8")


def _retry_after_s(value: str | None) -> float:
    """`Retry-After` in its seconds form, between the default and an hour."""
    if value is None or not value.isascii() or not value.isdigit():
        return RETRY_AFTER_DEFAULT_S
    return min(max(float(value), RETRY_AFTER_DEFAULT_S), RETRY_AFTER_LIMIT_S)


def check_session(session: aiohttp.ClientSession) -> None:
    """Refuse a session that would hand our messages to whatever proxy the environment names.

    Raises:
        ValueError: it has `trust_env` set.
    """
    if session.trust_env:
        raise ValueError("a sender's session must not trust the environment: proxies see messages")
