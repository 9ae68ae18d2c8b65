"""The banner of docs/platform.md, as it stands there, in a panel of its own, in a real browser."""

import asyncio
import re
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from monitor.model import FaultDomain, Level
from tests.integration.web.face import face
from tests.unit.wording.small_world import incident, judgement, picture, verdict

pytestmark = pytest.mark.browser

RECIPE = (Path(__file__).parents[2] / "docs" / "platform.md").read_text(encoding="utf-8")
OUTAGE = picture(incident())


def snippet(language):
    found = re.findall(rf"^```{language}\n(.*?)^```", RECIPE, re.MULTILINE | re.DOTALL)
    return found[-1]


@asynccontextmanager
async def panel(govah_url):
    """A panel that does what the recipe says; gives its address, and forgets at `/forget`."""
    names = {}
    exec(snippet("python"), names)  # noqa: S102 - the recipe is what is tried
    held = names["GovahState"](govah_url)

    async def forget(_request):
        held._asked_s = float("-inf")
        return web.Response(status=204)

    async def state(_request):
        told = await asyncio.to_thread(held.get)
        return web.Response(status=204) if told is None else web.json_response(told)

    async def script(_request):
        return web.Response(text=snippet("js"), content_type="text/javascript")

    async def page(_request):
        html = f"<!doctype html><style>{snippet('css')}</style>{snippet('html')}"
        return web.Response(text=html, content_type="text/html")

    async def icon(_request):
        return web.Response(status=204)

    app = web.Application()
    app.add_routes(
        [
            web.get("/", page),
            web.get("/govah-banner.js", script),
            web.get("/govah/state", state),
            web.get("/favicon.ico", icon),
            web.get("/forget", forget),
        ]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield "http://{}:{}/".format(*runner.addresses[0][:2])
    finally:
        await runner.cleanup()


async def first_news(page):
    await page.wait_for_function("goodUntil > 0 || document.title === 'never'")
    return page.locator("#govah")


async def test_a_doctor_reads_the_sentence_and_the_advice_for_her_insurer(visit):
    async with face(OUTAGE) as govah, panel(govah.url) as url, visit(url) as (page, seen):
        banner = await first_news(page)

        assert await banner.is_visible()
        text = await banner.inner_text()
        assert "تأمین اجتماعی پاسخ نمی‌دهد" in text
        assert "نسخه را نگه دارید" in text
        assert await banner.get_attribute("data-state") == "outage"
        assert "govah-old" not in (await banner.get_attribute("class") or "")
        assert all(request.startswith(url) for request in seen.requests)
        assert seen.errors == []


async def test_nothing_is_shown_where_nothing_is_wrong(visit):
    other = picture(incident(verdict(service="ihio", party="ihio")))
    async with face(other) as govah, panel(govah.url) as url, visit(url) as (page, _):
        assert not await (await first_news(page)).is_visible()


async def test_without_a_fresh_look_the_banner_is_grey_and_blames_nobody(visit):
    async with face(OUTAGE) as govah:
        govah.clock.passed_s = 3600.0
        async with panel(govah.url) as url, visit(url) as (page, _):
            await page.locator("#govah[data-state=blind]").wait_for()

            assert "پاسخ نمی‌دهد" not in await page.locator("#govah").inner_text()


async def test_govah_down_from_the_beginning_shows_nothing_and_breaks_nothing(visit):
    async with panel("http://127.0.0.1:9") as url, visit(url) as (page, seen):
        await page.wait_for_function(
            "performance.getEntriesByName(location + 'govah/state').length"
        )

        assert not await page.locator("#govah").is_visible()
        assert seen.errors == []


async def test_govah_down_later_leaves_a_sentence_that_turns_grey_when_its_time_is_over(visit):
    async with face(OUTAGE) as govah, panel(govah.url) as url, visit(url) as (page, seen):
        banner = await first_news(page)
        govah.show(None)  # 503 from now on
        await page.evaluate("fetch('/forget')")
        await page.evaluate("renew()")
        await page.evaluate("goodUntil = performance.now() - 1; age()")
        await page.locator("#govah.govah-old").wait_for()

        assert "تأمین اجتماعی" in await banner.inner_text()
        assert await banner.get_attribute("title") == "این خبر تازه نیست"
        assert seen.errors == []


async def test_what_govah_says_is_text_and_never_markup(visit):
    async with face(OUTAGE) as govah, panel(govah.url) as url, visit(url) as (page, _):
        await first_news(page)

        assert await page.evaluate("place.children.length") == 0
    assert "innerHTML" not in RECIPE


async def test_the_state_has_a_banner_for_every_service_in_every_language():
    about_all = incident(
        verdict(service=None, party=None, domain=FaultDomain.NETWORK_DOMESTIC, level=Level.SYMPTOM)
    )
    for shown in (
        picture(),
        OUTAGE,
        picture(about_all),
        picture(judgement=judgement(sighted=False)),
    ):
        async with face(shown) as govah, govah.session.get(govah.url + "/api/v1/state") as answer:
            told = await answer.json()
        assert set(told["banners"]) == {"tamin", "ihio", "panel"}
        for banner in told["banners"].values():
            spoken = [bool(banner["sentence"][language]) for language in ("fa", "en")]
            assert spoken == [banner["state"] != "fine"] * 2
            assert set(banner["advice"]) == {"fa", "en"}
        assert told["age_s"] == pytest.approx(30.0)
        assert told["valid_for_s"] >= 0
