"""A spool in a directory, with a clock and ids that the test moves."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from pydantic_core import from_json

from monitor.agent.spool import Spool
from tests.contract.store_values import NOW, StillClock, look

BOOT = "0b0e0d44-9a3c-4b5e-8a55-3f2b1c7d9e10"
PLENTY = 10**9


class CountedIds:
    def __init__(self) -> None:
        self._numbers = count(0xF000)

    def look(self) -> str:
        return f"{next(self._numbers):016x}"


def spool_in(directory, *, limit_bytes=PLENTY, clock=None, ids=None, boot=BOOT) -> Spool:
    return Spool(
        directory,
        limit_bytes=limit_bytes,
        clock=clock or StillClock(),
        ids=ids or CountedIds(),
        boot=boot,
    )


def a_look(number: int, *, check="front"):
    return look(
        f"{number:016x}",
        NOW + timedelta(seconds=number),
        check=check,
        started_mono_s=1000.0 + number,
    )


async def all_of(spool) -> list[int]:
    """The numbers of the looks that wait, oldest first; gap records left out."""
    return [
        int(row.id, 16)
        for row in await spool.take(10**6, limit_bytes=PLENTY, newest=False)
        if "void" not in from_json(row.look)
    ]
