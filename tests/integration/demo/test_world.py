"""The world starts from nothing, keeps its secrets, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
from pathlib import Path

import aiohttp
import pytest

import monitor
from monitor.demo import neighbourhood, processes
from monitor.demo.errors import DemoError
from monitor.demo.faults import FAULTS
from monitor.demo.places import PROVIDER_PLACE, address, all_hosts
from monitor.demo.stall import Stall
from monitor.demo.world import World

pytestmark = pytest.mark.process

PATIENCE_S = 20.0
POLL_S = 0.02

LEAVES_CHILDREN = """
import asyncio, sys
from pathlib import Path
from monitor.demo.world import World

async def main():
    async with World(
        Path(sys.argv[1]), first_neighbourhood=int(sys.argv[2]), with_monitor=False,
        with_provider=False,
    ) as world:
        print(*world.pids.values(), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def bare(data: Path, first: int, **more: str) -> World:
    return World(data, first_neighbourhood=first, with_monitor=False, with_provider=False, **more)


def state_of(pid: int) -> str:
    """The letter of /proc/PID/stat; "" once the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    letter = text.rsplit(")", 1)[1].split()[0]
    return "" if letter == "Z" else letter


async def until(pid: int, states: set[str]) -> str:
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while state_of(pid) not in states:
        if asyncio.get_running_loop().time() > deadline:
            pytest.fail(f"process {pid} is in state {state_of(pid)!r}, never in {states}")
        await asyncio.sleep(POLL_S)
    return state_of(pid)


async def test_nothing_is_left_running_or_listening(
    tmp_path: Path, some_neighbourhood: int
) -> None:
    async with bare(tmp_path / "data", some_neighbourhood) as world:
        pids = tuple(world.pids.values())
        alive = [state_of(pid) for pid in pids]
        number = world.neighbourhood

    assert all(alive)
    assert [state_of(pid) for pid in pids] == [""] * len(pids)
    assert all(neighbourhood.is_free(address(number, h.place), h.port) for h in all_hosts())


async def test_the_processes_die_with_a_parent_that_is_killed(
    tmp_path: Path, some_neighbourhood: int
) -> None:
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", LEAVES_CHILDREN, tmp_path / "data", str(some_neighbourhood)),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(monitor.__file__).parent.parent)},
    )
    assert parent.stdout is not None
    pids = [int(each) for each in (await parent.stdout.readline()).split()]
    alive = [state_of(pid) for pid in pids]
    parent.send_signal(signal.SIGKILL)
    await parent.wait()

    assert len(pids) == 5
    assert all(alive)
    for pid in pids:
        assert await until(pid, {""}) == ""


async def test_two_worlds_live_side_by_side(tmp_path: Path, some_neighbourhood: int) -> None:
    async with (
        bare(tmp_path / "one", some_neighbourhood) as one,
        bare(tmp_path / "two", one.neighbourhood) as two,
    ):
        await one.apply(FAULTS["tamin-refuse"])
        closed = neighbourhood.is_free(address(one.neighbourhood, "10.1"), 8443)
        open_elsewhere = not neighbourhood.is_free(address(two.neighbourhood, "10.1"), 8443)

    assert one.neighbourhood != two.neighbourhood
    assert closed
    assert open_elsewhere


async def test_the_configuration_moves_with_the_world(
    tmp_path: Path, some_neighbourhood: int
) -> None:
    async with bare(tmp_path / "data", some_neighbourhood) as world:
        text = (world.data / "demo.yaml").read_text(encoding="utf-8")
        provider = f'base_url: "http://{address(world.neighbourhood, PROVIDER_PLACE[0])}:8080"'

        assert "127.77." not in text
        assert f'listen: "{world.page}"' in text
        assert f'public_url: "http://{world.page}"' in text
        assert provider in text


async def test_secrets_and_keys_are_for_the_owner_only(
    tmp_path: Path, some_neighbourhood: int
) -> None:
    async with bare(tmp_path / "data", some_neighbourhood) as world:
        files = [path for path in world.data.rglob("*") if path.is_file()]
        content = b"".join(path.read_bytes() for path in files)
        keys = [path for path in files if b"PRIVATE KEY" in path.read_bytes()]

        assert stat.S_IMODE(world.data.stat().st_mode) == 0o700
        assert len(keys) == 10
        assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
        assert not any(secret.encode() in content for secret in world.secrets.values())
        assert len(set(world.secrets.values())) == 3


async def test_a_directory_of_somebody_else_is_left_alone(
    tmp_path: Path, some_neighbourhood: int
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(DemoError, match="holds something else than a demo"):
        await bare(tmp_path, some_neighbourhood).__aenter__()

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


async def test_a_demo_directory_is_used_again(tmp_path: Path, some_neighbourhood: int) -> None:
    async with bare(tmp_path / "data", some_neighbourhood):
        (tmp_path / "data" / "data").mkdir()
    async with bare(tmp_path / "data", some_neighbourhood) as world:
        kept = (world.data / "data").is_dir()

    assert kept


async def test_a_taken_page_is_said_in_one_sentence(
    tmp_path: Path, some_neighbourhood: int
) -> None:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        with pytest.raises(DemoError) as caught:
            await bare(tmp_path / "data", some_neighbourhood, page=f"{host}:{port}").__aenter__()

    assert str(caught.value) == (
        f"127.0.0.1:{port} is taken: stop the program there or name another port"
    )
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("number", [-1, 0, 1, 255, 1000])
def test_a_neighbourhood_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(DemoError, match="expected 2 to 254"):
        neighbourhood.claim(number)


async def test_a_process_that_ends_at_once_is_told_with_its_log(
    tmp_path: Path,
) -> None:
    log = tmp_path / "broken.log"
    running = await processes.start(
        "broken", ["-c", "raise SystemExit('no such thing')"], log=log, secrets={}
    )
    async with aiohttp.ClientSession() as session:
        with pytest.raises(DemoError, match=r"broken ended while starting: see .*broken\.log"):
            await processes.until_answering(
                running, "http://127.0.0.1:9/", session, patience_s=PATIENCE_S
            )

    assert log.read_text() == "no such thing\n"


async def test_a_stalled_process_stops_and_runs_on_afterwards(tmp_path: Path) -> None:
    victim = await processes.start(
        "victim",
        ["-c", "import time\nwhile True: time.sleep(0.01)"],
        log=tmp_path / "victim.log",
        secrets={},
    )
    stall = Stall()
    stall.begin(victim)
    stopped = await until(victim.pid, {"T"})
    await stall.end()
    running = await until(victim.pid, {"S", "R"})
    await processes.stop([victim])

    assert (stopped, running in {"S", "R"}) == ("T", True)
    assert state_of(victim.pid) == ""


async def test_a_process_that_is_stopped_is_ended_too(tmp_path: Path) -> None:
    victim = await processes.start(
        "victim", ["-c", "import time; time.sleep(600)"], log=tmp_path / "log", secrets={}
    )
    processes.send(victim, signal.SIGSTOP)
    await until(victim.pid, {"T"})

    await processes.stop([victim])

    assert state_of(victim.pid) == ""


async def test_stalling_needs_a_monitor(tmp_path: Path, some_neighbourhood: int) -> None:
    async with bare(tmp_path / "data", some_neighbourhood) as world:
        with pytest.raises(DemoError, match="this world has no monitor"):
            await world.apply(FAULTS["monitor-stalled"])

        assert world.applied == ()
