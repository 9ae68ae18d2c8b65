"""How a platform tells its callers what it met behind it; every platform has its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from monitor.core.inference.evidence import OUTCOMES
from monitor.core.inference.evidence import Outcome as O  # noqa: N817 - a table reads better so
from monitor.scenarios.breaks import INDEX, redrawn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_GATEWAY = {O.HTTP_5XX: 0.86, O.CONTENT_MISMATCH: 0.10, O.CONNECTION_RESET: 0.04}
_WAITS = {O.HTTP_5XX: 0.55, O.READ_TIMEOUT: 0.40, O.CONTENT_MISMATCH: 0.05}
TELLS: Mapping[O, Mapping[O, float]] = {
    O.OK: {O.OK: 1.0},
    O.SLOW: {O.SLOW: 0.9, O.READ_TIMEOUT: 0.1},
    **dict.fromkeys((O.DNS_SERVFAIL, O.DNS_NXDOMAIN, O.CONNECTION_REFUSED), _GATEWAY),
    **dict.fromkeys((O.CONNECTION_RESET, O.TLS_CERTIFICATE, O.TLS_OTHER), _GATEWAY),
    **dict.fromkeys((O.CONNECT_TIMEOUT, O.READ_TIMEOUT), _WAITS),
    O.HTTP_5XX: {O.HTTP_5XX: 0.92, O.CONTENT_MISMATCH: 0.05, O.READ_TIMEOUT: 0.03},
    O.HTTP_401: {O.HTTP_401: 0.55, O.HTTP_5XX: 0.28, O.REJECTED: 0.17},
    O.HTTP_429: {O.HTTP_429: 0.45, O.HTTP_5XX: 0.50, O.HTTP_401: 0.05},
    O.HTTP_4XX: {O.HTTP_4XX: 0.40, O.HTTP_5XX: 0.42, O.CONTENT_MISMATCH: 0.18},
    O.CONTENT_MISMATCH: {O.CONTENT_MISMATCH: 0.45, O.HTTP_5XX: 0.43, O.HTTP_4XX: 0.12},
    O.REJECTED: {O.REJECTED: 0.85, O.HTTP_5XX: 0.15},
    O.NO_RESULT: {O.READ_TIMEOUT: 1.0},
    O.DROP: {O.READ_TIMEOUT: 1.0},
}
"""What a look through the platform sees, by what the platform itself met."""

_COUNTED_AS: Mapping[O, O] = {
    O.SLOW: O.SLOW, O.OK: O.OK, O.HTTP_401: O.HTTP_401, O.HTTP_429: O.HTTP_401,
    O.REJECTED: O.REJECTED,
}  # fmt: skip
COUNTED = np.array([INDEX[_COUNTED_AS.get(outcome, O.HTTP_5XX)] for outcome in OUTCOMES])
"""As what the platform's own count of calls books each outcome: anything else is a failure."""


def told(concentration: float, chance: np.random.Generator) -> NDArray[np.float64]:
    """Draw one platform's style: row times this matrix is what its callers see."""
    return np.stack([redrawn(TELLS[outcome], concentration, chance) for outcome in OUTCOMES])
