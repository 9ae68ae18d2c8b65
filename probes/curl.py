"""One HTTP request by libcurl: HTTP/2 and HTTP/3, and a second opinion by another client.

Everything that decides stays ours: the address, the redirects, the caps, the names of failures.
"""

from __future__ import annotations

import contextlib
from email.message import Message
from typing import TYPE_CHECKING

from probes.curl_transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping

    from yarl import URL

    from probes.attempt import Attempt
    from probes.spec import HttpSpec


class Response:
    """An answer whose head is here; its body comes in `chunks`."""

    def __init__(self, transfer: Transfer) -> None:
        self.status = transfer.status
        self.headers = transfer.headers
        said = Message()
        said["Content-Type"] = transfer.headers.get("Content-Type", "")
        self.charset = said.get_content_charset()
        self._transfer = transfer

    async def chunks(self) -> AsyncGenerator[bytes]:
        """Give the body in pieces, still in its content coding.

        Raises:
            LookFailedError, OSError: The body was cut, or its framing is broken.
        """
        while (piece := await self._transfer.next_piece()) is not None:
            yield piece


@contextlib.asynccontextmanager
async def asked_by_curl(
    this: Attempt,
    spec: HttpSpec,
    url: URL,
    method: str,
    headers: Mapping[str, str],
    body: bytes | None,
) -> AsyncIterator[Response]:
    """Send one request to the address on the trail; nothing is kept, followed or tried again.

    Args:
        this: The look; its trail has the address, and gets the phases and the certificate.
        spec: Its version and `ca_file` are meant; the rest may be an earlier hop's.
        url: What to ask.
        method: How.
        headers: All of them.
        body: Sent along; None for none.

    Yields:
        The answer, as soon as its head is here.

    Raises:
        LookFailedError, OSError: There was none; see `probes.failures.classify`.
    """
    transfer = Transfer(this, spec, url, method, headers, body)
    try:
        await transfer.head()
        yield Response(transfer)
    finally:
        transfer.close()
