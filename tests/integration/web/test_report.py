"""The incident report as a reader gets it."""

import re
from dataclasses import replace
from datetime import timedelta
from html import escape

import pytest

from monitor.model import (
    CodeClass,
    CodeMeaning,
    Delivery,
    DeliveryState,
    Entry,
    EntryKind,
    Failure,
    MessageKind,
    Mode,
    Provider,
    Sighting,
    Step,
    Timings,
    Void,
)
from tests.integration.web.face import ShelfStore, an_hour_of_looks, face
from tests.unit.wording.small_world import HOME, NOW, ONSET, incident, picture, resolved, world

SENT = Delivery(
    key="k",
    incident=1247,
    kind=MessageKind.OPEN,
    recipient="d1",
    channel="sms",
    language="fa",
    body="secret body",
    segments=2,
    not_after=NOW,
    created_at=ONSET,
    state=DeliveryState.ACCEPTED,
)


THEIRS = {"fa": "سرویس تأمین اجتماعی خطا دارد.", "en": "The service of Social Security failed."}
INSURER = Provider(
    id="tamin",
    name={"fa": "تأمین اجتماعی", "en": "Social Security"},
    code_path="status",
    meanings=(CodeMeaning(CodeClass.UPSTREAM, THEIRS, code="-14507"),),
    unknown={"fa": "معنایش را نمی‌دانیم.", "en": "We do not know what it means."},
)
CODED = world(
    providers={"tamin": INSURER},
    checks={i: replace(check, provider="tamin") for i, check in world().checks.items()},
)
NASTY = "<script>alert(1)</script>"


