"""Both sides of the comparison as processes: Govah; Prometheus with its blackbox exporter."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import time
import urllib.parse
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.schedule import phase
from monitor.store.sqlite import DATABASE
from tests.benching.served import fetched, until_answers
from tests.benching.worlds import configuration
from tests.support.command import free_port, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.benching.served import Origin

PROMETHEUS, BLACKBOX = "prometheus", "prometheus-blackbox-exporter"
FAMILY = '"family": *"SUCCESSFUL"'


@dataclass(frozen=True, slots=True)
class Load:
    """What is watched, and how often."""

    origin: Origin
    secure: bool
    checks: int
    every_s: float

    @property
    def url(self) -> str:
        """The origin, with the closing slash."""
        return self.origin.secure if self.secure else self.origin.plain


@dataclass(frozen=True, slots=True)
class Ours:
    """A running Govah."""

    pids: tuple[int, ...]
    home: Path
    load: Load

    def assert_sound(self, since_s: float) -> None:
        """No look since then, by the monotonic clock, failed; on a busy machine some are void."""
        rows = self._rows("failure, count(*)", since_s, "GROUP BY failure")
        assert [row[0] for row in rows] == [None], rows

    def lateness_s(self, since_s: float) -> list[float]:
        """How late each look since then began against its timetable, in seconds.

        Turns fall on `start + phase(name) * interval + k * interval` (docs/cadence.md). The start
        is that of the most punctual look, so each value is how much later than that one a look was.
        """
        every_s = self.load.every_s
        taken = "AND void IS NOT 'missed'"
        rows = self._rows("check_id, vantage, started_mono_s", since_s, taken)
        rests = [s - phase(f"{check}@{vantage}") * every_s for check, vantage, s in rows]
        half_s = every_s / 2
        apart = [(rest - rests[0] + half_s) % every_s - half_s for rest in rests]
        return [each - min(apart) for each in apart]

    def _rows(self, columns: str, since_s: float, rest: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.home / "data" / DATABASE)) as reader:
            query = f"SELECT {columns} FROM look WHERE started_mono_s >= ? {rest}"  # noqa: S608 - our own words
            rows = reader.execute(query, (since_s,)).fetchall()
        assert rows
        return rows


@contextmanager
def ours(home: Path, load: Load) -> Iterator[Ours]:
    """`govah run` until the end of the block."""
    home.mkdir(parents=True)
    path = configuration(
        home,
        checks=load.checks,
        every_s=load.every_s,
        url=load.url,
        ca_file=load.origin.ca_file,
        port=free_port(),
    )
    with running(path) as process:
        yield Ours((process.pid,), home, load)


@dataclass(frozen=True, slots=True)
class Theirs:
    """A running Prometheus and the exporter it asks."""

    pids: tuple[int, ...]
    url: str
    load: Load

    def assert_sound(self, since_s: float) -> None:  # noqa: ARG002 - as `Ours`
        """Every target was asked lately and was good."""
        query = urllib.parse.urlencode({"query": "sum(probe_success)"})
        said = json.loads(fetched(f"{self.url}/api/v1/query?{query}"))
        assert float(said["data"]["result"][0]["value"][1]) == self.load.checks, said


def theirs_installed() -> bool:
    """Whether Debian's packages are here."""
    return all(shutil.which(program) for program in (PROMETHEUS, BLACKBOX))


@contextmanager
def theirs(home: Path, load: Load) -> Iterator[Theirs]:
    """Prometheus, its blackbox exporter and one alert, over the same targets."""
    home.mkdir(parents=True)
    asked, exporter = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    modules, rules, scrape = home / "blackbox.yml", home / "rules.yml", home / "prometheus.yml"
    # JSON is YAML.
    modules.write_text(json.dumps(_modules(load)), encoding="utf-8")
    rules.write_text(json.dumps(_rules()), encoding="utf-8")
    scrape.write_text(json.dumps(_scrape(load, exporter, rules)), encoding="utf-8")
    with ExitStack() as stack:
        commands = (
            [BLACKBOX, f"--config.file={modules}", f"--web.listen-address={exporter}"],
            [
                PROMETHEUS,
                f"--config.file={scrape}",
                f"--storage.tsdb.path={home / 'data'}",
                f"--web.listen-address={asked}",
            ],
        )
        log = stack.enter_context((home / "log").open("w"))
        pids = []
        for command in commands:
            process = stack.enter_context(subprocess.Popen(command, stdout=log, stderr=log))
            stack.callback(process.terminate)
            pids.append(process.pid)
        until_answers(f"http://{exporter}/-/healthy")
        until_answers(f"http://{asked}/-/ready")
        yield Theirs(tuple(pids), f"http://{asked}", load)


def _modules(load: Load) -> dict[str, object]:
    http: dict[str, object] = {
        "valid_status_codes": [200],
        "fail_if_body_not_matches_regexp": [FAMILY],
        "follow_redirects": False,
        "preferred_ip_protocol": "ip4",
    }
    if load.secure:
        http["fail_if_not_ssl"] = True
        http["tls_config"] = {"ca_file": str(load.origin.ca_file)}
    return {"modules": {"answer": {"prober": "http", "timeout": "3s", "http": http}}}


def _rules() -> dict[str, object]:
    down = {"alert": "Down", "expr": "probe_success == 0", "for": "15s"}
    return {"groups": [{"name": "looks", "rules": [down]}]}


def _scrape(load: Load, exporter: str, rules: Path) -> dict[str, object]:
    every = f"{load.every_s:g}s"
    targets = [f"{load.url}t{number}" for number in range(load.checks)]
    job = {
        "job_name": "looks",
        "metrics_path": "/probe",
        "params": {"module": ["answer"]},
        "static_configs": [{"targets": targets}],
        "relabel_configs": [
            {"source_labels": ["__address__"], "target_label": "__param_target"},
            {"source_labels": ["__param_target"], "target_label": "instance"},
            {"target_label": "__address__", "replacement": exporter},
        ],
    }
    timing = {"scrape_interval": every, "scrape_timeout": "4s", "evaluation_interval": "5s"}
    return {"global": timing, "rule_files": [str(rules)], "scrape_configs": [job]}


def settle(load: Load) -> float:
    """Wait until everything has been looked at on its grid; returns the monotonic time."""
    time.sleep(load.every_s + 1.0)
    return time.monotonic()
