"""docs/failures.md is complete, and describes nothing that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

from monitor.model import Failure, Void

TEXT = (Path(__file__).parent.parent / "docs" / "failures.md").read_text(encoding="utf-8")


def names_under(heading: str) -> list[str]:
    section = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \| .+ \|$", section, re.MULTILINE)


def test_every_failure_is_described_once_and_nothing_else_is():
    assert sorted(names_under("How a look fails")) == sorted(Failure)


def test_every_reason_for_a_void_look_is_described_once_and_nothing_else_is():
    assert sorted(names_under("Why a look does not count")) == sorted(Void)
