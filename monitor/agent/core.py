"""The agent's end of the wire: signed requests to the core, one at a time (`docs/agents.md`)."""

from __future__ import annotations

import asyncio
import base64
import gzip
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn, TypeVar

import aiohttp
from pydantic import BaseModel, ValidationError

from monitor import __version__
from monitor.agent.identity import EnrolRefusedError
from monitor.wire.keys import SEQUENCE, SIGNATURE, VANTAGE, public_bytes, sign
from monitor.wire.messages import (
    BASE,
    VERSIONS,
    EnrolAsk,
    Enrolled,
    Refusal,
    Stored,
    TokenAsk,
    TokenGiven,
    TokenWithheld,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from monitor.agent.sequence import Sequence

M = TypeVar("M", bound=BaseModel)

REQUEST_S = 30.0
CONNECT_S = 10.0
SMALL_BYTES = 64 * 1024
CONFIG_BYTES = 16 * 1024 * 1024
GZIP_FROM_BYTES = 1024
_OK, _NO_CONTENT, _NOT_MODIFIED, _CONFLICT = 200, 204, 304, 409


class Outcome(StrEnum):
    """What became of a request; the closed list of the metric."""

    GOOD = "good"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"  # the core does not know our key (any more)
    OTHER_VERSION = "other_version"
    TOO_MUCH = "too_much"
    NOT_UNDERSTOOD = "not_understood"
    PUT_OFF = "put_off"  # it is not able to just now
    REPLAYED = "replayed"
    STRANGE = "strange"  # an answer that is none of ours


class CoreError(Exception):
    """A request without the answer that was wanted."""

    def __init__(self, outcome: Outcome, why: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(f"{outcome}: {why}")
        self.outcome = outcome
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read whole."""

    status: int
    etag: str | None
    retry_after: str | None
    body: bytes


def trust(fingerprint: str, ca_file: Path | None) -> ssl.SSLContext | aiohttp.Fingerprint:
    """How the core is known: by the authority in `ca_file`, else by its pinned certificate.

    Raises:
        OSError: `ca_file` cannot be read.
        ssl.SSLError: it holds no certificate.
    """
    if ca_file is not None:
        return ssl.create_default_context(cafile=str(ca_file))
    return aiohttp.Fingerprint(bytes.fromhex(fingerprint))


class Core:
    """Speaks to the core as `vantage`."""

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        url: str,
        tls: ssl.SSLContext | aiohttp.Fingerprint,
        vantage: str,
        key: Ed25519PrivateKey,
        sequence: Sequence,
    ) -> None:
        self._session = session
        self._url = url.rstrip("/")
        self._tls = tls
        self._vantage = vantage
        self._key = key
        self._sequence = sequence
        self._one = asyncio.Lock()  # the core takes one request of an agent at a time

    async def enrol(self, token: str) -> Enrolled:
        """Take up an invitation with our key.

        Raises:
            EnrolRefusedError: it was used before, is too old, or was never given.
            CoreError: no answer.
        """
        asked = EnrolAsk(
            token=token,
            public_key=base64.b64encode(public_bytes(self._key)).decode(),
            versions=list(VERSIONS),
            program=f"govah/{__version__}",
        )
        body = asked.model_dump_json().encode()
        reply = await self._send("POST", f"{BASE}/enrol", body, {}, SMALL_BYTES)
        if reply.status in (401, 403):
            raise EnrolRefusedError("the core does not take this invitation: ask for a new one")
        return self._expect(Enrolled, reply)

    async def config(self, etag: str | None) -> tuple[str, bytes] | None:
        """The configuration and its mark, or None while `etag` marks the newest.

        Raises:
            CoreError: no such answer.
        """
        headers = {} if etag is None else {"If-None-Match": etag}
        reply = await self._signed("GET", "/config", bytes, headers, CONFIG_BYTES)
        if reply.status == _NOT_MODIFIED:
            return None
        if reply.status != _OK or reply.etag is None:
            _refuse(reply)
        return reply.etag, reply.body

    async def looks(self, batch: Callable[[], bytes]) -> Stored:
        """Hand a batch over; once this returns the core has it for good.

        Args:
            batch: Makes it when its turn has come: the core dates the looks by when it left.

        Raises:
            CoreError: it may or may not have it: hand the same batch over again.
        """
        return self._expect(Stored, await self._signed("POST", "/looks", batch))

    async def token(self, credential: str) -> TokenGiven | TokenWithheld:
        """A token of one of our credentials, from the core that holds them.

        Raises:
            CoreError: no such answer.
        """
        body = TokenAsk(credential=credential).model_dump_json().encode()
        reply = await self._signed("POST", "/token", lambda: body)
        if reply.status == _CONFLICT:
            return self._read(TokenWithheld, reply)
        return self._expect(TokenGiven, reply)

    async def refused(self, body: bytes) -> None:
        """Tell that an upstream did not take a token (a `RefusedTold`).

        Raises:
            CoreError: no such answer.
        """
        reply = await self._signed("POST", "/refused", lambda: body)
        if reply.status != _NO_CONTENT:
            _refuse(reply)

    async def _signed(
        self,
        method: str,
        path: str,
        make: Callable[[], bytes],
        headers: dict[str, str] | None = None,
        most_bytes: int = SMALL_BYTES,
    ) -> Reply:
        sent = headers or {}
        async with self._one:
            reply = await self._once(method, path, make(), sent, most_bytes)
            last = _replayed(reply)
            if last is not None:
                self._sequence.jump(last)
                reply = await self._once(method, path, make(), sent, most_bytes)
                if _replayed(reply) is not None:
                    raise CoreError(Outcome.REPLAYED, "another agent may use our key")
            return reply

    async def _once(
        self, method: str, path: str, body: bytes, headers: dict[str, str], most_bytes: int
    ) -> Reply:
        number, path = self._sequence.next(), BASE + path
        coding = {}
        if len(body) >= GZIP_FROM_BYTES:
            body, coding = gzip.compress(body, 6), {"Content-Encoding": "gzip"}
        signature = sign(self._key, method, path, self._vantage, number, body)
        own = {VANTAGE: self._vantage, SEQUENCE: str(number), SIGNATURE: signature}
        return await self._send(method, path, body, headers | coding | own, most_bytes)

    async def _send(
        self, method: str, path: str, body: bytes, headers: dict[str, str], most_bytes: int
    ) -> Reply:
        if body:
            headers = {**headers, "Content-Type": "application/json"}
        try:
            async with self._session.request(
                method,
                self._url + path,
                data=body or None,
                headers=headers,
                ssl=self._tls,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=REQUEST_S, sock_connect=CONNECT_S),
            ) as answer:
                return Reply(
                    answer.status,
                    answer.headers.get("ETag"),
                    answer.headers.get("Retry-After"),
                    await _read_at_most(answer.content, most_bytes),
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise CoreError(Outcome.UNREACHABLE, type(error).__name__) from error

    def _expect(self, model: type[M], reply: Reply) -> M:
        if reply.status != _OK:
            _refuse(reply)
        return self._read(model, reply)

    @staticmethod
    def _read(model: type[M], reply: Reply) -> M:
        try:
            return model.model_validate_json(reply.body)
        except ValidationError as error:
            raise CoreError(Outcome.STRANGE, f"not a {model.__name__}") from error


async def _read_at_most(content: aiohttp.StreamReader, most_bytes: int) -> bytes:
    read = bytearray()
    while chunk := await content.read(min(most_bytes + 1 - len(read), 2**16)):
        read += chunk
        if len(read) > most_bytes:
            raise CoreError(Outcome.STRANGE, "an answer beyond measure")
    return bytes(read)


def _replayed(reply: Reply) -> int | None:
    """The highest number the core has seen, where it says that ours is not above it."""
    if reply.status != _CONFLICT:
        return None
    try:
        return Refusal.model_validate_json(reply.body).last
    except ValidationError:
        return None


def _refuse(reply: Reply) -> NoReturn:
    match reply.status:
        case 401 | 403:
            outcome = Outcome.REFUSED
        case 426:
            outcome = Outcome.OTHER_VERSION
        case 413:
            outcome = Outcome.TOO_MUCH
        case 400:
            outcome = Outcome.NOT_UNDERSTOOD
        case 408 | 429 | 500 | 502 | 503 | 504:
            outcome = Outcome.PUT_OFF
        case _:
            outcome = Outcome.STRANGE
    after_s = _seconds(reply.retry_after)
    raise CoreError(outcome, f"answered {reply.status}", retry_after_s=after_s)


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdecimal() else None
