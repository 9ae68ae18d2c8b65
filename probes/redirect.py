"""Where a redirect may lead: only where the operator said, and secrets stay at home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yarl import URL

from monitor.model import Failure
from probes.egress import refusal
from probes.failures import LookFailedError
from probes.sockets import is_literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.model import Vantage
    from probes.spec import HttpSpec

_REDIRECTS = (301, 302, 303, 307, 308)
_KEEP_METHOD = (307, 308)
_LOCATION_LIMIT = 2048


def is_redirect(spec: HttpSpec, status: int) -> bool:
    """Whether this answer is to be followed rather than judged."""
    return spec.redirects > 0 and status in _REDIRECTS and status not in spec.expect.status


def next_url(spec: HttpSpec, here: URL, location: str, vantage: Vantage) -> URL:
    """Where to go on.

    Args:
        spec: Its own host and `redirect_hosts` are where a redirect may lead.
        here: The address that answered.
        location: What it said; hostile.
        vantage: Which private places may be gone to. A name is held against that when it is
            resolved; an address is here, unless it is the configured one.

    Raises:
        LookFailedError: `redirect_refused`; `egress_refused` for an address that is not public.
    """
    if len(location) > _LOCATION_LIMIT:
        raise LookFailedError(Failure.REDIRECT_REFUSED, "location too long")
    try:
        there = here.join(URL(location))
        port = there.port
        host = (there.raw_host or "").lower()
    except ValueError as error:
        raise LookFailedError(Failure.REDIRECT_REFUSED, "location unreadable") from error
    if there.scheme not in ("http", "https") or port is None:
        raise LookFailedError(Failure.REDIRECT_REFUSED, "not http or https")
    home = (URL(spec.url).raw_host or "").lower()
    if host != home and is_literal(host) and refusal(host, vantage) is not None:
        raise LookFailedError(Failure.EGRESS_REFUSED, "redirect to an address that is not public")
    if host not in {home, *(h.lower() for h in spec.redirect_hosts)}:
        raise LookFailedError(Failure.REDIRECT_REFUSED, "to another host")
    if there.raw_user is not None or there.raw_password is not None:
        raise LookFailedError(Failure.REDIRECT_REFUSED, "with credentials in it")
    return there.with_fragment(None)


def next_request(
    spec: HttpSpec, there: URL, status: int, method: str, body: bytes | None
) -> tuple[str, Mapping[str, str], bytes | None]:
    """Method, configured headers and body of the request that follows.

    Configured headers and bodies may carry secrets: they go nowhere but to the configured origin.

    Raises:
        LookFailedError: `redirect_refused`, if a body would have to follow to another origin.
    """
    home = there.origin() == URL(spec.url).origin()
    if status not in _KEEP_METHOD and method != "HEAD":
        method, body = "GET", None
    if body is not None and not home:
        raise LookFailedError(Failure.REDIRECT_REFUSED, "a body would leave its origin")
    return method, spec.headers if home else {}, body
