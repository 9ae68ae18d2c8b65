"""How much a stranger may cost us."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import zlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, web
from aiohttp.http import HttpProcessingError

from monitor.model import RequestRefusal

if TYPE_CHECKING:
    from monitor.ports import Clock

SLOWEST_BODY_S = 10.0
MOST_ADDRESSES = 1024
MOST_MEMBERS = 100  # of one object: for each that is unknown an error would be made, at one go
_V6_SITE = 64  # an IPv6 site has a whole network of addresses


class RefusedError(Exception):
    """A request that goes no further; `reason` is counted, the sentence is all that is told."""

    def __init__(self, status: int, reason: RequestRefusal, sentence: str, **more: object) -> None:
        super().__init__(sentence)
        self.status = status
        self.reason = reason
        self.more = more


class Allowance:
    """A token bucket per source address, in a table that does not grow.

    Args:
        clock: Measures.
        most: So many at once.
        per_s: So many again in so many seconds.
    """

    def __init__(self, clock: Clock, *, most: int, per_s: float) -> None:
        self._clock = clock
        self._most = float(most)
        self._rate = most / per_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def has(self, address: str) -> bool:
        """Whether one more is allowed."""
        return self._now(_site(address)) >= 1.0

    def take(self, address: str) -> None:
        """One was used."""
        site = _site(address)
        self._left[site] = (max(0.0, self._now(site) - 1.0), self._clock.monotonic())
        self._left.move_to_end(site)
        while len(self._left) > MOST_ADDRESSES:
            self._left.popitem(last=False)

    def _now(self, site: str) -> float:
        left, at_s = self._left.get(site, (self._most, 0.0))
        return min(self._most, left + (self._clock.monotonic() - at_s) * self._rate)


async def read_body(request: web.Request, most_bytes: int) -> bytes:
    """The body as sent.

    Raises:
        RefusedError: it is too large, too slow, or ends too early.
    """
    if request.content_length is not None and request.content_length > most_bytes:
        raise _too_large(most_bytes)
    body = bytearray()
    try:
        async with asyncio.timeout(SLOWEST_BODY_S):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most_bytes:
                    raise _too_large(most_bytes)
    except TimeoutError as error:
        raise RefusedError(408, RequestRefusal.SLOW, "the body came too slowly") from error
    except (HttpProcessingError, ClientError, web.RequestPayloadError, OSError) as error:
        raise RefusedError(400, RequestRefusal.UNREADABLE, "the body ended too early") from error
    return bytes(body)


def decoded(body: bytes, coding: str, most_bytes: int) -> bytes:
    """The body without its content coding; never more than `most_bytes` of memory for it.

    Raises:
        RefusedError: it is no gzip, cut, in another coding, or too large.
    """
    if coding in ("", "identity"):
        return body
    if coding != "gzip":
        raise RefusedError(415, RequestRefusal.UNREADABLE, "only gzip is decoded here")
    inflate = zlib.decompressobj(wbits=31)
    try:
        plain = inflate.decompress(body, most_bytes + 1)
    except zlib.error as error:
        raise RefusedError(400, RequestRefusal.UNREADABLE, "the body is not gzip") from error
    if len(plain) > most_bytes:
        raise _too_large(most_bytes)
    if not inflate.eof or inflate.unused_data:
        raise RefusedError(
            400, RequestRefusal.UNREADABLE, "the gzip body is cut, or more follows it"
        )
    return plain


def refuse_crowds(document: bytes) -> None:
    """Let no JSON pass in which an object has far more members than any of ours.

    Raises:
        RefusedError: one has.
    """
    try:
        json.loads(document, object_pairs_hook=_few)
    except (ValueError, RecursionError):
        return  # no JSON: whoever reads it says so


def _few(members: list[tuple[str, Any]]) -> None:
    if len(members) > MOST_MEMBERS:
        raise RefusedError(400, RequestRefusal.UNREADABLE, "an object has too many members")


def _too_large(most_bytes: int) -> RefusedError:
    return RefusedError(
        413, RequestRefusal.TOO_LARGE, f"the body is larger than {most_bytes} bytes"
    )


def _site(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "?"
    if ip.version == 4:  # noqa: PLR2004 - the two versions of IP
        return address
    return str(ipaddress.ip_network((int(ip), _V6_SITE), strict=False))
