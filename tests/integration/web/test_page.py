"""The page as a browser without JavaScript gets it."""

import re
from datetime import timedelta

from monitor.model import Health, Instant, Level
from tests.integration.web.face import ShelfStore, face
from tests.unit.wording.small_world import NOW, incident, judgement, picture, resolved, verdict

OUTAGE = picture(incident())


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html.split("</head>")[1]))


async def test_the_root_leads_to_the_pages_own_language():
    async with face(OUTAGE) as it:
        answer, _ = await it.get("/", headers={"Accept-Language": "en"})
        assert (answer.status, answer.headers["Location"]) == (302, "/fa")


async def test_an_outage_is_told_in_persian_from_right_to_left():
    async with face(OUTAGE) as it:
        answer, html = await it.get("/fa")
        assert answer.status == 200
        assert '<html lang="fa" dir="rtl">' in html
        said = text_of(html)
        for words in (
            "تأمین اجتماعی پاسخ نمی‌دهد؛ پنل بقراط سالم است",
            "از ۱۰:۲۵ (۱۸ دقیقه)",
            "آخرین سنجش ۳۰ ثانیه پیش",
            "نسخه را نگه دارید و ویزیت را ادامه دهید.",
            "خبر بعدی: ۱۰:۵۵",
            "۱۲ دقیقه دیگر",
            "۱۲۴۷",
        ):
            assert words in said
        assert not re.search("[0-9]", said)


async def test_an_outage_is_told_in_english_too():
    async with face(OUTAGE) as it:
        _, html = await it.get("/en")
        assert '<html lang="en" dir="ltr">' in html
        said = text_of(html)
        assert "Social Security is not responding; Boghrat panel is fine" in said
        assert "Since 10:25 (18 minutes)" in said
        assert "Next update: 10:55" in said
        assert not re.search("[؀-ۿ]", said.replace("فارسی", ""))


async def test_a_withdrawn_claim_can_still_be_read_struck_through():
    async with face(OUTAGE) as it:
        _, html = await it.get("/fa")
        assert "<del>درخواست‌ها به تأمین اجتماعی بی‌پاسخ می‌ماند؛ علت در دست بررسی است</del>" in html
        assert "اصلاح شد، ۱۰:۲۹" in html


async def test_grounds_for_and_against_are_on_the_page():
    async with face(OUTAGE) as it:
        said = text_of((await it.get("/fa"))[1])
        assert "۷۰ سنجش از ۷۲ سنجش تأمین اجتماعی ناموفق بود (خطای سامانه)" in said
        assert "علت درون سامانه تأمین اجتماعی را نمی‌دانیم" in said


async def test_a_symptom_names_nobody():
    async with face(picture(incident(verdict(level=Level.SYMPTOM)))) as it:
        _, html = await it.get("/fa")
        assert "علت در دست بررسی است</h1>" in html
        assert 'class="blind cut"' in html


async def test_a_calm_page_has_nothing_to_do():
    async with face(picture(recent=(resolved(),))) as it:
        _, html = await it.get("/fa")
        assert "همه سامانه‌ها پاسخ می‌دهند</h1>" in html
        assert "اکنون چه کنید" not in html
        assert "بی‌وقفه از ۱۱:۱۰" in text_of(html)
        it.clock.passed_s = 86_400.0
        it.show(
            picture(
                recent=(resolved(),),
                judgement=judgement(last_look_at=NOW, now=Instant(NOW, 1000.0 + 86_400.0)),
            )
        )
        assert "بی‌وقفه از یکشنبه ۱ آذر ۱۴۰۵، ۱۱:۱۰" in text_of((await it.get("/fa"))[1])


async def test_nobody_sees_and_so_nothing_is_green_or_red():
    async with face(picture(judgement=judgement(sighted=False))) as it:
        _, html = await it.get("/fa")
        chips = re.findall(r'class="chip (\w+)"', html.split("</table>")[0])
        assert set(chips) == {"blind"}
        assert "وضعیت سامانه‌ها را نمی‌دانیم" in html


