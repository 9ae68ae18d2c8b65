"""The whole path in real processes: a fault, the right party, page, messages, report, metrics."""

from __future__ import annotations

import time

import aiohttp
import pytest

from monitor.core.segments import count
from monitor.demo.faults import FAULTS
from monitor.demo.world import World
from tests.process.patience import until

pytestmark = [pytest.mark.process, pytest.mark.alone]

WITHIN_S = 60.0
USERS_OF_TAMIN = {"+989120000001", "+989120000002", "+989120000004"}


async def text(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 200, url
        return await answer.text()


async def test_tamin_answers_5xx_and_everybody_concerned_learns_it_and_its_end(tmp_path):
    async with World(tmp_path / "world", first_neighbourhood=140) as world:
        page = f"http://{world.page}"
        await until(lambda: _is(world, "fine"), 40.0, "all is fine after the start")
        assert await world.ledger() == []

        await world.apply(FAULTS["tamin-5xx"])
        begun = time.monotonic()
        await until(lambda: _named(world, "tamin"), WITHIN_S, "the insurer is named")
        named_s = time.monotonic() - begun
        await until(lambda: _sent(world, 3), 15.0, "three doctors are told")

        assert named_s <= WITHIN_S
        persian = await text(f"{page}/fa")
        assert "تأمین اجتماعی پاسخ نمی‌دهد" in persian
        assert "Social Security is not responding" in await text(f"{page}/en")
        opened = await world.ledger()
        assert {each["to"] for each in opened} == USERS_OF_TAMIN
        assert all(count(each["body"]).segments <= 2 for each in opened)
        state = await world.state()
        (incident,) = [i for i in state["incidents"] if i["public"]]
        report = await text(f"{page}/i/{incident['ref']}")
        assert "درخواست" in report
        grounds = {g["key"]: g["supports"] for g in state["verdicts"][0]["grounds"]}
        assert grounds["seen.direct_failed"] is True
        assert grounds["unseen.inside"] is False
        metrics = await text(f"{page}/metrics")
        assert 'govah_fault_domain{domain="upstream",service="tamin"} 1.0' in metrics
        assert "+98912" not in metrics

        await world.heal()
        await until(lambda: _closed(world), 120.0, "the incident is closed")
        await until(lambda: _sent(world, 6), 15.0, "the same three are told again")

        everything = await world.ledger()
        assert len(everything) == 6
        for number in USERS_OF_TAMIN:
            assert [e["to"] for e in everything].count(number) == 2
        assert str(incident["ref"]) in await text(f"{page}/en")
        assert "پاسخ نداد" in await text(f"{page}/i/{incident['ref']}")


async def _is(world: World, page: str) -> bool:
    state = await world.state()
    return state is not None and state["page"] == page


async def _named(world: World, party: str) -> bool:
    state = await world.state()
    return any(v["party"] == party and v["level"] == "named" for v in state["verdicts"])


async def _sent(world: World, messages: int) -> bool:
    return len(await world.ledger()) >= messages


async def _closed(world: World) -> bool:
    state = await world.state()
    return not state["incidents"] and state["page"] == "fine"
