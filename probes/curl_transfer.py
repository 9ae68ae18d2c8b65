"""One request of libcurl's under way: what it says and hears, held within our bounds."""

from __future__ import annotations

import asyncio
import re
import ssl
from errno import ECONNREFUSED
from ipaddress import ip_address
from socket import SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM, SocketKind
from typing import TYPE_CHECKING

import pycurl
from multidict import CIMultiDict

from monitor.model import Failure, Phase
from probes.body import BODY_CAP_BYTES
from probes.certificate import describe
from probes.curl_drive import Drive
from probes.curl_failures import raised_for
from probes.curl_options import VERSIONS, aim, fill
from probes.failures import LookFailedError, TooMuchError
from probes.handshake import context_for
from probes.sockets import WIRE_CAP_BYTES, open_socket, read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from socket import socket

    from yarl import URL

    from probes.attempt import Attempt
    from probes.spec import HttpSpec

HEADER_LINE_CAP_BYTES = 8190  # both as in the other client
HEADER_COUNT_CAP = 128
_SWITCHING, _FINAL = 101, 200
_STATUS = re.compile(rb"HTTP/[0-9.]{1,3} [1-9][0-9]{2}[ \r\n]")
# RFC 9110 §5.1, and a length that a machine can count.
_HEADER = re.compile(rb"(?!content-length:\s*[0-9]{19})[!#$%&'*+.^_`|~0-9A-Za-z-]+:", re.IGNORECASE)
_STOP = 0  # from a callback: fewer bytes taken than given


