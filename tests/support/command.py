"""The command line as its users start it: a process, its exit code, what it said."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.resources import config

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0

SMALL = """\
govah: 1
platform: clinic
languages: [fa, en]
page: {{listen: "127.0.0.1:{port}", public_url: "http://127.0.0.1:{port}"}}
data: {{directory: data}}
parties:
  - {{id: clinic, kind: platform, name: {{fa: درمانگاه, en: Clinic}}}}
services:
  - id: panel
    party: clinic
    name: {{fa: پنل, en: Panel}}
    operations:
      - {{id: login, name: {{fa: ورود, en: Login}}}}
vantages:
  - {{id: tehran, name: {{fa: تهران, en: Tehran}}, country: IR, region: tehran, network: mci}}
targets:
  - {{id: panel.front, role: front, service: panel}}
checks:
  - id: panel
    target: panel.front
    vantages: all
    every: 60s
    timeout: 1s
    tcp: {{host: 127.0.0.1, port: 9}}
advice:
  - id: neutral
    page: {{fa: [نسخه را نگه دارید.], en: [Keep the draft.]}}
    short: {{fa: نسخه را نگه دارید, en: Keep the draft}}
    approved_by: Dr. Example
    approved_on: 2026-03-21
"""


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line on standard error; an assertion where it is not one."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert "Traceback" not in self.err
        return lines[0]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **more}


def govah(*arguments: object, **environ: str) -> Said:
    """Run `govah arguments…` to its end."""
    ended = subprocess.run(
        [sys.executable, "-m", "monitor", *map(str, arguments)],
        env=environment(**environ),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Said(ended.returncode, ended.stdout, ended.stderr)


def small_configuration(directory: Path, port: int) -> Path:
    """A configuration of one check, whose page listens on `port`."""
    path = directory / "govah.yaml"
    path.write_text(SMALL.format(port=port), encoding="utf-8")
    return path


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def running(configuration: Path) -> Iterator[subprocess.Popen[str]]:
    """`govah run` until the end of the block, from the moment its page listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "run", "-c", str(configuration)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if "listening" in line:
                    break
            else:
                raise AssertionError(f"it ended by itself: {''.join(said)}")
            yield process
        finally:
            process.terminate()


def example_with_its_secrets(directory: Path) -> tuple[Path, dict[str, str]]:
    """The example configuration where its files are, and the variables it names."""
    (directory / "secrets").mkdir()
    for name in ("example.yaml", "example-recipients.csv", "schema.json"):
        (directory / name).write_bytes((config() / name).read_bytes())
    (directory / "secrets" / "insurer-token").write_text("token\n", encoding="utf-8")
    environ = {
        "INSURER_PASSWORD": "password",
        "INSURER_TERMINAL": "terminal",
        "TWILIO_AUTH_TOKEN": "token",
        "OUTCOMES_KEY": "key",
        "BACKUP_BEAT": "beat",
        "PROMETHEUS_TOKEN": "token",
    }
    return directory / "example.yaml", environ
