"""Exit 0: good. 1: the answer is "no". 2: wrong use or input. One clear line, never a trace."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import re
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monitor.clock import SystemClock
from monitor.model import Entry, EntryKind, Failure, Phase, Sighting
from monitor.store.sqlite import SqliteStore
from tests.contract.store_values import incident, look, verdict
from tests.support.command import (
    example_with_its_secrets,
    free_port,
    govah,
    running,
    small_configuration,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.process

PAIR = ("tehran-mci", "panel.front")
DEMO = Path(__file__).parents[2] / "config" / "demo.yaml"
BROKEN = Path(__file__).parents[1] / "unit" / "settings" / "broken"


def a_store_with_incident_1001(directory: Path, **changes: object) -> None:
    async def fill() -> None:
        store = SqliteStore(directory, clock=SystemClock())
        await store.open()
        await store.commit([incident(1001, **changes)])
        await store.close()

    asyncio.run(fill())


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    return small_configuration(tmp_path, free_port())


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_the_version_is_told() -> None:
    said = govah("--version")

    assert said.code == 0
    assert said.out.startswith("govah, version ")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("frob",), "govah: No such command 'frob'; see govah --help"),
        (("run",), "govah run: Missing option '-c' / '--config'; see govah run --help"),
        (("check-config",), "govah check-config: Missing argument 'FILE'; see"),
        (("report", "x", "--data", "."), "'x' is not a valid integer; see govah report --help"),
        (("report", "1"), "Missing option '--data'; see govah report --help"),
        (("report", "1", "--data", ".", "--format", "doc"), "'doc' is not one of"),
        (("demo", "--only", "dns-dead"), "--only and --json go with --tour; see govah demo --help"),
        (("demo", "--json"), "--only and --json go with --tour; see govah demo --help"),
        (("demo", "--neighbourhood", "1"), "1 is not in the range 2<=x<=254"),
    ],
)
def test_wrong_use_is_one_line_that_says_where_help_is(
    arguments: tuple[str, ...], expected: str
) -> None:
    said = govah(*arguments)

    assert said.code == 2
    assert expected in said.line
    assert said.out == ""


def test_the_example_is_good_where_its_secrets_are(tmp_path: Path) -> None:
    example, environ = example_with_its_secrets(tmp_path)

    said = govah("check-config", example, **environ)

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"{example}: good: 2 services, ")


def test_a_broken_configuration_is_a_no_to_the_question_and_stops_a_start() -> None:
    file = BROKEN / "unknown_key.yaml"

    asked, started = govah("check-config", file), govah("run", "-c", file)

    assert (asked.code, started.code) == (1, 2)
    assert asked.line == started.line
    assert asked.line.startswith(f"{file}:28:5: checks[0].evry: this key is unknown; expected")


def test_several_errors_are_told_at_once_one_line_each() -> None:
    said = govah("check-config", BROKEN / "several_errors_at_once.yaml")

    assert said.code == 1
    lines = said.err.splitlines()
    assert len(lines) == 5
    assert all(line.startswith(f"{BROKEN}/several_errors_at_once.yaml:") for line in lines)


def test_a_configuration_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "none.yaml"

    asked, started = govah("check-config", missing), govah("run", "-c", missing)

    assert (asked.code, started.code) == (1, 2)
    assert asked.line == started.line
    assert f"{missing}:1:1: (file): there is no such file" in asked.line


def test_a_monitor_does_not_start_where_its_page_has_no_port(
    tmp_path: Path, taken_port: int
) -> None:
    said = govah("run", "-c", small_configuration(tmp_path, taken_port))

    assert said.code == 2
    assert f"127.0.0.1:{taken_port}: cannot serve the page" in said.line
    assert said.line.endswith("choose another page.listen")


def test_a_second_monitor_and_a_report_are_refused_while_one_runs(
    tmp_path: Path, configuration: Path
) -> None:
    with running(configuration):
        second = govah("run", "-c", configuration)
        report = govah("report", "1001", "--data", tmp_path, "-c", configuration)

    assert (second.code, report.code) == (2, 2)
    assert f"{tmp_path}/data is in use by another govah: stop that one" in second.line
    assert "is in use by another govah" in report.line


def test_a_monitor_that_is_asked_to_stop_ends_well(configuration: Path) -> None:
    with running(configuration) as monitor:
        pass

    assert monitor.returncode == 0


def test_data_of_a_newer_version_are_refused(tmp_path: Path, configuration: Path) -> None:
    a_store_with_incident_1001(tmp_path / "data")
    with closing(sqlite3.connect(tmp_path / "data" / "govah.sqlite3")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0999'")

    run = govah("run", "-c", configuration)
    report = govah("report", "1001", "--data", tmp_path, "-c", configuration)

    assert (run.code, report.code) == (2, 2)
    assert run.line == report.line
    assert "newer govah (schema 0999" in run.line


def test_a_file_in_the_place_of_the_data_directory_is_refused(
    tmp_path: Path, configuration: Path
) -> None:
    (tmp_path / "data").write_text("in the way", encoding="utf-8")

    said = govah("run", "-c", configuration)

    assert said.code == 2
    assert f"{tmp_path}/data cannot be written" in said.line


def test_an_incident_that_never_was_is_a_no(tmp_path: Path, configuration: Path) -> None:
    a_store_with_incident_1001(tmp_path / "data")

    said = govah("report", "7", "--data", tmp_path, "-c", configuration)

    assert said.code == 1
    assert said.line == f"7: there is no such incident in {tmp_path}/data"


def test_a_language_the_page_does_not_speak_is_a_no(tmp_path: Path, configuration: Path) -> None:
    options = ("--data", tmp_path, "-c", configuration, "--language", "de")

    said = govah("report", "1001", *options)

    assert said.code == 1
    assert said.line == "de: not a language of this page; choose fa or en"


def test_a_report_on_a_directory_without_data_makes_none(
    tmp_path: Path, configuration: Path
) -> None:
    nowhere = tmp_path / "nowhere"

    said = govah("report", "1001", "--data", nowhere, "-c", configuration)

    assert said.code == 2
    assert said.line.startswith(f"{nowhere} holds no data of Govah")
    assert not nowhere.exists()


def test_a_report_that_cannot_be_written_says_where(tmp_path: Path, configuration: Path) -> None:
    a_store_with_incident_1001(tmp_path / "data")
    out = tmp_path / "nowhere" / "1001.json"
    options = ("--data", tmp_path, "-c", configuration, "--format", "json")

    said = govah("report", "1001", *options, "--out", out)

    assert said.code == 2
    assert said.line.startswith(f"{out}: cannot be written (No such file or directory)")


def test_a_report_is_written_where_it_was_asked_for(tmp_path: Path, configuration: Path) -> None:
    a_store_with_incident_1001(tmp_path / "data")
    out = tmp_path / "1001.json"
    options = ("--data", tmp_path, "-c", configuration, "--format", "json")

    said = govah("report", "1001", *options, "--out", out)

    assert said.code == 0
    assert said.line == f"{out}: incident 1001"
    assert '"type": "govah-incident/1"' in out.read_text(encoding="utf-8")


def test_a_report_of_a_service_that_is_not_declared_says_so(
    tmp_path: Path, configuration: Path
) -> None:
    a_store_with_incident_1001(tmp_path / "data")

    said = govah("report", "1001", "--data", tmp_path, "-c", configuration)

    assert said.code == 1
    assert said.line.startswith("incident 1001 is about 'tamin")
    assert "does not declare" in said.line


def test_a_report_as_a_file_needs_nothing_beside_it(tmp_path: Path) -> None:
    ours = verdict(party="tamin")
    story = (Entry(ours.onset_at, EntryKind.ONSET, ours),)
    a_store_with_incident_1001(tmp_path / "data", verdict=ours, story=story)
    out = tmp_path / "1001.html"

    said = govah("report", "1001", "--data", tmp_path, "-c", DEMO, "--out", out)

    assert (said.code, said.line) == (0, f"{out}: incident 1001")
    page = out.read_text(encoding="utf-8")
    assert len(re.findall(r'rel="stylesheet" href="data:text/css;', page)) == 3
    addresses = re.findall(r'(?:href|src)="([^"#]+)"', page)
    assert {address.partition(":")[0] for address in addresses} == {"data"}
    styles = re.findall(r"data:text/css;charset=utf-8;base64,([^\"]+)", page)
    assert "/static/" not in page
    assert any("data:font/woff2" in base64.b64decode(style).decode() for style in styles)


def test_a_fault_nobody_knows_is_answered_with_those_there_are() -> None:
    said = govah("demo", "--tour", "--only", "tamin-explodes")

    assert said.code == 2
    assert said.line.startswith("no fault is called 'tamin-explodes': choose among tamin-hang, ")


def test_a_demo_does_not_start_on_a_taken_port(tmp_path: Path, taken_port: int) -> None:
    said = govah("demo", "--data", tmp_path / "data", "--page-port", taken_port)

    assert said.code == 2
    assert said.line == (
        f"127.0.0.1:{taken_port} is taken: stop the program there or name another port"
    )


def test_a_demo_needs_a_directory_for_its_data(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    said = govah("demo", "--tour", "--data", tmp_path / "file" / "data")

    assert said.code == 2
    assert said.line == (f"{tmp_path}/file/data: Not a directory: name a directory of your own")


def test_recorded_looks_become_a_tape(tmp_path: Path) -> None:
    begin = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    looks = [
        look(
            f"{n:016x}",
            begin + timedelta(seconds=5 * n),
            check="panel-front",
            target="panel.front",
            sighting=Sighting(Phase.EXPECT, Failure.HTTP_5XX) if n >= 6 else Sighting(Phase.DONE),
        )
        for n in range(12)
    ]

    async def fill() -> None:
        store = SqliteStore(tmp_path / "data", clock=SystemClock())
        await store.open()
        await store.record(looks)
        await store.close()

    asyncio.run(fill())
    out = tmp_path / "noon.jsonl.gz"
    stretch = ("--since", "2026-11-22T12:00", "--until", "2026-11-22T12:01")

    said = govah("tape", "export", "--data", tmp_path, "-c", DEMO, *stretch, "--out", out)
    empty = govah(
        *("tape", "export", "--data", tmp_path, "-c", DEMO, "--out", tmp_path / "none"),
        *("--since", "2026-11-21T12:00", "--until", "2026-11-21T12:01"),
    )

    assert (said.code, said.line) == (0, f"{out}: 12 looks")
    lines = [json.loads(line) for line in gzip.decompress(out.read_bytes()).splitlines()]
    assert [line["type"] for line in lines[:2]] == ["tape", "world"]
    (pair,) = [x for x in lines if (x.get("vantage"), x.get("target")) == PAIR]
    ok, failed = (lines[0]["outcomes"].index(name) for name in ("ok", "http_5xx"))
    assert pair["rle"] == [[ok, 6], [failed, 6]]
    assert empty.code == 1
    assert empty.line.startswith("no look began between 2026-11-21T12:00Z and ")
    assert not (tmp_path / "none").exists()
