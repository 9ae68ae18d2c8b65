"""A source behind a URL, asked for politely and taken with care."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from monitor.core.notices.sources import Trouble
from monitor.model import Vantage
from monitor.outside.copies import MOST_BYTES, Copy, CopyError
from probes.egress import first_refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REDIRECTS = 3
RETRY_AFTER_MOST_S = 3600.0
_OK, _NOT_MODIFIED = 200, 304
_MOVED = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({429, 503})


class _AddressError(OSError):
    """A name leads where we do not go."""


class _Guarded(AbstractResolver):
    """The system's resolver; a name may lead to public addresses and declared networks only."""

    def __init__(self, private_networks: Sequence[str]) -> None:
        self._inner = aiohttp.ThreadedResolver()
        self._place = Vantage("notices", {}, "", "", "", private_networks=tuple(private_networks))

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Addresses of a name.

        Raises:
            OSError: there are none, or one of them is where we do not go.
        """
        found = await self._inner.resolve(host, port, family)
        if first_refusal((each["host"] for each in found), self._place) is not None:
            raise _AddressError
        return found

    async def close(self) -> None:
        """Let go what the system's resolver holds."""
        await self._inner.close()


class Pages:
    """Gets copies over HTTP; one session for all sources, no cookies, no proxies."""

    def __init__(self, private_networks: Sequence[str], agent: str) -> None:
        """Prepare; must be made where a loop runs.

        Args:
            private_networks: CIDR; names may lead there besides to public addresses. An address
                that stands in a URL itself is always gone to.
            agent: How we call ourselves.
        """
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=_Guarded(private_networks), use_dns_cache=False, force_close=True
            ),
            auto_decompress=False,  # what nobody unpacks cannot burst
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": agent, "Accept-Encoding": "identity"},
        )

    async def get(
        self, url: str, before: Copy | None, *, headers: Mapping[str, str], timeout_s: float
    ) -> Copy:
        """What stands at a URL now.

        Args:
            url: http or https.
            before: The last copy; returned again where the server says that it still holds.
            headers: Sent along, also to where the same host sends us on.
            timeout_s: For everything together.

        Raises:
            CopyError: there is none.
        """
        asked = dict(headers)
        if before is not None and before.etag is not None:
            asked["If-None-Match"] = before.etag
        if before is not None and before.modified is not None:
            asked["If-Modified-Since"] = before.modified
        try:
            async with asyncio.timeout(timeout_s):
                return await self._follow(URL(url), before, asked)
        except TimeoutError:
            raise CopyError(Trouble.DEADLINE) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            refused = isinstance(getattr(error, "os_error", None), _AddressError)
            raise CopyError(Trouble.ADDRESS if refused else Trouble.UNREACHABLE) from None

    async def close(self) -> None:
        """Let connections go."""
        await self._session.close()

    async def _follow(self, url: URL, before: Copy | None, asked: Mapping[str, str]) -> Copy:
        for _ in range(REDIRECTS + 1):
            async with self._session.get(url, headers=asked, allow_redirects=False) as answer:
                if answer.status not in _MOVED:
                    return await _copy(answer, before)
                onward = url.join(URL(answer.headers.get("Location", "")))
            upgraded = (url.scheme, onward.scheme, onward.port) == ("http", "https", 443)
            if onward.host != url.host or (onward.origin() != url.origin() and not upgraded):
                break
            url = onward
        raise CopyError(Trouble.REDIRECT)


async def _copy(answer: aiohttp.ClientResponse, before: Copy | None) -> Copy:
    if answer.status == _NOT_MODIFIED and before is not None:
        return before
    if answer.status != _OK:
        wait_s = _retry_after_s(answer.headers.get("Retry-After"))
        raise CopyError(Trouble.STATUS, retry_after_s=wait_s if answer.status in _LATER else 0.0)
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise CopyError(Trouble.CODING)
    data = bytearray()
    async for chunk in answer.content.iter_any():
        data += chunk
        if len(data) > MOST_BYTES:
            raise CopyError(Trouble.TOO_LARGE)
    return Copy(bytes(data), answer.headers.get("ETag"), answer.headers.get("Last-Modified"))


def _retry_after_s(value: str | None) -> float:
    """`Retry-After` in its seconds form, at most an hour; 0: it says nothing."""
    if value is None or not value.isascii() or not value.isdigit():
        return 0.0
    return min(float(value[:9]), RETRY_AFTER_MOST_S)
