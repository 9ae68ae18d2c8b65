"""Servers of HTTP/2 and HTTP/3 on loopback, well-behaved and not."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import trustme
from aioquic.asyncio import QuicConnectionProtocol, serve
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import HeadersReceived
from aioquic.quic.configuration import QuicConfiguration

from tests.integration.probes.world import serving

TOO_MUCH = bytes(600 * 1024)  # as a body that never ends


@dataclass(frozen=True)
class Files:
    """A certificate for `good.test` and 127.0.0.1 as files."""

    ca_file: str
    chain: str
    key: str


def certificate(directory: Path, *names: str) -> Files:
    ca = trustme.CA()
    leaf = ca.issue_cert(*(names or ("good.test", "127.0.0.1")))
    files = Files(*(str(directory / f"{part}.pem") for part in ("ca", "chain", "key")))
    ca.cert_pem.write_to_path(files.ca_file)
    Path(files.chain).write_bytes(b"".join(pem.bytes() for pem in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(files.key)
    return files


def context(files: Files, *protocols: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(files.chain, files.key)
    made.set_alpn_protocols(list(protocols))
    return made


@dataclass(frozen=True)
class Says:
    """What a server answers."""

    body: bytes = b"hello"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    then: str = "end"  # or "reset" (the stream) or "hang"
    heads: bool = True  # False: nothing is answered at all

    def head(self) -> list[tuple[str, str]]:
        return [(":status", str(self.status)), *self.headers]


def speaks_h2(says: Says, heard: list | None = None):
    """A server of HTTP/2 for `world.serving`."""

    async def behave(reader, writer):
        config = h2.config.H2Configuration(client_side=False, validate_outbound_headers=False)
        peer = h2.connection.H2Connection(config)
        peer.initiate_connection()
        writer.write(peer.data_to_send())
        left = {}  # stream -> what is still to be sent on it
        while data := await reader.read(65536):
            for event in peer.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    if heard is not None:
                        heard.append(dict(event.headers))
                    left |= _answer_h2(peer, event.stream_id, says)
            _pour_h2(peer, left)
            writer.write(peer.data_to_send())
            await writer.drain()

    return behave


def _answer_h2(peer, stream, says) -> dict[int, bytes]:
    if not says.heads:
        return {}
    peer.send_headers(stream, says.head())
    if says.body is TOO_MUCH:
        return {stream: says.body}
    peer.send_data(stream, says.body, end_stream=says.then == "end")
    if says.then == "reset":
        peer.reset_stream(stream, error_code=2)
    return {}


def _pour_h2(peer, left) -> None:
    for stream in left:
        while left[stream] and (room := peer.local_flow_control_window(stream)) > 0:
            size = min(room, peer.max_outbound_frame_size)
            peer.send_data(stream, left[stream][:size])
            left[stream] = left[stream][size:]


@contextlib.asynccontextmanager
async def serving_h2(says: Says, files: Files, heard: list | None = None):
    """The port of a server that speaks only HTTP/2."""
    async with serving(speaks_h2(says, heard), context(files, "h2")) as port:
        yield port


@contextlib.asynccontextmanager
async def serving_h3(says: Says, files: Files, heard: list | None = None):
    """The port of a server that speaks HTTP/3."""

    class Protocol(QuicConnectionProtocol):
        def quic_event_received(self, event):
            if not hasattr(self, "http"):
                self.http = H3Connection(self._quic)
            for each in self.http.handle_event(event):
                if isinstance(each, HeadersReceived):
                    if heard is not None:
                        heard.append(dict(each.headers))
                    self.answer(each.stream_id)

        def answer(self, stream):
            if not says.heads:
                return
            head = [(name.encode(), value.encode()) for name, value in says.head()]
            self.http.send_headers(stream, head)
            ends = says.then == "end" and says.body is not TOO_MUCH
            self.http.send_data(stream, says.body, end_stream=ends)
            if says.then == "reset":
                asyncio.get_running_loop().call_later(0.1, self.reset, stream)
            self.transmit()

        def reset(self, stream):
            self._quic.reset_stream(stream, 0x102)
            self.transmit()

    configuration = QuicConfiguration(is_client=False, alpn_protocols=H3_ALPN)
    configuration.load_cert_chain(files.chain, files.key)
    server = await serve("127.0.0.1", 0, configuration=configuration, create_protocol=Protocol)
    try:
        yield server._transport.get_extra_info("sockname")[1]
    finally:
        server.close()
        await asyncio.sleep(0)  # the datagram transport closes in the loop's next turn
