"""They say, we see: on a phone and on a desk, in both languages, without pushing anything away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.model import Notice, NoticeKind
from tests.integration.web.face import ShelfStore, an_hour_of_looks, face
from tests.unit.wording.small_world import NOW, ONSET, incident, picture

pytestmark = pytest.mark.browser

HOUR = timedelta(hours=1)
OUTAGE = picture(incident())


def notice(kind, from_at, to_at, **changes):
    id_ = f"{kind}:{from_at}"
    return Notice(id_, "s", kind, from_at, to_at, seen_at=ONSET, **changes)


NOTICES = (
    notice(NoticeKind.STATUS, ONSET, NOW - HOUR / 12, party="tamin", says="resolved"),
    notice(NoticeKind.STATUS, ONSET - HOUR, NOW + HOUR, party="ihio", says="major_outage"),
    notice(NoticeKind.DEPLOY, ONSET, NOW + HOUR, party="boghrat", services=("panel",)),
    notice(NoticeKind.POWER_CUT, NOW + HOUR, NOW + 3 * HOUR, region="tehran", says="planned"),
    notice(NoticeKind.MAINTENANCE, NOW + 20 * HOUR, NOW + 23 * HOUR, party="tamin"),
)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["fa", "en"])
async def test_page_and_report_hold_both_sides_without_scrolling_sideways(visit, language, width):
    shelf = ShelfStore(incident(), observations=an_hour_of_looks(), notices=NOTICES)
    report = "/i/1247" if language == "fa" else "/en/i/1247"
    async with face(OUTAGE, store=shelf, notices=NOTICES) as it:
        for path, sides in ((f"/{language}", 3), (report, 1)):
            async with visit(it.url + path, width=width, height=900) as (page, seen):
                heard = await page.locator("tr.heard, dl.heard").all_inner_texts()
                we = {"fa": "ما می‌بینیم", "en": "We see"}[language]
                assert sum(we in each for each in heard) == sides
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                assert seen.errors == []


async def test_with_two_rows_that_say_otherwise_the_reference_still_is_on_the_first_screen(visit):
    async with face(OUTAGE, notices=NOTICES) as it, visit(it.url + "/fa") as (page, _):
        assert await page.locator("tr.heard").count() == 2
        for part in ("h1", ".do ol", ".promise", ".ops", ".ref"):
            box = await page.locator(part).first.bounding_box()
            assert box["y"] + box["height"] <= 640, part
