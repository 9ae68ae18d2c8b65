"""`govah replay` and `make bench-attribution`, as processes; tapes in files, whole and damaged."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from monitor.core.inference.finding import Claim, Reason
from monitor.core.replay.read import read
from monitor.model import EvidenceClass, FaultDomain, Mode
from monitor.replaying import LINE_LONGEST, TapeFileError, grounds, read_tape
from tests.support.command import ROOT, environment, govah
from tests.support.tapes import FAILED, OK, a_tape, signal, truth, written

if TYPE_CHECKING:
    from pathlib import Path

UPSTREAM_FAILS = {
    (vantage, target): [[OK, 60], [FAILED, 60]]
    for vantage in ("here", "there")
    for target in ("ins.front", "ins.deed", "panel.relay")
}
WELL = [signal(vantage, "self", [OK, 120]) for vantage in ("here", "there")]


def a_failing_upstream(*more: dict) -> str:
    return "".join(written(a_tape(*WELL, *more, slots=120, rows=UPSTREAM_FAILS)))


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    path = tmp_path / "small-1.jsonl.gz"
    path.write_bytes(gzip.compress(a_failing_upstream(truth(onset_s=300, end_s=600)).encode()))
    return path


@pytest.mark.process
def test_a_replay_tells_every_change_and_how_it_ended(recorded: Path) -> None:
    said = govah("replay", recorded)

    *lines, end = map(json.loads, said.out.splitlines())
    assert (said.code, said.err) == (0, "")
    assert set(end) == {"type", "looks", "extra_looks", "cpu_s"}
    assert (end["type"], end["looks"]) == ("end", 240)
    assert end["extra_looks"] > 0
    assert all(set(line) == {"t", "state", "verdicts"} for line in lines)
    assert all(300.0 < line["t"] <= 600.0 for line in lines)
    assert lines[-1]["state"] == "blamed"
    (verdict,) = lines[-1]["verdicts"]
    assert (verdict["domain"], verdict["party"], verdict["named"]) == ("upstream", "ins", True)
    assert abs(verdict["onset_s"] - 300.0) <= 15.0


@pytest.mark.process
def test_asked_to_explain_every_line_has_its_grounds(recorded: Path) -> None:
    plain, told = govah("replay", recorded), govah("replay", recorded, "--explain")

    *lines, _ = map(json.loads, told.out.splitlines())
    *bare, _ = map(json.loads, plain.out.splitlines())
    assert (told.code, told.err) == (0, "")
    assert all(isinstance(line.pop("grounds"), list) for line in lines)
    assert lines == bare


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_ground_has_its_class_its_weight_and_its_words(language: str) -> None:
    reasons = (
        Reason(EvidenceClass.ACTIVE_PROBE, "ins.deed", "http_5xx", ("here", "there"), 12, 6.254),
        Reason(EvidenceClass.REAL_TRAFFIC, "regional_traffic", "drop", ("there",), 1, -1.5),
    )
    claim = Claim(FaultDomain.UPSTREAM, "ins", Mode.DOWN, 0.998, 300.0, named=True, reasons=reasons)
    layout = read(written(a_tape(*WELL, slots=120, rows=UPSTREAM_FAILS))).layout

    strong, against, unseen = grounds(claim, layout, language)

    assert (strong["class"], strong["for"], strong["weight"]) == ("active_probe", True, 6.25)
    assert (against["class"], against["for"], against["weight"]) == ("real_traffic", False, 1.5)
    assert (unseen["for"], unseen["weight"]) == (False, 0.0)
    words = ("12", "server error") if language == "en" else ("۱۲", "خطای سامانه")
    assert all(word in strong["text"] for word in (*words, "ins", "here", "there"))


@pytest.mark.process
def test_a_tape_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "bent.jsonl"
    path.write_text(a_failing_upstream().replace('"rle": [[0, 60]', '"rle": [[77, 60]', 1))

    bent, gone = govah("replay", path), govah("replay", tmp_path / "gone.jsonl")

    assert (bent.code, bent.out) == (2, "")
    assert bent.line == f"{path}: line 4: rle holds the unknown outcome 77"
    assert (gone.code, gone.out) == (2, "")
    assert str(tmp_path / "gone.jsonl") in gone.line


def test_gzip_is_told_by_its_content_not_by_the_name(tmp_path: Path) -> None:
    text = a_failing_upstream().encode()
    (tmp_path / "a.gz").write_bytes(text)
    (tmp_path / "b.jsonl").write_bytes(gzip.compress(text))

    assert read_tape(tmp_path / "a.gz") == read_tape(tmp_path / "b.jsonl")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "line 1: the tape is empty"),
        (gzip.compress(b"{}")[:-4], "line 1: damaged gzip"),
        (gzip.compress(b"{}")[:-8] + b"12345678", "line 1: damaged gzip"),
        (b"\x1f\x8b" + b"nothing of gzip", "line 1: damaged gzip"),
        (b"\xff\xfe", "line 1: not UTF-8"),
        (b"\x00" * 9, "line 1: not JSON: Expecting value at column 1"),
    ],
    ids=["empty", "cut", "sum", "magic", "bytes", "zeros"],
)
def test_a_damaged_file_is_refused_by_name_line_and_fault(
    tmp_path: Path, content: bytes, fault: str
) -> None:
    path = tmp_path / "tape"
    path.write_bytes(content)

    with pytest.raises(TapeFileError) as caught:
        read_tape(path)

    assert str(caught.value).startswith(f"{path}: {fault}")
    assert "\n" not in str(caught.value)


def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "endless.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(LINE_LONGEST // 2**20 + 1):
            file.write(b" " * 2**20)

    with pytest.raises(TapeFileError, match=f"line 1: longer than {LINE_LONGEST} bytes"):
        read_tape(path)


def test_a_directory_is_no_tape(tmp_path: Path) -> None:
    with pytest.raises(TapeFileError, match="cannot be read \\(Is a directory\\)"):
        read_tape(tmp_path)


def bench(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.scoring", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
        timeout=120,
    )


@pytest.mark.process
def test_the_bench_scores_a_directory_with_baselines_beside(recorded: Path) -> None:
    (recorded.parent / "held-2.jsonl").write_text(a_failing_upstream().replace("small-1", "held-2"))
    out = recorded.parent / "made" / "figures.json"

    ended = bench(recorded.parent, "--jobs", 2, "--out", out)

    assert (ended.returncode, ended.stderr) == (0, "")
    heads = ended.stdout.splitlines()[0]
    assert heads.split("  ")[0] == ""
    assert all(name in heads for name in ("govah", "any failure", "3 in a row", "majority"))
    assert "held-2" in ended.stdout
    figures = json.loads(out.read_text())
    assert figures["methods"]["govah"]["right"]["count"] == 1
    assert [tape["right"] for tape in figures["tapes"]] == [None, True]


@pytest.mark.process
def test_the_bench_refuses_what_is_no_tape_in_one_line(tmp_path: Path) -> None:
    empty = bench(tmp_path)
    (tmp_path / "bad.jsonl").write_text("{}\n")
    bad = bench(tmp_path, "--jobs", 2)

    assert (empty.returncode, empty.stderr.count("\n")) == (2, 1)
    assert (bad.returncode, bad.stderr.splitlines()) == (
        2,
        [f"{tmp_path}/bad.jsonl: line 1: type is missing"],
    )
