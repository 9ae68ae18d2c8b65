"""How sure a counted share is."""

from __future__ import annotations

import math

_Z = 1.959964  # 95 %, two-sided


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927); (0, 1) where nothing was counted."""
    if count == 0:
        return (0.0, 1.0)
    share, z2 = hits / count, _Z * _Z
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z / (1 + z2 / count) * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return (max(0.0, middle - half), min(1.0, middle + half))
