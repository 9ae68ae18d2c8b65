"""The operators' port: how each vantage stands, for people and for machines."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import ClientSession, web

from monitor.model import (
    Agent,
    AgentStanding,
    Failure,
    Figure,
    Grain,
    LookRefusal,
    Observation,
    Phase,
    Quarantine,
    Sighting,
)
from monitor.ports import StoreError
from monitor.web.operators import make_operators_app
from monitor.wording import Wording
from tests.integration.web.face import HandClock
from tests.unit.wording.small_world import NOW, incident, picture, world

SMALL = world()
FAR, OTHER, OWN = "mashhad-irancell", "shiraz-tci", "tehran-mci"
WORLD = replace(
    SMALL,
    vantages={v.id: replace(v, agent=v.id in (FAR, OTHER)) for v in SMALL.vantages.values()},
)
WORDING = Wording.load(WORLD)
AGENT = Agent(
    FAR,
    b"k" * 32,
    "0123456789abcdef",
    NOW - timedelta(days=3),
    "govah/0.3.0",
    clock_offset_s=-1.25,
    waiting=12345,
    oldest_age_s=150.0,
    dropped=7,
)
STANDING = AgentStanding(
    AGENT,
    silent_s=42.0,
    looks=200,
    late=25,
    refused={LookRefusal.FROM_THE_FUTURE: 3},
    lag_s=0.25,
)


class Shelf:
    """Looks at references and figures; can be told to fail."""

    def __init__(self, *looks, broken=False) -> None:
        self.looks, self.broken = looks, broken

    async def figures(self, grain, *, since, until, target=None):
        del target
        if self.broken:
            raise StoreError("the disk is gone")
        assert (grain, until - since) == (Grain.MINUTE, timedelta(minutes=5))
        return tuple(
            Figure(grain, since + timedelta(minutes=m), "ref.home.a", FAR, 11, 0, 0, 1, 5, 1.0, 1.0)
            for m in range(5)
        )

    async def observations(self, *, targets, since, until, limit):
        del limit
        return tuple(o for o in self.looks if o.target in targets and since <= o.started_at < until)


def reference(target, age_s, failure=None):
    return Observation(
        id=f"{target}{age_s}",
        check=target,
        vantage=FAR,
        target=target,
        started_at=NOW - timedelta(seconds=age_s),
        started_mono_s=0.0,
        duration_s=0.1,
        sighting=Sighting(Phase.DONE if failure is None else Phase.CONNECT, failure),
    )


@asynccontextmanager
async def operators(store=None, standing=STANDING, shown=None):
    shown = shown or picture(incident())
    app = make_operators_app(
        world=WORLD,
        wording=WORDING,
        clock=HandClock(),
        picture=lambda: shown,
        store=store or Shelf(),
        standings=lambda: {} if standing is None else {FAR: standing},
    )
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with ClientSession(f"http://{host}:{port}") as session:

            async def get(path):
                async with session.get(path, allow_redirects=False) as answer:
                    return answer, await answer.text()

            yield get
    finally:
        await runner.cleanup()


async def test_every_vantage_is_on_the_page_in_the_pages_own_language():
    async with operators() as get:
        answer, html = await get("/vantages")

        assert answer.status == 200
        assert 'lang="fa" dir="rtl"' in html
        for vantage in WORLD.vantages.values():
            assert vantage.name["fa"] in html
        assert "۴۲ ثانیه پیش" in html
        assert "۱۲٬۳۴۵ سنجش؛ کهنه‌ترین آنها ۲ دقیقه مانده است" in html
        assert "۱٫۲۵ ثانیه عقب" in html
        assert "۲۵ از ۲۰۰ (۱۲٫۵٪)" in html
        assert "۳ سنجش از آینده" in html
        assert "پنجشنبه ۲۸ آبان ۱۴۰۵" in html
        assert "هنوز هیچ کارگزاری" in html, "of the other agent's vantage"


async def test_one_vantage_has_a_page_of_its_own_in_each_language():
    async with operators() as get:
        _, html = await get(f"/en/vantages/{FAR}")

        assert WORLD.vantages[FAR].name["en"] in html
        assert WORLD.vantages[OTHER].name["en"] not in html
        assert f'href="/fa/vantages/{FAR}"' in html
        assert "12,345 looks, the oldest of them for 2 minutes" in html
        assert (await get(f"/vantages/{FAR}"))[0].status == 200


@pytest.mark.parametrize("path", ["/vantages/nowhere", "/fa/vantages/nowhere", "/x"])
async def test_a_vantage_that_is_not_declared_is_missing(path):
    async with operators() as get:
        assert (await get(path))[0].status == 404


async def test_the_front_leads_to_the_vantages_and_everything_carries_the_policy():
    async with operators() as get:
        for path in ("/", "/en", "/vantages", "/api/v1/vantages", "/vantages/nowhere"):
            answer, _ = await get(path)
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none';")
        assert (await get("/"))[0].headers["Location"] == "/fa/vantages"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quarantine": Quarantine.CLOCK}, "its clock is off"),
        ({"quarantine": Quarantine.CONTRADICTS}, "contradicts all other places"),
        ({"revoked_at": NOW}, "revoked since"),
    ],
)
async def test_who_is_not_believed_is_marked_with_the_reason(changes, said):
    async with operators(standing=replace(STANDING, agent=replace(AGENT, **changes))) as get:
        assert said in (await get(f"/en/vantages/{FAR}"))[1]


async def test_references_are_shown_as_the_newest_look_saw_them():
    looks = [
        reference("ref.home.a", 90),
        reference("ref.home.a", 20, Failure.CONNECT_TIMEOUT),
        reference("ref.abroad.a", 5000),
    ]
    async with operators(Shelf(*looks)) as get:
        told = json.loads((await get("/api/v1/vantages"))[1])["vantages"]

        (far,) = [each for each in told if each["id"] == FAR]
        assert [(r["target"], r["ok"]) for r in far["references"]] == [
            ("ref.abroad.a", None),
            ("ref.home.a", False),
        ]
        page = (await get(f"/fa/vantages/{FAR}"))[1]
        assert "<bdi>ref.home.a</bdi>: " in page  # a Latin id must not turn the line around


async def test_machines_get_the_same_as_plain_values():
    async with operators() as get:
        told = json.loads((await get("/api/v1/vantages"))[1])["vantages"]

        assert [each["id"] for each in told] == list(WORLD.vantages)
        (far,) = [each for each in told if each["id"] == FAR]
        assert far["looks_per_minute"] == 12.0
        assert far["spool"] == {"waiting": 12345, "oldest_age_s": 150.0, "dropped": 7}
        assert (far["late"], far["looks"], far["last_exchange_age_s"]) == (25, 200, 42.0)
        assert far["refused"] == {"from_the_future": 3}
        (own,) = [each for each in told if each["id"] == OWN]
        assert (own["agent"], "spool" in own) == (False, False)


async def test_a_store_that_fails_leaves_the_rest_of_the_page():
    async with operators(Shelf(broken=True)) as get:
        answer, html = await get(f"/en/vantages/{FAR}")

        assert answer.status == 200
        assert "not known" in html
        assert "12,345 looks" in html
