"""A body is read in pieces and never grows beyond its cap, whatever its coding promises."""

from __future__ import annotations

import codecs
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
_CHARSETS = {"utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
# Those of one byte a letter as tables: their codecs take 50 ms for bytes that mean nothing.
_TABLES = {
    name: bytes(range(256)).decode(name, "replace")
    for name in ("us-ascii", "iso-8859-1", "iso-8859-6", "windows-1252", "windows-1256")
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
        LookFailedError: `http_body_too_large`, `http_body_bomb` (only when decoded),
            `http_body_undecodable` or `http_unasked_coding`.
    """
    decoder = _decoder(coding.strip().lower())
    body = bytearray()
    raw_bytes = 0
    async for chunk in chunks:
        raw_bytes += len(chunk)
        body += decoder.feed(chunk, BODY_CAP_BYTES + 1 - len(body))
        if raw_bytes > BODY_CAP_BYTES:
            raise LookFailedError(Failure.HTTP_BODY_TOO_LARGE)
        if len(body) > BODY_CAP_BYTES:
            raise LookFailedError(Failure.HTTP_BODY_BOMB)
    if raw_bytes:
        decoder.finish()
    return bytes(body)


def text_of(body: bytes, charset: str | None) -> str:
    """The body as text; what is not valid in its charset becomes U+FFFD, never an error."""
    name = (charset or "").strip("\"' ").lower()
    if name in _TABLES:
        return codecs.charmap_decode(body, "strict", _TABLES[name])[0]
    return body.decode(_CHARSETS.get(name, "utf-8-sig"), "replace")


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
            raise LookFailedError(Failure.HTTP_UNASKED_CODING)
