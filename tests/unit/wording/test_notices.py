"""What others say is told in words of ours, in each language, with its source and time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from monitor.core.notices.sources import SAYS
from monitor.model import Notice, NoticeKind
from monitor.wording import Wording
from monitor.wording.notices import said
from tests.unit.wording.small_world import HOME, NOW, ONSET, world

WORDING = Wording.load(world(sources={"am": {"fa": "هشدارهای درگاه", "en": "Gateway alerts"}}))
TEHRAN = [v for v in HOME if v.startswith("tehran")]


def told(language="en", now=NOW, **changes):
    values = {
        "id": "s:1",
        "source": "s",
        "kind": NoticeKind.STATUS,
        "from_at": ONSET,
        "to_at": ONSET + timedelta(minutes=10),
        "seen_at": ONSET,
        "party": "tamin",
        "says": "major_outage",
    }
    return said(WORDING.voice(language), Notice(**values | changes), now)


def line(language="en", **changes):
    one = told(language, **changes)
    words = WORDING.voice(language).words
    return words.text("said.line", what=one.what, source=one.source, when=one.when)


@pytest.mark.parametrize(
    ("changes", "fa", "en"),
    [
        (
            {},
            "تأمین اجتماعی قطع است (صفحه وضعیت خودشان، ۱۰:۲۵)",
            "Social Security is down (their status page, 10:25)",
        ),
        (
            {"says": "resolved"},
            "اختلال تأمین اجتماعی برطرف شد (صفحه وضعیت خودشان، ۱۰:۳۵)",
            "the trouble at Social Security is over (their status page, 10:35)",
        ),
        (
            {"kind": NoticeKind.MAINTENANCE, "says": ""},
            "به‌روزرسانی اعلام‌شده تأمین اجتماعی (اعلام خودشان، از ۱۰:۲۵ تا ۱۰:۳۵)",
            "announced maintenance of Social Security (their announcement, from 10:25 to 10:35)",
        ),
        (
            {"kind": NoticeKind.ALERT, "source": "am", "says": "degraded"},
            "هشدار اختلال درباره تأمین اجتماعی (هشدارهای درگاه، ۱۰:۲۵)",
            "alert: Social Security is disturbed (Gateway alerts, 10:25)",
        ),
        (
            {"kind": NoticeKind.DEPLOY, "party": "boghrat", "services": ("panel",), "says": ""},
            "پنل بقراط به نسخه تازه رفت (خبر بقراط، ۱۰:۲۵)",
            "Boghrat panel went to a new version (word of Boghrat, 10:25)",
        ),
        (
            {"kind": NoticeKind.REPORTS, "says": ""},
            "پزشکان از اختلال در تأمین اجتماعی خبر دادند (تماس پزشکان، ۱۰:۲۵)",
            "doctors report trouble with Social Security (doctors' calls, 10:25)",
        ),
    ],
)
def test_each_kind_says_what_who_and_when(changes, fa, en):
    assert (line("fa", **changes), line("en", **changes)) == (fa, en)


def test_a_power_cut_names_the_places_of_its_region_never_the_regions_id():
    cut = {"kind": NoticeKind.POWER_CUT, "party": None, "says": "planned", "region": "tehran"}

    assert told("fa", **cut).what == (
        "قطع برق طبق برنامه، در منطقه «تهران، شاتل» و «تهران، همراه اول»"
    )
    assert told(**cut | {"region": "nowhere-we-look"}).what == "planned power cut"
    assert told(**cut | {"says": "cancelled"}).what == "a planned power cut was cancelled"


def test_another_day_is_named():
    when = told("fa", now=NOW + timedelta(days=1)).when

    assert when == "یکشنبه ۱ آذر ۱۴۰۵، ۱۰:۲۵"


def test_what_is_no_longer_declared_is_somebody():
    assert told(party="former").what == "one of the services is down"
    assert told(party="former", services=("gone",)).what == "one of the services is down"


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("kind", list(NoticeKind))
@pytest.mark.parametrize("says", ["", *sorted(SAYS), "a word of tomorrow"])
def test_every_word_of_every_kind_can_be_said_and_none_is_theirs(language, kind, says):
    one = told(language, kind=kind, says=says, region="tehran", source="their-source")

    text = f"{one.what} {one.source} {one.when}"
    assert not re.search(r"their-source|tomorrow|\{|_", text)
    if language == "fa":
        assert not re.search(r"[0-9A-Za-zيك]", text)
