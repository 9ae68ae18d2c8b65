"""A body is read in pieces and never grows beyond its cap, whatever its coding promises."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

from monitor.model import Failure
from probes.failures import LookFailedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BODY_CAP_BYTES = 256 * 1024
ACCEPTED_CODINGS = "gzip, deflate"

# What a body may be written in. Anything else reads as UTF-8: some of Python's codecs are quadratic
# (punycode, idna), and the other side chooses the name.
_CHARSETS = {
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "iso-8859-6": "iso8859-6",
    "windows-1252": "cp1252",
    "windows-1256": "cp1256",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}


class _Decoder(Protocol):
    def feed(self, data: bytes, limit: int) -> bytes: ...

    def finish(self) -> None: ...


async def read_capped(chunks: AsyncIterator[bytes], coding: str) -> bytes:
    """Read and decode a body.

    Args:
        chunks: The raw body as it arrives.
        coding: The value of `Content-Encoding`; empty for none.

    Returns:
        The decoded body, at most `BODY_CAP_BYTES`.

    Raises:
        LookFailedError: `http_body_too_large` (on the wire or decoded) or `http_body_undecodable`.
    """
    decoder = _decoder(coding.strip().lower())
    body = bytearray()
    raw_bytes = 0
    async for chunk in chunks:
        raw_bytes += len(chunk)
        body += decoder.feed(chunk, BODY_CAP_BYTES + 1 - len(body))
        if len(body) > BODY_CAP_BYTES or raw_bytes > BODY_CAP_BYTES:
            raise LookFailedError(Failure.HTTP_BODY_TOO_LARGE)
    if raw_bytes:
        decoder.finish()
    return bytes(body)


def text_of(body: bytes, charset: str | None) -> str:
    """The body as text; what is not valid in its charset becomes U+FFFD, never an error."""
    name = _CHARSETS.get((charset or "").strip("\"' ").lower(), "utf-8-sig")
    return body.decode(name, "replace")


class _Plain:
    def feed(self, data: bytes, limit: int) -> bytes:
        return data[:limit]

    def finish(self) -> None:
        pass


class _Deflated:
    """gzip, or deflate with or without its zlib header: servers send both under that name."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._stream: zlib._Decompress | None = None

    def feed(self, data: bytes, limit: int) -> bytes:
        if self._stream is None:
            self._stream = zlib.decompressobj(self._window(data[0]))
        if self._stream.eof:
            return b""  # what follows the stream is nobody's; browsers ignore it too
        try:
            return self._stream.decompress(data, limit)
        except zlib.error as error:
            raise LookFailedError(Failure.HTTP_BODY_UNDECODABLE) from error

    def finish(self) -> None:
        if self._stream is None or not self._stream.eof:
            raise LookFailedError(Failure.HTTP_BODY_UNDECODABLE, "compressed stream ended early")

    def _window(self, first_byte: int) -> int:
        if self._gzip:
            return 16 + zlib.MAX_WBITS
        has_header = first_byte & 0x0F == zlib.DEFLATED
        return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS


def _decoder(coding: str) -> _Decoder:
    match coding:
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip":
            return _Deflated(gzip=True)
        case "deflate":
            return _Deflated(gzip=False)
        case _:
            raise LookFailedError(Failure.HTTP_BODY_UNDECODABLE, "a coding we did not ask for")