class Transfer:
    """A request under way."""

    def __init__(
        self,
        this: Attempt,
        spec: HttpSpec,
        url: URL,
        method: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> None:
        self.status = 0
        self.headers: CIMultiDict[str] = CIMultiDict()
        self._this = this
        self._spec = spec
        self._secure = url.scheme == "https"
        self._lines = 0
        self._head = asyncio.Event()
        self._arrived = asyncio.Event()
        self._pieces: list[bytes] = []
        self._taken_bytes = 0
        self._ours: Exception | None = None  # why we stopped it ourselves
        self._socket: socket | None = None
        self._ready = False  # connected, TLS included
        self._easy = pycurl.Curl()
        try:
            aim(self._easy, this, url, spec)
            fill(self._easy, spec.version, method, headers, body)
            self._easy.setopt(pycurl.OPENSOCKETFUNCTION, self._open)
            self._easy.setopt(pycurl.PREREQFUNCTION, self._connected)
            self._easy.setopt(pycurl.HEADERFUNCTION, self._line)
            self._easy.setopt(pycurl.WRITEFUNCTION, self._piece)
            self._drive = Drive(self._easy, self._moved)
        except BaseException:
            self._easy.close()
            raise

    async def head(self) -> None:
        """Wait until the head of the answer is complete."""
        while not self._head.is_set():
            if self._drive.done.done():
                raise self._error() or LookFailedError(Failure.EOF, "in the head")
            await self._wait()
        version = self._easy.getinfo(pycurl.INFO_HTTP_VERSION)
        if version not in VERSIONS[self._spec.version][2]:
            raise LookFailedError(Failure.HTTP_PROTOCOL, f"not HTTP/{self._spec.version}")

    async def next_piece(self) -> bytes | None:
        """The next piece of the body; None after the last."""
        while not self._pieces:
            if self._drive.done.done():
                error = None if self._taken_bytes > BODY_CAP_BYTES else self._error()
                if error is not None:
                    raise error
                return None
            await self._wait()
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)  # one by one, a body in chunks of a byte takes 0.3 s

    def close(self) -> None:
        """Stop it wherever it is."""
        self._drive.close()
        self._easy.close()
        if self._socket is not None:
            self._socket.close()

    async def _wait(self) -> None:
        self._arrived.clear()
        await self._arrived.wait()

    def _error(self) -> Exception | None:
        number = self._drive.done.result()
        if self._ours is not None or number == 0:
            return self._ours
        if number == pycurl.E_SEND_ERROR and not self._ready and not self._is_stream():
            return ConnectionRefusedError(ECONNREFUSED, "a datagram came back")
        self._this.trail.distrust = context_for(self._spec.ca_file)
        return raised_for(
            number,
            system=self._easy.getinfo(pycurl.OS_ERRNO),
            verify=self._easy.getinfo(pycurl.SSL_VERIFYRESULT),
            words=self._easy.errstr(),
        )

    # What follows is called by libcurl; nothing may be raised in there.

    def _open(self, _purpose: int, told: tuple[int, int, int, tuple[str, int]]) -> object:
        _family, kind, _protocol, (address, *_) = told
        this = self._this
        if ip_address(address) != ip_address(this.trail.address or "::") or self._socket:
            self._ours = LookFailedError(Failure.EGRESS_REFUSED, "another address than ours")
            return pycurl.SOCKET_BAD
        try:
            plain = SocketKind(kind & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
            self._socket = open_socket(address, plain, this.source, this.interface)
        except OSError as error:
            self._ours = error
            return pycurl.SOCKET_BAD
        return self._socket

    def _connected(self, *_addresses: object) -> int:
        self._ready = True
        return int(pycurl.PREREQFUNC_OK)

    def _line(self, line: bytes) -> int | None:
        if self._head.is_set():
            return None  # what trails a body is nobody's
        failure = self._failure_of(line)
        if failure is not None:
            self._ours = LookFailedError(failure)
            return _STOP
        if line.startswith(b"HTTP/"):
            self.headers.clear()
            self._lines = 0
            self.status = int(line.split(maxsplit=2)[1])
        elif line.strip():
            name, _, value = line.partition(b":")
            text = value.strip().decode("utf-8", "surrogateescape")
            self.headers.add(name.decode("ascii"), text)
        elif self.status == _SWITCHING or self.status >= _FINAL:
            self._head.set()
            self._arrived.set()
        return None

    def _failure_of(self, line: bytes) -> Failure | None:
        """What libcurl would let pass and the other client does not."""
        self._lines += 1
        if len(line) > HEADER_LINE_CAP_BYTES:
            return Failure.HTTP_HEADER_TOO_LARGE
        if self._lines > HEADER_COUNT_CAP + 1:  # the empty line is the last
            return Failure.HTTP_TOO_MANY_HEADERS
        if line.startswith(b"HTTP/"):
            return None if _STATUS.match(line) else Failure.HTTP_PROTOCOL
        if not line.strip():
            framed = "Content-Length" in self.headers and "Transfer-Encoding" in self.headers
            return Failure.HTTP_PROTOCOL if framed else None
        return None if _HEADER.match(line) else Failure.HTTP_PROTOCOL

    def _piece(self, piece: bytes) -> int | None:
        self._taken_bytes += len(piece)
        self._pieces.append(piece)
        self._arrived.set()
        return _STOP if self._taken_bytes > BODY_CAP_BYTES else None

    def _moved(self) -> None:
        trail = self._this.trail
        if self._ready and trail.phase in (Phase.CONNECT, Phase.TLS):
            trail.enter(Phase.WAIT)
            _note_certificate(self._easy, self._this)
        elif trail.phase is Phase.CONNECT and self._secure_and_connected():
            trail.enter(Phase.TLS)
        sock = self._socket
        if sock is not None and sock.type is SOCK_STREAM and read_bytes(sock) > WIRE_CAP_BYTES:
            self._ours = TooMuchError()
            self._drive.give_up()
        if self._drive.done.done():
            self._arrived.set()

    def _is_stream(self) -> bool:
        return self._socket is not None and self._socket.type is SOCK_STREAM

    def _secure_and_connected(self) -> bool:
        if self._socket is None or not self._is_stream():
            return False  # QUIC connects and shakes hands in one
        try:
            self._socket.getpeername()
        except OSError:
            return False
        return self._secure


def _note_certificate(easy: pycurl.Curl, this: Attempt) -> None:
    shown = easy.getinfo(pycurl.INFO_CERTINFO)
    pem = next((value for name, value in (shown or [[]])[0] if name == "Cert"), None)
    if pem is not None:
        this.trail.certificate = describe(ssl.PEM_cert_to_DER_cert(pem), verified=True)
