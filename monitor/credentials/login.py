"""One login over HTTP: the request as configured, the token and its life out of the answer."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import jmespath
from jmespath.exceptions import JMESPathError

from monitor.credentials.keeper import LoginAnswer
from monitor.model import Failure
from probes.attempt import Attempt, attempt
from probes.body import text_of
from probes.exchange import exchange
from probes.failures import LookFailedError
from probes.handshake import context_for
from probes.spec import HttpSpec

if TYPE_CHECKING:
    from monitor.model import Credential, Vantage
    from probes.expect import Answer

LONGEST_TOKEN = 4096  # characters; it has to fit into a header


async def log_in(credential: Credential, vantage: Vantage, look_id: str) -> LoginAnswer:
    """Log in once, within `credential.timeout_s`.

    Args:
        credential: What to send (its `login` is an HTTP request) and where the token stands.
        vantage: Where to ask from.
        look_id: Sent along.

    Returns:
        A token, or a sighting with the failure as any look would have it; an answer that is right
        but for the token is `value_missing`.

    Raises:
        OSError: `ca_file` cannot be read.
    """
    spec = credential.login
    if not isinstance(spec, HttpSpec):
        raise TypeError(f"a login is an HTTP request, not {spec.kind}")
    context = context_for(spec.ca_file)
    found: list[tuple[str, float | None, bool]] = []

    async def steps(this: Attempt) -> None:
        answer = await exchange(this, spec, context, vantage, look_id)
        document = _document(answer)
        token = token_in(credential, document)
        if token is None:
            raise LookFailedError(Failure.VALUE_MISSING, "no token in the login's answer")
        found.append((token, *lifetime_in(credential, document)))

    sighting = await attempt(
        credential.timeout_s, vantage.source_address, steps, interface=vantage.interface
    )
    if sighting.failure is not None or not found:
        return LoginAnswer(sighting)
    token, lifetime_s, odd = found[0]
    return LoginAnswer(sighting, token, lifetime_s, odd)


def token_in(credential: Credential, document: Any) -> str | None:
    """The token, if there is one that can travel in a header: printable ASCII, not too long."""
    token = _search(credential.token_path, document)
    if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
        return None
    return token if token.isascii() and token.isprintable() and not token.isspace() else None


def lifetime_in(credential: Credential, document: Any) -> tuple[float | None, bool]:
    """The lifetime in seconds, None where the answer says none; and whether it made no sense.

    A number written as text is a number: several providers do so.
    """
    if credential.lifetime_path is None:
        return None, False
    said = _search(credential.lifetime_path, document)
    if said is None:
        return None, False
    try:
        lifetime_s = float(said) * credential.lifetime_unit_s
    except (TypeError, ValueError, OverflowError):
        return None, True
    if isinstance(said, bool) or not math.isfinite(lifetime_s) or lifetime_s <= 0:
        return None, True
    return lifetime_s, False


def _document(answer: Answer) -> Any:
    try:
        return json.loads(text_of(answer.body, answer.charset))
    except (ValueError, RecursionError):
        return None


def _search(path: str, document: Any) -> Any:
    try:
        return jmespath.search(path, document)
    except (JMESPathError, RecursionError):
        return None
