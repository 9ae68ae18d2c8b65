"""What a Prometheus at the agent's site can read, and whether the agent says it is well."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import TestClient, TestServer

from monitor.agent.core import Outcome
from monitor.agent.figures import Figures
from monitor.wire.messages import Stored
from tests.contract.store_values import StillClock
from tests.support.command import ROOT
from tests.unit.agent.spools import a_look, spool_in


@pytest.fixture
async def spool(tmp_path):
    made = spool_in(tmp_path)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def figures(spool):
    return Figures(spool, StillClock())


async def read(figures, path):
    async with TestClient(TestServer(figures.app())) as client:
        answer = await client.get(path)
        return answer.status, await answer.text()


async def test_the_figures_say_what_waits_and_how_exchanges_ended(spool, figures):
    for number in range(3):
        spool.put(a_look(number))
        figures.seen(a_look(number))
    figures.exchanged(Outcome.UNREACHABLE)
    figures.answered(
        Stored(stored=1, known=0, refused=2, core_wall=datetime.now(UTC), quarantine="clock"),
        7_200.5,
    )
    _, text = await read(figures, "/metrics")

    lines = set(text.splitlines())
    assert {
        "govah_agent_spool_waiting 3.0",
        "govah_agent_spool_dropped 0.0",
        "govah_agent_spool_stuck 0.0",
        'govah_agent_looks_total{outcome="ok"} 3.0',
        'govah_agent_exchanges_total{outcome="unreachable"} 1.0',
        'govah_agent_exchanges_total{outcome="good"} 0.0',
        "govah_agent_clock_offset_seconds 7200.5",
        "govah_agent_looks_refused_total 2.0",
        'govah_agent_quarantined{reason="clock"} 1.0',
        'govah_agent_quarantined{reason="contradicts"} 0.0',
    } <= lines


async def test_it_is_well_without_the_core_and_not_well_without_its_disk(spool, figures):
    status, text = await read(figures, "/healthz")
    assert (status, '"core": false' in text) == (200, True)

    spool.stuck = True
    assert (await read(figures, "/healthz"))[0] == 503


def test_every_figure_is_described_and_nothing_else_is(figures):
    there = set()
    for family in figures.registry.collect():
        if family.type != "info":
            there.add(f"{family.name}_total" if family.type == "counter" else family.name)
    text = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8").partition("### Figures")[2]

    assert sorted(re.findall(r"^\| `(govah_\w+)", text, re.MULTILINE)) == sorted(there)
