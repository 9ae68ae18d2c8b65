"""Does it do its work? One HTTP(S) request, and a hard look at the answer."""

from __future__ import annotations

from contextlib import aclosing
from socket import SOCK_STREAM, AddressFamily
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDict
from yarl import URL

from monitor import __version__
from monitor.model import Failure, Phase
from probes.arrival import raw_chunks
from probes.attempt import Attempt, attempt
from probes.body import ACCEPTED_CODINGS, read_capped
from probes.expect import Answer, is_about_us, judge, status_failure
from probes.failures import LookFailedError, NotRepeatedError
from probes.handshake import context_for
from probes.redirect import is_redirect, next_request, next_url
from probes.resolve import resolve
from probes.sockets import family_of, open_socket
from probes.spec import HttpSpec
from probes.trail import current_trail

if TYPE_CHECKING:
    from collections.abc import Mapping
    from socket import socket
    from ssl import SSLContext
    from types import SimpleNamespace

    from monitor.model import Check, Sighting, Vantage

_NO_LIMIT = aiohttp.ClientTimeout(total=None, sock_connect=None)  # the attempt's deadline rules


class HttpProbe:
    """Makes one HTTP(S) request on a fresh connection, follows what it may, judges the answer."""

    async def look(self, check: Check, vantage: Vantage, look_id: str) -> Sighting:
        """One attempt; see `monitor.ports.Probe`.

        Raises:
            OSError: `ca_file` cannot be read.
        """
        spec = check.spec
        if not isinstance(spec, HttpSpec):
            raise TypeError(f"the HTTP probe was given a {spec.kind} check")
        context = context_for(spec.ca_file)

        async def steps(this: Attempt) -> None:
            url, method = URL(spec.url), str(spec.method)
            headers, body = spec.headers, spec.body
            for _ in range(spec.redirects + 1):
                await _aim(this, url, vantage)
                async with (
                    _session(this, context) as session,
                    session.request(
                        method,
                        url,
                        headers=_signed(headers, look_id),
                        data=body,
                        allow_redirects=False,
                    ) as response,
                ):
                    this.trail.enter(Phase.TRANSFER)
                    this.trail.http_status = response.status
                    location = response.headers.get("Location")
                    if location is None or not is_redirect(spec, response.status):
                        await _weigh(this, spec, response)
                        return
                url = next_url(spec, url, location)
                method, headers, body = next_request(spec, url, response.status, method, body)
            raise LookFailedError(Failure.REDIRECT_LOOP)

        return await attempt(check.timeout_s, vantage.source_address, steps)


async def _aim(this: Attempt, url: URL, vantage: Vantage) -> None:
    """Fix the one address that this request will go to."""
    host = url.raw_host or ""
    address = await resolve(host, vantage, this.trail, left_s=this.left_s)
    this.trail.enter(Phase.CONNECT)
    this.trail.address = address
    this.trail.handshake = (address, url.port or 0, host)


def _signed(configured: Mapping[str, str], look_id: str) -> CIMultiDict[str]:
    """The configured headers, and ours on top, so that the other side finds us in its own log."""
    headers = CIMultiDict(configured)
    headers.setdefault("Accept-Encoding", ACCEPTED_CODINGS)
    headers["X-Request-ID"] = look_id
    headers["User-Agent"] = f"Govah/{__version__} (status monitor; look/{look_id})"
    return headers


async def _weigh(this: Attempt, spec: HttpSpec, response: aiohttp.ClientResponse) -> None:
    status = status_failure(spec.expect, response.status)
    body = b""
    if not is_about_us(status):
        try:
            # Raw bytes: aiohttp would inflate a bomb before we could count.
            async with aclosing(raw_chunks(response)) as chunks:
                body = await read_capped(chunks, response.headers.get("Content-Encoding", ""))
        except LookFailedError as error:
            # A bad status says more than a body nobody can read.
            raise (error if status is None else LookFailedError(status)) from error
        this.trail.body_bytes = len(body)
    this.trail.enter(Phase.EXPECT)
    names = {name.lower() for name in response.headers}
    headers = {name: ", ".join(response.headers.getall(name)) for name in names}
    opinion = judge(spec.expect, Answer(response.status, headers, body, response.charset))
    this.trail.code = opinion.code
    if opinion.failure is not None:
        raise LookFailedError(opinion.failure, opinion.detail)


class _Pinned(AbstractResolver):
    """Gives aiohttp the address we resolved ourselves."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: AddressFamily = AddressFamily.AF_UNSPEC,  # noqa: ARG002 - aiohttp's signature
    ) -> list[ResolveResult]:
        """Give the one address, whatever is asked."""
        return [
            ResolveResult(
                hostname=host,
                host=self._address,
                port=port,
                family=family_of(self._address),
                proto=0,
                flags=0,
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""


async def _only_once(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    try:
        return await send(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise NotRepeatedError from error


async def _connected(
    _session: aiohttp.ClientSession,
    _context: SimpleNamespace,
    _params: aiohttp.TraceConnectionCreateEndParams,
) -> None:
    trail = current_trail.get()
    if trail is not None and trail.phase is Phase.CONNECT:
        trail.enter(Phase.WAIT)


_trace = aiohttp.TraceConfig()
_trace.on_connection_create_end.append(_connected)


def _session(this: Attempt, context: SSLContext) -> aiohttp.ClientSession:
    """A session for one request: nothing is kept, nothing comes from the environment."""

    def make_socket(target: aiohttp.AddrInfoType) -> socket:
        return open_socket(str(target[4][0]), SOCK_STREAM, this.source)

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            resolver=_Pinned(this.trail.address or ""),
            use_dns_cache=False,
            force_close=True,
            ssl=context,
            socket_factory=make_socket,
            happy_eyeballs_delay=None,
        ),
        timeout=_NO_LIMIT,
        auto_decompress=False,
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        trace_configs=[_trace],
        middlewares=(_only_once,),
    )