async def test_a_picture_that_is_not_renewed_turns_unknown_by_itself():
    async with face(OUTAGE) as it:
        assert "verdict outage" in (await it.get("/fa"))[1]
        it.clock.passed_s = 200.0
        _, html = await it.get("/fa")
        assert "verdict blind" in html
        assert "verdict outage" not in html


async def test_a_missed_promise_shows_itself():
    late = OUTAGE.incidents[0].next_update_at + timedelta(minutes=2)
    async with face(picture(incident(), judgement=judgement(verdict(), last_look_at=late))) as it:
        it.clock.passed_s = (late - NOW).total_seconds()
        said = text_of((await it.get("/fa"))[1])
        assert "دیر کردیم؛ خبر ۱۰:۵۵ هنوز نرسیده است." in said


async def test_signs_not_confirmed_yet_are_told_as_signs():
    async with face(picture(judgement=judgement(verdict()))) as it:
        assert "در تأمین اجتماعی نشانه اختلال دیده‌ایم" in (await it.get("/fa"))[1]


async def test_an_unseen_service_is_unknown_by_name():
    health = judgement().operations | {("ihio", "register"): Health.BLIND}
    async with face(picture(judgement=judgement(operations=health))) as it:
        assert "بیمه سلامت را اکنون نمی‌بینیم" in (await it.get("/fa"))[1]


async def test_before_the_first_tick_we_do_not_know():
    async with face(None) as it:
        answer, html = await it.get("/fa")
        assert answer.status == 503
        assert "نمی‌دانیم" in html
        assert (await it.get("/api/v1/state"))[0].status == 503
        assert (await it.get("/readyz"))[0].status == 503
        assert (await it.get("/healthz"))[0].status == 200


async def test_the_page_never_asks_the_store():
    store = ShelfStore(broken=True)
    async with face(OUTAGE, store) as it:
        assert (await it.get("/fa"))[0].status == 200
        assert store.asked == 0


async def test_a_page_is_made_once_a_second_at_most():
    async with face(OUTAGE) as it:
        _, first = await it.get("/fa")
        it.clock.passed_s = 0.9
        assert (await it.get("/fa"))[1] == first
        it.clock.passed_s = 1.1
        assert (await it.get("/fa"))[1] != first


def broken(seen):
    """A picture no page can be made of: it speaks of a service nobody declared."""
    return picture(incident(verdict(service="gone", party=None)), judgement=seen.judgement)


async def test_a_page_that_cannot_be_made_keeps_the_last_good_one_while_it_holds():
    async with face(OUTAGE) as it:
        await it.get("/fa")
        it.show(broken(OUTAGE))
        it.clock.passed_s = 5.0
        answer, html = await it.get("/fa")
        assert answer.status == 200
        assert "تأمین اجتماعی پاسخ نمی‌دهد" in html
        assert "این صفحه از ۱۰:۴۳:۰۰ است" in html
        assert it.failed == ["page"]
        it.clock.passed_s = 300.0
        answer, html = await it.get("/fa")
        assert answer.status == 503
        assert "نمی‌دانیم</h1>" in html


async def test_a_page_that_could_never_be_made_says_that_we_do_not_know():
    async with face(broken(OUTAGE)) as it:
        answer, html = await it.get("/en")
        assert answer.status == 503
        assert "We don&#39;t know</h1>" in html


async def test_nothing_is_inline_so_the_policy_needs_no_exception():
    async with face(OUTAGE) as it:
        _, html = await it.get("/fa")
        assert re.findall(r"<script[^>]*>", html) == re.findall(
            r'<script src="/static/[^>]*>', html
        )
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)


async def test_what_is_not_there_leads_back():
    async with face(OUTAGE) as it:
        answer, html = await it.get("/en/nothing")
        assert answer.status == 404
        assert 'href="/en"' in html
        assert (await it.get("/xx"))[0].status == 404
        assert (await it.get("/static/nothing.css"))[0].status == 404
