"""A small installation of real processes: the monitor, a fake SMS provider, what is looked at."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from monitor.demo import processes
from monitor.model import DeliveryState
from monitor.store.sqlite import DATABASE
from tests.soaking.neighbours import HOST, PATHS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from monitor.demo.processes import Running
    from tests.soaking.neighbours import Neighbours

SECRETS = {"GOVAH_RIG_SMS_TOKEN": "token-of-the-rig"}
PAGE_HOST, PROVIDER_HOST = "127.0.0.9", "127.0.0.8"
VANTAGES = {"tehran-fixed": "127.0.0.2", "tehran-mobile": "127.0.0.3"}
CHECKS = dict(zip(("insurer.register", "panel.front", "ref.a", "ref.b"), PATHS, strict=True))
START_PATIENCE_S = 30.0
# The product waits a minute before it believes that a message is absent; everything that waits
# for the provider is scaled by this.
SCALE = 1 / 30
LOOKUP_GRACE_S = 60.0 * SCALE
LIST_LAG_S = 30.0 * SCALE

CONFIG = """\
govah: 1
platform: panel
country: IR
time_zone: Asia/Tehran
languages: [en]
page: {{listen: "{page}", public_url: "http://{page}"}}
data: {{directory: data}}
rules:
  {{tick: 1s, dwell_ticks: 2, stable: 1s, unstable_stable: 1s, reference_fresh: 4s, ill_for: 2s}}
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
messages:
  sender:
    kind: twilio
    base_url: "{provider}"
    account_sid: ACrig00000000000000000000000000000
    auth_token: "${{env:GOVAH_RIG_SMS_TOKEN}}"
    from: "+15005550006"
    timeout: 1s
    lookup_grace: {grace_ms}ms
recipients: {{file: recipients.csv}}
advice:
  - id: neutral
    page: {{en: ["Keep the draft; go on with the visit."]}}
    short: {{en: Keep the draft}}
    approved_by: rig
    approved_on: 2026-01-01
"""


@dataclass
class Rig:
    """Starts, asks and kills; whatever is left is ended by `rig`."""

    directory: Path
    page: str
    provider: str
    session: aiohttp.ClientSession
    monitor: Running | None = None
    started: list[Running] = field(default_factory=list)
    _ledger_bytes: int = 0  # read so far
    _ledger_lines: int = 0

    async def start_monitor(self, environ: Mapping[str, str] | None = None) -> None:
        """Start the monitor on this rig's configuration."""
        self.monitor = await processes.start(
            "monitor",
            ("-m", "monitor", "run", "-c", str(self.directory / "rig.yaml")),
            log=self.directory / "monitor.log",
            secrets={**SECRETS, **(environ or {})},
        )
        self.started.append(self.monitor)

    async def kill_monitor(self) -> None:
        """SIGKILL, and wait until it is gone."""
        assert self.monitor is not None
        if self.monitor.process.returncode is not None:
            raise AssertionError(f"the monitor ended by itself:\n{self.log()[-2000:]}")
        processes.send(self.monitor, signal.SIGKILL)
        await self.monitor.process.wait()

    async def faults(self, **wanted: object) -> None:
        """Let the provider go wrong (`monitor.demo.provider_faults.Faults`); none: be well."""
        wanted = {"list_lag_s": LIST_LAG_S, **wanted}
        async with self.session.post(f"{self.provider}/_faults", json=wanted) as answer:
            assert answer.status == 200

    async def ledger(self) -> list[dict[str, Any]]:
        """Everything the provider took, oldest first."""
        async with self.session.get(f"{self.provider}/_ledger") as answer:
            lines: list[dict[str, Any]] = await answer.json()
            return lines

    def accepted(self) -> int:
        """How many messages the provider took; cheap, to be asked often."""
        with (self.directory / "ledger.jsonl").open("rb") as file:
            file.seek(self._ledger_bytes)
            news = file.read()
        self._ledger_bytes += len(news)
        self._ledger_lines += news.count(b"\n")
        return self._ledger_lines

    def unsettled(self) -> int:
        """Deliveries of which something may still become."""
        path = self.directory / "data" / DATABASE
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT state, count(*) FROM delivery GROUP BY state")
            return sum(count for state, count in rows if not DeliveryState(state).final)

    async def state(self) -> dict[str, Any] | None:
        """`/api/v1/state`; None while nobody answers."""
        try:
            async with self.session.get(f"http://{self.page}/api/v1/state") as answer:
                picture: dict[str, Any] = await answer.json()
                return picture if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError):
            return None

    def log(self) -> str:
        """What the monitor wrote, over all its lives."""
        return (self.directory / "monitor.log").read_text(encoding="utf-8", errors="replace")


@asynccontextmanager
async def rig(directory: Path, looked_at: Neighbours, *, recipients: int) -> AsyncIterator[Rig]:
    """Write the configuration, start the provider; the monitor is the caller's to start."""
    page = f"{PAGE_HOST}:{free_port(PAGE_HOST)}"
    timeout = aiohttp.ClientTimeout(total=5.0)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        listen = f"{PROVIDER_HOST}:{free_port(PROVIDER_HOST)}"
        made = Rig(directory, page, f"http://{listen}", session)
        _write(made, looked_at, recipients)
        provider = await processes.start(
            "provider",
            (
                *("-m", "monitor.demo.provider", "--listen", listen),
                *(
                    "--token-env",
                    "GOVAH_RIG_SMS_TOKEN",
                    "--ledger",
                    str(directory / "ledger.jsonl"),
                ),
            ),
            log=directory / "provider.log",
            secrets=SECRETS,
        )
        made.started.append(provider)
        try:
            await processes.until_answering(
                provider, f"{made.provider}/_ledger", session, patience_s=START_PATIENCE_S
            )
            yield made
        finally:
            await processes.stop(made.started)


def phone(number: int) -> str:
    """A number nobody has."""
    return f"+98912000{number:04}"


def free_port(host: str) -> int:
    """A port nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _write(made: Rig, looked_at: Neighbours, recipients: int) -> None:
    vantages = "\n".join(
        f"  - {{id: {name}, name: {{en: {json.dumps(name)}}}, country: IR, region: tehran, "
        f"network: {name}, source_address: {address}}}"
        for name, address in VANTAGES.items()
    )
    checks = "\n".join(
        f"  - {{id: look-{number}, target: {target}, vantages: all, every: 1s, timeout: 900ms, "
        f'http: {{url: "http://{HOST}:{looked_at.port}{path}"}}}}'
        for number, (target, path) in enumerate(CHECKS.items())
    )
    text = CONFIG.format(
        page=made.page,
        provider=made.provider,
        checks=checks,
        vantages=vantages,
        grace_ms=int(LOOKUP_GRACE_S * 1000),
    )
    (made.directory / "rig.yaml").write_text(text, encoding="utf-8")
    rows = [f"dr-{i},{phone(i)},insurer,en" for i in range(recipients)]
    csv = "\n".join(("id,phone,services,language", *rows)) + "\n"
    (made.directory / "recipients.csv").write_text(csv, encoding="utf-8")
