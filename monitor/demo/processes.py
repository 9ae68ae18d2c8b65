"""Starts processes that die with us, waits until they answer, and stops them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

import monitor
from monitor.demo.errors import DemoError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CHILD = Path(__file__).with_name("child.py")
POLL_S = 0.05
STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class Running:
    """A process of the world."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid


async def start(
    name: str, arguments: Sequence[str], *, log: Path, secrets: Mapping[str, str]
) -> Running:
    """Start `python arguments…` in a session of its own; it is killed when this process dies.

    Args:
        name: For messages.
        arguments: Of the interpreter.
        log: Gets its standard output and error.
        secrets: Environment variables it gets besides ours.
    """
    root = str(Path(monitor.__file__).parent.parent)
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(CHILD), str(os.getpid())),
            *(sys.executable, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for us; we tell them
            env={**os.environ, "PYTHONPATH": root, **secrets},
        )
    return Running(name, process, log)


async def until_answering(
    running: Running, url: str, session: aiohttp.ClientSession, *, patience_s: float
) -> None:
    """Wait until a GET of `url` gives 200.

    Raises:
        DemoError: it ended, or did not answer within `patience_s`.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience_s
    while loop.time() < deadline:
        if running.process.returncode is not None:
            raise DemoError(f"{running.name} ended while starting: see {running.log}")
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with session.get(url, timeout=aiohttp.ClientTimeout(total=1.0)) as answer:
                if answer.status == 200:  # noqa: PLR2004 - HTTP's own number
                    return
        await asyncio.sleep(POLL_S)
    raise DemoError(f"{running.name} does not answer after {patience_s:.0f} s: see {running.log}")


async def stop(all_running: Iterable[Running]) -> None:
    """End them all: politely first, by force after `STOP_S`."""
    alive = [each for each in all_running if each.process.returncode is None]
    for each in alive:
        send(each, signal.SIGCONT)  # a stopped process would not hear the next one
        send(each, signal.SIGTERM)
    waiting = [asyncio.create_task(each.process.wait()) for each in alive]
    if waiting:
        await asyncio.wait(waiting, timeout=STOP_S)
    for each in alive:
        send(each, signal.SIGKILL)
    await asyncio.gather(*waiting)


def send(running: Running, number: signal.Signals) -> None:
    """Send a signal unless the process is gone."""
    with contextlib.suppress(ProcessLookupError):
        running.process.send_signal(number)
