"""docs/attribution.md tells the figures that the program reckons with, and no others."""

from __future__ import annotations

import re

from monitor.core.inference.deciding import Bars
from monitor.core.inference.likelihoods import KINDS
from monitor.model import EvidenceClass, FaultDomain
from tests.support.attribution_tables import DOCUMENT, TABLES, rewritten

TEXT = DOCUMENT.read_text(encoding="utf-8")


def test_every_table_is_the_programs_own() -> None:
    assert rewritten(TEXT) == TEXT, "run: python -m tests.support.attribution_tables"


def test_every_table_has_its_place_once() -> None:
    assert sorted(re.findall(r"<!-- table: (\w+) -->", TEXT)) == sorted(TABLES)


def test_a_figure_that_was_changed_in_the_document_is_found() -> None:
    bar = f"| `upstream` | {Bars().of(FaultDomain.UPSTREAM):g} |"
    assert TEXT.count(bar) == 1
    assert rewritten(TEXT.replace(bar, "| `upstream` | 0.5 |")) == TEXT


def test_every_kind_of_fault_is_told_with_its_reason() -> None:
    told = re.findall(r"^\| `([\w.]+)` \|.*\| (\[[TPDJ]\].+) \|$", TEXT, re.MULTILINE)
    assert {kind.name for kind in KINDS} <= {name for name, _ in told}


def test_every_class_of_evidence_is_explained() -> None:
    head, _, _ = TEXT.partition("\n## The likelihoods\n")
    assert set(EvidenceClass) <= set(re.findall(r"^\| `(\w+)` \|", head, re.MULTILINE))


def test_accusing_ourselves_never_takes_more_than_accusing_others() -> None:
    ours = (FaultDomain.PLATFORM, FaultDomain.CREDENTIALS, FaultDomain.MONITOR)
    others = (FaultDomain.UPSTREAM, FaultDomain.SHARED, FaultDomain.CONTRACT)
    bars = Bars()
    assert max(bars.of(d) for d in ours) <= min(bars.of(d) for d in others)
    assert max(bars.dwell(d) for d in ours) <= min(bars.dwell(d) for d in others)
