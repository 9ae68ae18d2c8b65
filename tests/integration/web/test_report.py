"""The incident report as a reader gets it."""

from dataclasses import replace
from datetime import timedelta

from monitor.model import Delivery, DeliveryState, MessageKind
from tests.integration.web.face import ShelfStore, an_hour_of_looks, face
from tests.unit.wording.small_world import NOW, ONSET, incident, picture, resolved

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
