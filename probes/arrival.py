"""The raw body as it comes in, and the truth about how it ended.

aiohttp lets a body whose length nobody announced end in a reset as if it were complete, tells a
reset as a short body, and after a broken chunk waits for a connection that it has closed itself.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import aiohttp

from monitor.model import Failure
from probes.failures import LookFailedError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncGenerator


async def raw_chunks(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes]:
    """Give the body in pieces, still in its content coding.

    Raises:
        aiohttp.ClientError: The connection broke, or the body was cut.
        LookFailedError: `http_bad_chunk`, if its framing is broken: only chunks can be.
    """
    content = response.content
    closed = _closing_of(response)
    if closed is not None:
        closed.add_done_callback(partial(_nothing_more, content))
    try:
        async for chunk in content.iter_any():
            yield chunk
    except aiohttp.ClientPayloadError:
        _raise_if_broken(closed)
        raise
    if _ends_with_connection(response):
        _raise_if_broken(closed)


def _closing_of(response: aiohttp.ClientResponse) -> asyncio.Future[None] | None:
    connection = response.connection
    if connection is None or connection.protocol is None:
        return None  # all of it is here already
    return connection.protocol.closed


def _ends_with_connection(response: aiohttp.ClientResponse) -> bool:
    coding = response.headers.get("Transfer-Encoding", "")
    return response.content_length is None and "chunked" not in coding.lower()


def _nothing_more(content: aiohttp.StreamReader, closed: asyncio.Future[None]) -> None:
    if not closed.cancelled():
        closed.exception()  # looked at, so that asyncio does not report it as forgotten
    if not content.is_eof() and content.exception() is None:
        content.set_exception(LookFailedError(Failure.HTTP_BAD_CHUNK))


def _raise_if_broken(closed: asyncio.Future[None] | None) -> None:
    if closed is None or not closed.done() or closed.cancelled():
        return
    error = closed.exception()
    if error is not None:
        raise error
