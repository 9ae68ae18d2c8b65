"""A core and agents as real processes; beside each spool a witness that forgets no id."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.agent.spool import SPOOL, Spool
from monitor.clock import BootClock, SystemIds, boot_id
from monitor.demo import processes
from monitor.store.sqlite import DATABASE
from tests.soaking.neighbours import PATHS
from tests.soaking.rig import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.demo.processes import Running
    from tests.soaking.neighbours import Neighbours
    from tests.soaking.netns import Namespace

EVERY_S, TIMEOUT_S, STALE_INTERVALS = 1.0, 0.9, 3.0
IN_TIME_S = STALE_INTERVALS * EVERY_S + TIMEOUT_S  # a look that arrives later is late
TARGETS = ("insurer.register", "panel.front", "ref.a", "ref.b")
# In the same transaction as the look itself: what was durable for a moment was durable.
WITNESS = """
CREATE TABLE witness (id TEXT PRIMARY KEY) STRICT;
CREATE TRIGGER witnessed AFTER INSERT ON look BEGIN INSERT INTO witness VALUES (new.id); END;
"""

CORE = """\
govah: 1
platform: panel
country: IR
time_zone: Asia/Tehran
languages: [en]
page: {{listen: "{page}", public_url: "http://{page}"}}
data: {{directory: data}}
agents: {{listen: "{console}", public_url: "https://{console}"}}
private_networks: ["127.0.0.0/8", "10.0.0.0/8"]
rules: {{tick: 1s, dwell_ticks: 2, reference_fresh: 4s}}
parties:
  - {{id: panel, kind: platform, name: {{en: The panel}}}}
  - {{id: insurer, kind: upstream, name: {{en: The insurer}}}}
services:
  - id: insurer
    party: insurer
    name: {{en: The insurer}}
    operations: [{{id: register, name: {{en: Register}}}}]
  - id: panel
    party: panel
    name: {{en: The panel}}
    operations: [{{id: records, name: {{en: Records}}}}]
vantages:
{vantages}
targets:
  - {{id: insurer.register, role: transaction, service: insurer, operations: [register]}}
  - {{id: panel.front, role: front, service: panel}}
  - {{id: ref.a, role: reference, scope: domestic}}
  - {{id: ref.b, role: reference, scope: domestic}}
checks:
{checks}
advice:
  - id: neutral
    page: {{en: ["Keep the draft; go on with the visit."]}}
    short: {{en: Keep the draft}}
    approved_by: rig
    approved_on: 2026-01-01
"""
AGENT = """\
govah-agent: 1
core: "https://{console}"
data: {{directory: data}}
"""


@dataclass
class Site:
    """Where one agent is."""

    vantage: str
    folder: Path
    namespace: Namespace | None = None
    running: Running | None = None

    @property
    def spool(self) -> Path:
        """The agent's spool."""
        return self.folder / "data" / SPOOL

    def made(self) -> frozenset[str]:
        """Every id that was ever durable there."""
        return frozenset(id_ for (id_,) in ask(self.spool, "SELECT id FROM witness"))

    def left(self) -> frozenset[str]:
        """Ids that wait there still."""
        return frozenset(id_ for (id_,) in ask(self.spool, "SELECT id FROM look"))


