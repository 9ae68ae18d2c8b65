"""docs/agents.md names every reason there is, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.console import door, gate, limits
from monitor.model import LookRefusal, Quarantine, RequestRefusal
from monitor.wire import messages
from monitor.wire.keys import SEQUENCE, SIGNATURE, VANTAGE

TEXT = (Path(__file__).parents[1] / "docs" / "agents.md").read_text(encoding="utf-8")


def first_columns():
    """The first column of every table, by the name at its head."""
    tables: dict[str, list[str]] = {}
    for table in re.findall(r"(?:^\|.*\n)+", TEXT, re.MULTILINE):
        head, _, *rows = [line.split("|")[1].strip().strip("`") for line in table.splitlines()]
        tables.setdefault(head, []).extend(rows)
    return tables


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("reason", [*RequestRefusal, *LookRefusal]),
        ("quarantine", list(Quarantine)),
        ("header", [VANTAGE, SEQUENCE, SIGNATURE]),
    ],
)
def test_every_name_of_the_wire_is_explained_once_and_nothing_else_is(head, told):
    assert first_columns()[head] == [str(each) for each in told]


@pytest.mark.parametrize(
    "promise",
    [
        f"{door.MOST_CONNECTIONS} connections, {door.FIRST_REQUEST_S:g} s for a handshake",
        f"{gate.ENROLS} refused enrolments in {gate.ENROLS_S / 60:g} minutes",
        f"{gate.FAILURES} bad signatures a minute",
        f"longer than {limits.SLOWEST_BODY_S:g} s",
        f"at most {messages.MOST_LOOKS} looks",
        f"at most {messages.MOST_WIRE_BYTES >> 20} MiB as sent",
        f"{messages.MOST_DECODED_BYTES >> 20} MiB decoded",
        f"at least every {messages.EXCHANGE_S:g} seconds",
        f"below `{messages.BASE}`",
    ],
)
def test_every_figure_is_the_one_that_holds(promise):
    assert promise in TEXT
