"""The program as a stranger gets it: a wheel, installed where no checkout is to be seen."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.command import ROOT, Said, example_with_its_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = [pytest.mark.process, pytest.mark.alone]

DEPENDENCIES = Path(sysconfig.get_path("purelib"))
TOUR_S, WITHIN_S = 200.0, 60.0
WHERE = """
import json, sys
import monitor.app, monitor.cli, monitor.demo.command, monitor.reporting, monitor.resources
json.dump({
    "templates": str(monitor.resources.templates()),
    "config": str(monitor.resources.config()),
    "files": sorted(m.__file__ for m in sys.modules.values() if getattr(m, "__file__", None)),
}, sys.stdout)
"""


@dataclass(frozen=True)
class Installed:
    home: Path
    empty: Path  # the present directory of every command

    def run(
        self, *command: str, environ: Mapping[str, str] | None = None, patience_s: float = 60.0
    ) -> Said:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
        ended = subprocess.run(
            [str(self.home / "bin" / command[0]), *command[1:]],
            cwd=self.empty,
            env={**kept, "LC_ALL": "C.UTF-8", **(environ or {})},
            capture_output=True,
            text=True,
            timeout=patience_s,
            check=False,
        )
        return Said(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A fresh environment with the wheel and, through a path file, the dependencies only.

    Path files inside a directory that a path file names are not read, so the editable checkout of
    this environment is out of sight there.
    """
    home = tmp_path_factory.mktemp("home")
    venv.create(home, with_pip=False, symlinks=True)
    (library,) = home.glob("lib/python*/site-packages")
    (library / "dependencies.pth").write_text(f"{DEPENDENCIES}\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "--quiet"]
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-index", "--ignore-installed", str(wheel)],
        check=True,
        capture_output=True,
    )
    return Installed(home, tmp_path_factory.mktemp("empty"))


def test_the_wheel_holds_what_the_program_needs_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    for package in ("monitor", "probes"):
        assert {str(p.relative_to(ROOT)) for p in (ROOT / package).rglob("*.py")} <= names
    for folder in ("templates", "config"):
        mine = {p for p in (ROOT / folder).rglob("*") if p.is_file()}
        assert {f"monitor/_data/{p.relative_to(ROOT)}" for p in mine} <= names
    assert {"monitor/_data/templates/static/OFL.txt", "monitor/demo/child.py"} <= names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"monitor", "probes"}
    assert not [name for name in names if "test" in name.lower()]
    assert not [name for name in names if "__pycache__" in name]


def test_nothing_of_the_checkout_is_used(installed: Installed) -> None:
    said = installed.run("python", "-c", WHERE)

    assert said.err == ""
    told = json.loads(said.out)
    ours = [f for f in told["files"] if Path(f).is_relative_to(installed.home)]
    strays = [
        f
        for f in told["files"]
        if Path(f).is_relative_to(ROOT) and not Path(f).is_relative_to(DEPENDENCIES)
    ]
    assert len(ours) > 50
    assert strays == []
    for folder in ("templates", "config"):
        assert Path(told[folder]).is_relative_to(installed.home)


def test_the_command_is_there_and_accepts_the_example_it_brings(
    installed: Installed, tmp_path: Path
) -> None:
    example, environ = example_with_its_secrets(tmp_path)
    (brought,) = installed.home.glob("lib/python*/site-packages/monitor/_data/config/example.yaml")
    example.write_bytes(brought.read_bytes())

    version = installed.run("govah", "--version")
    checked = installed.run("govah", "check-config", str(example), environ=environ)

    assert (version.code, version.err) == (0, "")
    assert version.out.startswith("govah, version ")
    assert (checked.code, checked.err) == (0, "")


def test_it_tours_the_demo_and_reports_from_what_it_left(
    installed: Installed, tmp_path: Path
) -> None:
    data, html = tmp_path / "tour", tmp_path / "incident.html"
    neighbourhood = str(random.SystemRandom().randrange(100, 250))

    tour = installed.run(
        *("govah", "demo", "--tour", "--only", "relay-bug", "--json"),
        *("--data", str(data), "--neighbourhood", neighbourhood),
        patience_s=TOUR_S,
    )
    leg = json.loads(tour.out)
    report = installed.run(
        *("govah", "report", str(leg["incident"]), "--data", str(data)),
        *("--format", "html", "--out", str(html)),
    )

    assert tour.code == 0
    assert (leg["fault"], leg["concluded"]) == ("relay-bug", "platform")
    assert leg["seconds"] <= WITHIN_S
    assert leg["wrong_upstream"] is False
    assert leg["messages"] > 0
    assert report.code == 0
    page = html.read_text(encoding="utf-8")
    assert "<html" in page
    assert "بقراط" in page
    assert list(installed.empty.iterdir()) == []
