"""One HTTP exchange: a request, the redirects it may follow, the answer judged."""

from __future__ import annotations

from contextlib import aclosing, asynccontextmanager
from socket import SOCK_STREAM, AddressFamily
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDict
from yarl import URL

from monitor import __version__
from monitor.model import Failure, Phase
from probes.arrival import raw_chunks
from probes.body import ACCEPTED_CODINGS, read_capped
from probes.expect import Answer, is_about_us, judge, status_failure
from probes.failures import LookFailedError, NotRepeatedError
from probes.redirect import is_redirect, next_request, next_url
from probes.resolve import resolve
from probes.sockets import family_of, is_literal, open_socket
from probes.trail import current_trail

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
    from contextlib import AbstractAsyncContextManager
    from socket import socket
    from ssl import SSLContext
    from types import SimpleNamespace

    from monitor.model import Vantage
    from probes.attempt import Attempt
    from probes.curl import Response as CurlResponse
    from probes.spec import HttpSpec

_NO_LIMIT = aiohttp.ClientTimeout(total=None, sock_connect=None)  # the attempt's deadline rules


async def exchange(
    this: Attempt,
    spec: HttpSpec,
    context: SSLContext,
    vantage: Vantage,
    look_id: str,
    *,
    guard: Callable[[str, URL], None] | None = None,
) -> Answer:
    """Make one request, follow what it may, judge the answer.

    Args:
        this: The look it belongs to; its trail is kept, its deadline is the caller's to enforce.
        spec: What to ask and what to expect.
        context: For TLS; made by the caller, for a `ca_file` that cannot be read is our mistake.
        vantage: Where to look from.
        look_id: Sent along.
        guard: Asked with the method and the URL before every request, redirects included; raises
            where it must not be sent. Without one, no POST follows a redirect.

    Returns:
        The answer, which was as expected.

    Raises:
        LookFailedError: It was not, or the guard refused.
        OSError, aiohttp.ClientError: There was none; see `probes.failures.classify`.
    """
    url, method = URL(spec.url), str(spec.method)
    headers, body = spec.headers, spec.body
    for _ in range(spec.redirects + 1):
        if guard is not None:
            guard(method, url)
        await _aim(this, spec, url, vantage)
        signed = _signed(headers, look_id)
        async with _asked(this, spec, context, url, method, signed, body) as response:
            this.trail.enter(Phase.TRANSFER)
            this.trail.http_status = response.status
            location = response.headers.get("Location")
            if location is None or not is_redirect(spec, response.status):
                return await _weigh(this, spec, response)
        url = next_url(spec, url, location, vantage)
        method, headers, body = next_request(spec, url, response.status, method, body)
        if guard is None and method == "POST":
            raise LookFailedError(Failure.REDIRECT_REFUSED, "a POST would go elsewhere")
    raise LookFailedError(Failure.REDIRECT_LOOP)


async def _aim(this: Attempt, spec: HttpSpec, url: URL, vantage: Vantage) -> None:
    """Fix the one address that this request will go to."""
    host = url.raw_host or ""
    if spec.address is not None and host == URL(spec.url).raw_host:
        if is_literal(host):  # aiohttp goes to the URL's own; the configuration contradicts itself
            raise ValueError("an address is pinned for a name, and this URL has none")
        address = spec.address
    else:
        address = await resolve(host, vantage, this.trail, left_s=this.left_s, family=spec.family)
    this.trail.enter(Phase.CONNECT)
    this.trail.address = address
    this.trail.handshake = (address, url.port or 0, host)


def _asked(
    this: Attempt,
    spec: HttpSpec,
    context: SSLContext,
    url: URL,
    method: str,
    headers: CIMultiDict[str],
    body: bytes | None,
) -> AbstractAsyncContextManager[aiohttp.ClientResponse | CurlResponse]:
    """Send one request by the client that the check names."""
    if spec.client == "curl":
        return _curl()(this, spec, url, method, headers, body)
    return _asked_by_aiohttp(this, context, url, method, headers, body)


def _curl() -> Callable[..., AbstractAsyncContextManager[CurlResponse]]:
    try:
        from probes.curl import asked_by_curl  # noqa: PLC0415 - an extra, and 17 MB of library
    except ImportError as error:
        raise LookFailedError(Failure.NOT_PERMITTED, "pycurl is not installed") from error
    return asked_by_curl


@asynccontextmanager
async def _asked_by_aiohttp(
    this: Attempt,
    context: SSLContext,
    url: URL,
    method: str,
    headers: CIMultiDict[str],
    body: bytes | None,
) -> AsyncIterator[aiohttp.ClientResponse]:
    async with (
        _session(this, context) as session,
        session.request(method, url, headers=headers, data=body, allow_redirects=False) as response,
    ):
        yield response


def _signed(configured: Mapping[str, str], look_id: str) -> CIMultiDict[str]:
    """The configured headers, and ours on top, so that the other side finds us in its own log."""
    headers = CIMultiDict(configured)
    headers.setdefault("Accept-Encoding", ACCEPTED_CODINGS)
    headers["X-Request-ID"] = look_id
    headers["User-Agent"] = f"Govah/{__version__} (status monitor; look/{look_id})"
    return headers


async def _weigh(
    this: Attempt, spec: HttpSpec, response: aiohttp.ClientResponse | CurlResponse
) -> Answer:
    status = status_failure(spec.expect, response.status)
    body = b""
    if not is_about_us(status):
        try:
            # Raw bytes: aiohttp would inflate a bomb before we could count.
            async with aclosing(_chunks(response)) as chunks:
                body = await read_capped(chunks, response.headers.get("Content-Encoding", ""))
        except LookFailedError as error:
            # A bad status says more than a body nobody can read.
            raise (error if status is None else LookFailedError(status)) from error
        this.trail.body_bytes = len(body)
    this.trail.enter(Phase.EXPECT)
    names = {name.lower() for name in response.headers}
    headers = {name: ", ".join(response.headers.getall(name)) for name in names}
    answer = Answer(response.status, headers, body, response.charset)
    opinion = judge(spec.expect, answer)
    this.trail.code = opinion.code
    if opinion.failure is not None:
        raise LookFailedError(opinion.failure, opinion.detail)
    return answer


def _chunks(response: aiohttp.ClientResponse | CurlResponse) -> AsyncGenerator[bytes]:
    if isinstance(response, aiohttp.ClientResponse):
        return raw_chunks(response)
    return response.chunks()


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
        return open_socket(str(target[4][0]), SOCK_STREAM, this.source, this.interface)

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
