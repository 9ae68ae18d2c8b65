"""Three seconds: what a doctor sees on a phone without scrolling."""

import pytest

from monitor.model import FaultDomain, Level
from tests.integration.web.face import ShelfStore, an_hour_of_looks, face
from tests.unit.wording.small_world import incident, judgement, picture, resolved, verdict

pytestmark = pytest.mark.browser

OUTAGE = picture(incident(), recent=(resolved(),))
OWN = incident(
    verdict(
        service="panel",
        domain=FaultDomain.PLATFORM,
        party="boghrat",
        operations=("records", "visits", "login"),
        grounds=(),
    )
)
STATES = {
    "fine": picture(recent=(resolved(),)),
    "outage": OUTAGE,
    "ours": picture(OWN, incident(ref=1248)),
    "symptom": picture(incident(verdict(level=Level.SYMPTOM))),
    "blind": picture(judgement=judgement(sighted=False)),
}


async def no_sideways_scroll(page):
    return await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def only_from(url, seen):
    return [r for r in seen.requests if not r.startswith(url)] == []


async def test_verdict_since_advice_promise_and_reference_stand_on_the_first_screen(visit):
    async with face(OUTAGE) as it, visit(it.url + "/fa") as (page, seen):
        assert await page.evaluate("document.documentElement.dir") == "rtl"
        for part in (".word", "h1", ".facts", ".way", ".do ol", ".promise", ".ops", ".ref"):
            box = await page.locator(part).first.bounding_box()
            assert box["y"] >= 0, part
            assert box["y"] + box["height"] <= 640, part
            assert box["x"] >= 0, part
            assert box["x"] + box["width"] <= 360, part
        assert "از ۱۰:۲۵" in await page.locator(".facts").first.inner_text()
        assert "خبر بعدی: ۱۰:۵۵" in await page.locator(".promise").inner_text()
        assert await no_sideways_scroll(page)
        assert seen.errors == []
        assert only_from(it.url, seen)


async def test_the_way_runs_from_the_reader_at_the_right_to_the_break_at_the_left(visit):
    async with face(OUTAGE) as it, visit(it.url + "/fa") as (page, _):
        boxes = [await stop.bounding_box() for stop in await page.locator(".way li").all()]
        assert [b["x"] for b in boxes] == sorted((b["x"] for b in boxes), reverse=True)
        classes = [await s.get_attribute("class") for s in await page.locator(".way li").all()]
        assert classes == ["self", "fine", "outage"]


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("state", STATES)
async def test_every_state_fits_a_phone_without_complaint(visit, state, language):
    async with face(STATES[state]) as it, visit(f"{it.url}/{language}") as (page, seen):
        assert await no_sideways_scroll(page)
        assert (await page.locator("h1").inner_text()).strip()
        promise = page.locator(".promise")
        if await promise.count():
            box = await promise.bounding_box()
            assert box["y"] + box["height"] <= 640
        assert seen.errors == []
        assert only_from(it.url, seen)


async def test_a_blind_page_is_grey_all_over(visit):
    async with face(STATES["blind"]) as it, visit(it.url + "/fa") as (page, _):
        chips = [await c.get_attribute("class") for c in await page.locator(".ops .chip").all()]
        assert set(chips) == {"chip blind"}


async def test_without_javascript_the_page_says_the_same_and_renews_itself(visit):
    async with face(OUTAGE) as it, visit(it.url + "/fa", javascript=False) as (page, seen):
        assert "تأمین اجتماعی پاسخ نمی‌دهد" in await page.content()
        assert '<meta http-equiv="refresh" content="30">' in await page.content()
        assert [r for r in seen.requests if r.endswith(".js")] == []


async def test_a_page_nobody_renews_greys_by_itself(visit):
    async with face(OUTAGE) as it, visit(it.url + "/fa") as (page, _):
        old = page.locator(".old")
        assert not await old.is_visible()
        await page.evaluate(
            "document.getAnimations().forEach(a => { a.currentTime = 90_000 + 1; a.finish(); })"
        )
        assert await old.is_visible()
        assert "grayscale" in await page.evaluate(
            "getComputedStyle(document.querySelector('#live > main')).filter"
        )


async def test_the_page_renews_itself_and_then_starts_its_age_anew(visit):
    async with face(OUTAGE) as it, visit(it.url + "/fa") as (page, _):
        await page.evaluate("document.getAnimations().forEach(a => a.finish())")
        assert await page.locator(".old").is_visible()
        it.show(STATES["fine"])
        it.clock.passed_s += 1.0
        await page.locator("section.verdict.fine").wait_for(timeout=30_000)
        assert not await page.locator(".old").is_visible()
        assert "همه سامانه‌ها" in await page.title()


@pytest.mark.parametrize("width", [390, 1280])
async def test_the_report_draws_every_look_and_does_not_scroll_sideways(visit, width):
    store = ShelfStore(resolved(), observations=an_hour_of_looks())
    async with face(picture(), store) as it:
        it.clock.passed_s = 7200.0
        async with visit(it.url + "/i/1247", width=width, height=800) as (page, seen):
            assert await page.locator("svg.looks g").count() == 6
            assert await page.locator("svg.looks g.outage .name").inner_html() == "تأمین اجتماعی"
            assert await no_sideways_scroll(page)
            assert seen.errors == []
            assert only_from(it.url, seen)
