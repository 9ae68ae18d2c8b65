"""The demo's whole tour as its users run it, and what its lines amount to."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

NEIGHBOURHOOD = "88"
PORTS = ("--page-port", "18080", "--phone-port", "18082")


@dataclass(frozen=True, slots=True)
class Tour:
    """What a tour concluded."""

    exit_code: int
    faults: int
    right: int  # concluded with a right domain in time
    named: int  # upstream faults named, rightly
    wrong: int  # with a party named that was not at fault


async def tour(say: Callable[[str], None]) -> Tour:
    """Walk through every fault; some 40 s each."""
    legs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="govah-tour-") as directory:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "monitor", "demo", "--tour", "--json", "--data", directory),
            *("--neighbourhood", NEIGHBOURHOOD, *PORTS),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        async for line in process.stdout:
            leg = json.loads(line)
            legs.append(leg)
            say(f"tour: {leg['fault']}: {leg['concluded']} ({leg['expected']})")
        exit_code = await process.wait()
    return Tour(
        exit_code,
        faults=len(legs),
        right=sum(leg["seconds"] is not None for leg in legs),
        named=sum(
            leg["named"] and leg["seconds"] is not None and "upstream" in leg["expected"]
            for leg in legs
        ),
        wrong=sum(leg["wrong_upstream"] for leg in legs),
    )