@dataclass
class Rig:
    """Starts and kills."""

    directory: Path
    host: str
    page: str
    port: int
    sites: list[Site]
    core: Running | None = None
    started: list[Running] = field(default_factory=list)

    @property
    def console(self) -> str:
        """Where agents reach the core."""
        return f"{self.host}:{self.port}"

    @property
    def store(self) -> Path:
        """The core's database."""
        return self.directory / "data" / DATABASE

    async def start_core(self) -> None:
        """Start the core."""
        arguments = ("-m", "monitor", "run", "-c", str(self.directory / "core.yaml"))
        self.core = await self._start("core", arguments, self.directory)

    @property
    def listens(self) -> bool:
        """Whether the core has said that it listens for agents."""
        return self.core is not None and b"listening_for_agents" in self.core.log.read_bytes()

    async def start_agent(self, site: Site, *, enrol: bool = False) -> None:
        """Start an agent; the first time with its invitation."""
        arguments = ["-m", "monitor", "agent", "-c", str(site.folder / "agent.yaml")]
        if enrol:
            (site.folder / "invitation").write_text(await self._invitation(site.vantage))
            arguments += ["--enrol-file", str(site.folder / "invitation")]
        inside = arguments if site.namespace is None else site.namespace.inside(arguments)
        site.running = await self._start(site.vantage, tuple(inside), site.folder)

    async def kill(self, running: Running | None) -> None:
        """SIGKILL, and wait until it is gone."""
        assert running is not None
        if running.process.returncode is not None:
            said = running.log.read_text(encoding="utf-8", errors="replace")
            raise AssertionError(f"{running.name} ended by itself:\n{said[-2000:]}")
        processes.send(running, signal.SIGKILL)
        await running.process.wait()

    def stored(self) -> list[tuple[str, str, int, float]]:
        """What the core holds of agents: id, vantage, late, and how long after its end it came."""
        return ask(
            self.store,
            "SELECT id, vantage, late,"
            " (received_at_us - started_at_us) / 1e6 - duration_s FROM look"
            " WHERE received_at_us IS NOT NULL",
        )

    def arrived(self, vantage: str) -> int:
        """How many looks of one vantage the core holds."""
        try:
            counted = ask(self.store, "SELECT count(*) FROM look WHERE vantage = ?", vantage)
        except sqlite3.OperationalError:  # the core is still making its tables
            return 0
        return int(counted[0][0])

    async def _start(self, name: str, arguments: tuple[str, ...], folder: Path) -> Running:
        running = await processes.start(name, arguments, log=folder / f"{name}.log", secrets={})
        self.started.append(running)
        return running

    async def _invitation(self, vantage: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "monitor", "agents", "invite", vantage),
            *("-c", str(self.directory / "core.yaml")),
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, f"no invitation for {vantage}"
        return said.decode()


async def make_rig(
    directory: Path, looked_at: Neighbours, host: str, spaces: dict[str, Namespace | None]
) -> Rig:
    """Write the configurations and prepare the spools; nothing runs yet.

    Args:
        directory: Empty; gets everything.
        looked_at: What all vantages look at, on `host`.
        host: Where core and targets are reached.
        spaces: The agents' vantages, each with the namespace it lives in.
    """
    sites = [Site(name, directory / name, space) for name, space in spaces.items()]
    page = f"127.0.0.9:{free_port('127.0.0.9')}"
    made = Rig(directory, host, page, free_port(host), sites)
    vantages = "\n".join(
        f"  - {{id: {name}, name: {{en: {json.dumps(name)}}}, country: IR, region: {name}, "
        f"network: {name}{', agent: true' if name in spaces else ''}}}"
        for name in ("tehran", *spaces)
    )
    checks = "\n".join(
        f"  - {{id: look-{number}, target: {target}, vantages: all, every: {EVERY_S:.0f}s, "
        f"timeout: {TIMEOUT_S * 1000:.0f}ms, "
        f'http: {{url: "http://{host}:{looked_at.port}{path}"}}}}'
        for number, (target, path) in enumerate(zip(TARGETS, PATHS, strict=True))
    )
    text = CORE.format(page=page, console=made.console, vantages=vantages, checks=checks)
    (directory / "core.yaml").write_text(text, encoding="utf-8")
    for site in sites:
        (site.folder / "data").mkdir(parents=True)
        (site.folder / "agent.yaml").write_text(AGENT.format(console=made.console))
        await _put_witness(site)
    return made


async def _put_witness(site: Site) -> None:
    spool = Spool(
        site.spool.parent,
        limit_bytes=1,
        clock=BootClock(),
        ids=SystemIds(),
        boot=boot_id(),
    )
    await spool.open()
    await spool.close()
    with closing(sqlite3.connect(site.spool)) as connection:
        connection.executescript(WITNESS)


def ask(path: Path, question: str, *values: object) -> list[tuple]:
    """Rows of a database that others write."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30.0)) as connection:
        return connection.execute(question, values).fetchall()
