"""The whole small world with the monitor in it, as separate processes."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

import monitor
from monitor.demo import ihio, tamin
from monitor.demo.neighbourhood import is_free
from monitor.demo.tour import until_calm
from monitor.demo.world import World

pytestmark = pytest.mark.process


async def test_the_monitor_looks_and_never_writes_through_an_insurer(
    tmp_path: Path, some_neighbourhood: int
) -> None:
    async with World(tmp_path / "data", first_neighbourhood=some_neighbourhood) as world:
        await until_calm(world)
        asked_tamin, asked_ihio = await world.counts("tamin"), await world.counts("ihio")
        messages = await world.ledger()
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://{world.page}/metrics") as answer,
        ):
            metrics = await answer.text()

    # Both chains to their last step that only reads, with one login each for all vantages.
    assert (
        min(asked_tamin[p] for p in (tamin.ENTITLEMENT, tamin.PRESCRIPTION_TYPE, tamin.FETCH)) > 3
    )
    assert min(asked_ihio[p] for p in (ihio.PARTNER, ihio.ENTITLEMENT, ihio.ORDER, ihio.FETCH)) > 3
    assert 'govah_credential_logins{credential="tamin-house"} 1.0' in metrics
    assert 'govah_credential_logins{credential="ihio-terminal"} 1.0' in metrics
    assert asked_ihio[ihio.TOKEN] == 2  # the monitor's and the relay's
    assert tamin.REGISTER not in asked_tamin
    assert not {ihio.SAVE, ihio.SAMAD} & set(asked_ihio)
    assert messages == []


async def test_the_command_prints_addresses_that_answer_and_ends_on_ctrl_c(
    tmp_path: Path, some_neighbourhood: int
) -> None:
    ports = [str(_free_port()) for _ in range(3)]
    options = ("--page-port", ports[0], "--control-port", ports[1], "--phone-port", ports[2])
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitor", "demo", "--data", str(tmp_path / "data")),
        *("--neighbourhood", str(some_neighbourhood), *options),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(monitor.__file__).parent.parent)},
    )
    assert command.stdout is not None
    said = [(await command.stdout.readline()).decode() for _ in range(6)]
    addresses = re.findall(r"http://\S+", "".join(said))
    statuses = []
    async with aiohttp.ClientSession() as session:
        for url in addresses:
            async with session.get(url) as answer:
                statuses.append(answer.status)
    command.send_signal(signal.SIGINT)
    code = await command.wait()

    assert said[-1] == "Ctrl-C ends it.\n"
    assert len(addresses) == 5
    assert statuses == [200] * 5
    assert code == 0
    assert all(is_free("127.0.0.1", int(port)) for port in ports)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
