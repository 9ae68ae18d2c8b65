"""Waiting for a real process: ask again until it is so, or say what did not come."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ASK_EVERY_S = 0.25


async def until(so: Callable[[], Awaitable[bool]], within_s: float, what: str) -> float:
    """Poll `so` until it holds; the seconds it took."""
    begun_s = time.monotonic()
    while not await so():
        if time.monotonic() - begun_s > within_s:
            raise AssertionError(f"not within {within_s:.0f} s: {what}")
        await asyncio.sleep(ASK_EVERY_S)
    return time.monotonic() - begun_s