def looks_that_tell():
    """An hour of looks: codes and steps in the failing ones, one place late, one of us stalled."""
    for look in an_hour_of_looks():
        minute = round((look.started_at - ONSET).total_seconds() // 60)
        if look.failed:
            listed = ("-14507", Failure.APPLICATION_ERROR)
            code, failure = listed if minute % 9 else ("unlisted", Failure.APPLICATION_REJECTED)
            seen = replace(look.sighting, failure=failure, code=code)
            timed = replace(seen, timings=Timings(dns_s=0.004, wait_s=1.5))
            steps = (
                Step("partner", Sighting(seen.phase), 0.0, 0.1),
                Step(NASTY, timed, 0.1, 1.5),
            )
            look = replace(look, sighting=seen, steps=steps)  # noqa: PLW2901 - told anew
        if look.vantage == HOME[3] and 5 <= minute < 15:
            came_at = ONSET + timedelta(days=1, minutes=20)
            yield replace(look, late=True, received_at=came_at)
        elif 30 <= minute < 33:
            yield replace(look, void=Void.LOOP_LAG)
        else:
            yield look


def telling(**changes):
    over = resolved()
    partly = replace(over.verdict, mode=Mode.PARTIAL, operations=("entitlement",))
    late = Entry(ONSET + timedelta(days=1, minutes=21), EntryKind.LATE, partly)
    about = replace(over, story=(*over.story, late), **changes)
    return ShelfStore(about, observations=looks_that_tell())


def shelf(**changes):
    return ShelfStore(resolved(**changes), observations=an_hour_of_looks(), deliveries=[SENT, SENT])


async def test_a_closed_incident_is_told_whole():
    async with face(picture(), shelf()) as it:
        it.clock.passed_s = 7200.0
        answer, html = await it.get("/i/1247")
        assert answer.status == 200
        for words in (
            "از ۱۰:۲۵ تا ۱۱:۱۰: تأمین اجتماعی پاسخ نداد؛ پنل بقراط سالم بود",
            "یکشنبه ۱ آذر ۱۴۰۵",
            "۱ درخواست آزمایشی از ۱۸۰ درخواست به تأمین اجتماعی پاسخ درست گرفت",
            "<del>درخواست‌ها به تأمین اجتماعی",
            "میزان اطمینان: ۹۹٫۸٪",
            "به سود این نتیجه",
            "نقطه‌های «تهران، همراه اول» پاسخ درست گرفتند",
            "خطای سامانه",
            "<td>پذیرفته‌شده</td><td>۲</td>",
            "۱ وعده سر وقت، ۰ وعده دیر.",
            "http://status.test/i/1247",
        ):
            assert words in html
        assert "secret body" not in html


async def test_a_report_in_english_and_by_persian_digits():
    async with face(picture(), shelf()) as it:
        it.clock.passed_s = 7200.0
        _, html = await it.get("/en/i/1247")
        assert "From 10:25 to 11:10: Social Security did not respond" in html
        answer, html = await it.get("/i/۱۲۴۷")
        assert answer.status == 200


async def test_an_open_incident_comes_from_the_picture():
    store = ShelfStore(observations=an_hour_of_looks())
    async with face(picture(incident()), store) as it:
        _, html = await it.get("/i/1247")
        assert "از ۱۰:۲۵: تأمین اجتماعی پاسخ نمی‌دهد" in html
        assert store.asked == 0


async def test_an_incident_for_operators_only_is_not_there():
    async with face(picture(incident(public=False)), shelf(ref=7, public=False)) as it:
        assert (await it.get("/i/1247"))[0].status == 404
        assert (await it.get("/i/7"))[0].status == 404
        assert (await it.get("/i/8"))[0].status == 404


async def test_a_store_that_fails_costs_the_report_and_not_the_page():
    async with face(picture(incident()), ShelfStore(broken=True)) as it:
        answer, html = await it.get("/i/1247")
        assert answer.status == 503
        assert "گزارش اکنون در دسترس نیست" in html
        assert "disk" not in html
        assert it.failed == ["report"]
        assert (await it.get("/fa"))[0].status == 200


async def test_a_report_is_kept_for_a_while():
    store = shelf()
    async with face(picture(), store) as it:
        it.clock.passed_s = 7200.0
        await it.get("/i/1247")
        await it.get("/i/1247")
        assert store.asked == 1
        it.clock.passed_s += 61.0
        await it.get("/i/1247")
        assert store.asked == 2


async def test_a_short_incident_without_looks_still_has_its_report():
    brief = resolved(recovered_at=ONSET + timedelta(seconds=20))
    async with face(picture(), ShelfStore(replace(brief, story=brief.story[:1]))) as it:
        _, html = await it.get("/i/1247")
        assert "سنجش‌های این مدت دیگر نگهداری نمی‌شود." in html
        assert "برای این رخداد پیامی نفرستادیم." in html


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (
            "/i/1247",
            (
                '<bdi dir="ltr"><code>-14507</code></bdi> سرویس تأمین اجتماعی خطا دارد.<br>',
                "اشکال از سمت خودشان · ۱۴۷ بار · از هر ۴ نقطه داخل کشور",
                "کد بیرون از فهرست:</span> معنایش را نمی‌دانیم.",
                "نامعلوم؛ به زیان کسی نیست · ۲۰ بار",
                "<td>۱۶۷</td><td>۴</td><td>—</td><td>—</td><td>۱۵۰۰</td><td>—</td>",
                "در این مدت ۷۰ سنجش از «شیراز، مخابرات» دیر به دست ما رسید؛",
                "؛ آخرینش دوشنبه ۲ آذر ۱۴۰۵، ساعت ۱۰:۴۵.",
                "ابزار پایش ما عقب مانده بود</td><td>۸۴</td>",
                'colspan="3">دوشنبه ۲ آذر ۱۴۰۵</th></tr>\n    <tr><td><time>۱۰:۴۶</time>',
                "اصلاح شد، دوشنبه ۲ آذر ۱۴۰۵، ۱۰:۴۶</span>",
                "سنجش‌هایی که دیر رسید نشان داد: فقط استحقاق در تأمین اجتماعی پاسخ نداد",
            ),
        ),
        (
            "/en/i/1247",
            (
                '<bdi dir="ltr"><code>-14507</code></bdi> The service of Social Security failed.',
                "a problem on their side · 147 times · from all 4 domestic places",
                "In this time 70 looks from “Shiraz, TCI” reached us late,",
                "late, the last on Monday 23 November 2026 at 10:45.",
                "our monitor was running late</td><td>84</td>",
                "Looks that came late show: Only Cover at Social Security did not respond",
            ),
        ),
    ],
)
async def test_codes_steps_late_looks_and_those_that_do_not_count_are_told(path, told):
    async with face(picture(), telling(), world=CODED) as it:
        it.clock.passed_s = 7200.0
        answer, html = await it.get(path)
        assert answer.status == 200
        for words in told:
            assert words in html
        underlines = re.findall(r'<path class="look late" d="([^"]+)"', html)
        assert [path.count("M") for path in underlines] == [1] * 7  # six groups and the key
        assert NASTY not in html
        assert f"<bdi>{escape(NASTY)}</bdi>" in html


async def test_a_report_without_any_of_it_says_nothing_of_it():
    async with face(picture(), shelf()) as it:
        it.clock.passed_s = 7200.0
        _, html = await it.get("/i/1247")
        for words in (
            "look late",
            "colspan",
            "آنچه کدهای",
            "در کدام گام",
            "به شمار نیامد",
            "دیر رسید",
        ):
            assert words not in html
