"""Why we say so, as a report tells it: class, count, places, weight; and what is open."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from monitor.core.attribution.caveats import changes_of
from monitor.core.attribution.reasons import grounds_of
from monitor.core.inference.evidence import Notice
from monitor.core.inference.layout import Layout, Thing
from monitor.model import EvidenceClass, NoticeKind, Role
from tests.integration.web.face import ShelfStore, an_hour_of_looks, face
from tests.support.claims import claim, reason
from tests.unit.wording.small_world import HOME, TARGETS, incident, picture, resolved, verdict

LAYOUT = Layout(
    platform="boghrat",
    upstreams=("tamin", "ihio"),
    places={},
    things={
        t.id: Thing(t.id, t.role, t.service, t.service if t.role is Role.RELAY else None, t.scope)
        for t in (
            replace(t, service={"panel": "boghrat"}.get(t.service, t.service)) for t in TARGETS
        )
    },
    looks=(),
    every_s={},
)
CLAIM = claim(
    reason("tamin.entitlement", "http_5xx", 31.2, count=23, vantages=HOME, over_rival=12.1),
    reason("panel.front", "ok", 3.0, count=7, vantages=HOME, over_rival=3.0),
    reason("tamin.entitlement", "ok", -4.1, count=2, vantages=HOME[2:3], over_rival=-4.1),
    reason("tamin.entitlement", "http_5xx", 5.5, EvidenceClass.REAL_TRAFFIC, vantages=()),
    rival="platform",
    lead=16.1,
)
DEPLOYED = Notice(NoticeKind.DEPLOY, 200.0, 600.0)
ABOUT = verdict(grounds=grounds_of(CLAIM, LAYOUT, (DEPLOYED,)), would_change=changes_of(CLAIM))


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (
            "/i/1247",
            (
                "۲۳ سنجش مستقیم تأمین اجتماعی ناموفق بود (خطای سامانه)؛ از هر ۴ نقطه داخل کشور",
                "سنجش خودمان · بیش از ۱۰٬۰۰۰ به ۱",
                "۷ سنجش نشانی پنل بقراط پاسخ درست گرفت؛ از هر ۴ نقطه داخل کشور؛ با «اختلال در",
                "درخواست خود پزشکان · حدود ۲۰۰ به ۱",
                "اوضاع پیرامون · حدود ۴۰ به ۱",
                "قوی‌ترین توضیح دیگر: اختلال در پنل خود ما.",
                "آنچه درون تأمین اجتماعی می‌گذرد دیده نمی‌شود",
                "نخستین سنجش ناموفق یکشنبه ۱ آذر ۱۴۰۵، ساعت ۱۰:۲۵:۰۰ آغاز شد.",
                "اگر سنجش مستقیم پاسخ بگیرد",
            ),
        ),
        (
            "/en/i/1247",
            (
                "23 looks at Social Security, asked directly, failed (server error), from all 4",
                "our looks · about 60 to 1",
                "trouble of our own panel would look like that",
                "A new version of our panel came at this time",
                "The strongest other explanation was trouble of our own panel.",
                "What happens inside Social Security we cannot see",
                "The first failing look began on Sunday 22 November 2026 at 10:25:00.",
            ),
        ),
    ],
)
async def test_a_report_tells_every_ground_with_its_class_and_weight(path, told):
    store = ShelfStore(resolved(ABOUT), observations=an_hour_of_looks())
    async with face(picture(), store) as it:
        it.clock.passed_s = 7200.0
        _, html = await it.get(path)
        for words in told:
            assert words in html
        for_, against = html.split('<div class="card">')[1:3]
        assert bars(for_) == sorted(bars(for_), reverse=True)
        assert len(bars(for_)) == 3
        assert len(bars(against)) == 2
        assert "<script" not in html
        assert len(html) < 100_000


def bars(card: str) -> list[int]:
    """How long the bars are, in percent."""
    return [int(width) for width in re.findall(r'"M0 3H(\d+)"/></svg>', card)]


async def test_the_page_keeps_to_the_strongest_and_to_what_nobody_sees():
    many = tuple(replace(g, weight=0.5) for g in ABOUT.grounds if g.key == "seen.direct_failed") * 9
    rest = tuple(g for g in ABOUT.grounds if not g.supports or g.key.startswith("rival."))
    about = incident(replace(ABOUT, grounds=(*many, *rest)))
    async with face(picture(about), ShelfStore()) as it:
        _, html = await it.get("/en")
        assert html.count("23 looks at Social Security") == 6
        assert "trouble of our own panel would look like that" in html
        assert "What happens inside Social Security we cannot see" in html
        assert "The strongest other explanation" not in html
