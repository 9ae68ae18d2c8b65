"""docs/notices.md explains every word there is, and its examples are good."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.core.notices.sources import SAYS, Aside
from monitor.metrics_notices import RESULTS
from monitor.settings import load

ROOT = Path(__file__).parents[4]
TEXT = (ROOT / "docs" / "notices.md").read_text(encoding="utf-8")
GOOD = (ROOT / "tests" / "unit" / "settings" / "whole.yaml").with_name("good.yaml")


def words_under(first: str) -> list[str]:
    table = TEXT.partition(f"\n| {first} | ")[2].partition("\n\n")[0]
    return re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)


@pytest.mark.parametrize(
    ("first", "words"),
    [("word", SAYS), ("result", RESULTS), ("reason", [each.value for each in Aside])],
)
def test_every_word_is_explained_once(first, words) -> None:
    assert sorted(words_under(first)) == sorted(words)


@pytest.mark.parametrize("number", [0, 1])
def test_the_examples_are_good(tmp_path, number) -> None:
    blocks = re.findall(r"(?:^    .*\n|(?<=\n)\n(?=    ))+", TEXT, re.MULTILINE)
    example = "\n".join(line[4:] for line in blocks[number].splitlines())
    base = GOOD.read_text(encoding="utf-8")
    mashhad = (
        "\n  - {id: mashhad, name: {fa: م, en: M}, country: IR, region: mashhad, network: tci}"
    )
    base = base.replace("\nvantages:", f"\nvantages:{mashhad}")
    (tmp_path / "govah.yaml").write_text(f"{base}\n{example}\n", encoding="utf-8")

    notices = load(tmp_path / "govah.yaml", environ={}).notices

    assert len(notices.feeds) == [3, 1][number]
    assert len(notices.windows) == [1, 0][number]
