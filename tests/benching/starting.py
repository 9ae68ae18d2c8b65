"""How long the command line takes to say something, and what a running monitor holds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benching.measure import Figure, compare
from tests.support.command import (
    ROOT,
    environment,
    example_with_its_secrets,
    free_port,
    running,
    small_configuration,
)

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT_S = 30.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
IMPORTED = "import aiohttp, jinja2, sqlalchemy; print(open('/proc/self/statm').read())"


def measure(directory: Path) -> list[Figure]:
    """Bytecode is compiled by the turn that does not count."""
    example, secrets = example_with_its_secrets(directory)
    python = [sys.executable, "-c", "pass"]
    govah = str(Path(sys.executable).with_name("govah"))

    def checked(*arguments: str) -> Figure:
        command = [govah, *arguments]
        return compare(
            f"govah {arguments[0]}",
            "s",
            _seconds(command, secrets),
            "python -c pass",
            _seconds(python, {}),
        )

    figures = [checked("--help"), checked("check-config", str(example))]
    home = directory / "monitor"
    figures.append(
        compare(
            "memory of a monitor that has judged once",
            "MiB",
            lambda: _held_by_a_monitor(home),
            "python that imported aiohttp, jinja2 and sqlalchemy",
            _held_by_imports,
        )
    )
    return figures


def _seconds(command: list[str], secrets: dict[str, str]) -> Callable[[], float]:
    environ = _compiling(secrets)

    def once() -> float:
        begin_s = time.perf_counter()
        subprocess.run(command, env=environ, check=True, capture_output=True, timeout=LIMIT_S)
        return time.perf_counter() - begin_s

    return once


def _compiling(secrets: dict[str, str]) -> dict[str, str]:
    environ = environment(**secrets)
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return environ


def _held_by_a_monitor(home: Path) -> float:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    port = free_port()
    with running(small_configuration(home, port)) as process:
        deadline_s = time.monotonic() + LIMIT_S
        while not _ready(port):
            assert time.monotonic() < deadline_s, "the monitor is not ready"
            time.sleep(0.05)
        return _mebibytes(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii"))


def _held_by_imports() -> float:
    said = subprocess.run(
        [sys.executable, "-c", IMPORTED],
        cwd=ROOT,
        env=_compiling({}),
        check=True,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    return _mebibytes(said.stdout)


def _mebibytes(statm: str) -> float:
    return int(statm.split()[1]) * PAGE_BYTES / 2**20


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1.0) as answer:
            return answer.status == 200
    except (urllib.error.URLError, TimeoutError):
        return False
