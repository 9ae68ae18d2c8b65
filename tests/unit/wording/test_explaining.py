"""Every reason there can be is a sentence that a Persian and an English reader can trust."""

from __future__ import annotations

import re

import pytest

from monitor.core.attribution.caveats import changes_of, doubts_of
from monitor.core.attribution.reasons import grounds_of
from monitor.core.inference.evidence import OUTCOMES, Notice, Outcome, SignalKind
from monitor.core.inference.finding import Finding, State
from monitor.model import EvidenceClass, FaultDomain, NoticeKind, Role
from monitor.wording import Wording
from monitor.wording.explaining import explain_text, voice_of
from monitor.wording.grounds import explanation, ground, odds, would_change
from tests.support.claims import HOME, LAYOUT, THINGS, claim, reason
from tests.unit.wording.small_world import ground as a_ground
from tests.unit.wording.small_world import world

ISOLATED = re.compile("\u2068[^\u2068\u2069]*\u2069")
LATIN = re.compile(r"[0-9A-Za-z_{}]")
NO_SENTENCE = re.compile(r"[{}]|None|  |nan")
FOREIGN_LETTERS = re.compile("[يك٠-٩]")
ROLES = tuple({thing.role: thing.id for thing in THINGS}.values())
EVERY_REASON = [
    *(
        reason(target, outcome.value, sign * 3.0, over_rival=sign * 2.0)
        for target in ROLES
        for outcome in OUTCOMES
        for sign in (1.0, -1.0)
    ),
    *(
        reason(kind.value, outcome.value, 3.0, EvidenceClass.ENVIRONMENT, vantages=HOME[:1])
        for kind in (SignalKind.SELF, SignalKind.REGIONAL_TRAFFIC, SignalKind.MAINS)
        for outcome in OUTCOMES
    ),
    *(
        reason("tamin.register", outcome.value, 3.0, EvidenceClass.REAL_TRAFFIC, vantages=())
        for outcome in OUTCOMES
    ),
]
NAMES = {
    "fa": {
        "tamin": "تأمین اجتماعی",
        "panel": "پنل بقراط",
        "register": "ثبت",
        "entitlement": "استحقاق",
        "teh1": "تهران ۱",
        "teh2": "تهران ۲",
        "msh1": "مشهد",
    },
    "en": {
        "tamin": "Social Security",
        "panel": "Boghrat panel",
        "register": "Register",
        "teh1": "Tehran 1",
    },
}


def sound(said: str, language: str) -> None:
    assert not NO_SENTENCE.search(said), said
    if language == "fa":
        assert not LATIN.search(ISOLATED.sub("", said)), said
        assert not FOREIGN_LETTERS.search(said), said
        assert not re.search(r"\b(ن?می) ", said), said  # a half-space belongs there
    assert said.count("\u2068") == said.count("\u2069")


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("names", [{}, None], ids=["ids", "names"])
def test_every_reason_there_can_be_is_a_sentence_with_its_facts(language, names):
    names = NAMES[language] if names is None else names
    general = Wording.load(world()).text(language, "ground.unknown")
    for each in EVERY_REASON:
        (said, *_) = explain_text(claim(each, rival="platform", lead=3.0), LAYOUT, names, language)
        sound(said, language)
        known = each.target not in ("regional_traffic", "mains", "self") or each.outcome in (
            Outcome.OK,
            Outcome.NO_RESULT,
            Outcome.DROP,
            *((Outcome.SLOW, Outcome.CONTENT_MISMATCH) if each.target == "self" else ()),
        )
        if known and not (each.target == "self" and each.outcome == Outcome.DROP):
            assert not said.startswith(general), (each, said)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_reason_together_is_told_ground_by_ground(language):
    whole = claim(*EVERY_REASON, rival="upstream:salamat+platform", lead=900.0)
    said = explain_text(whole, LAYOUT, NAMES[language], language)
    assert len(said) == len(grounds_of(whole, LAYOUT))
    for each in said:
        sound(each, language)


def test_direct_looks_that_failed_in_persian_and_english():
    told = claim(
        reason("tamin.register", "http_5xx", 4.0, vantages=HOME[:2], count=6),
        reason("tamin.register", "read_timeout", 1.0, vantages=HOME[:2], count=1),
    )
    assert explain_text(told, LAYOUT, NAMES["fa"], "fa")[0] == (
        "۷ سنجش مستقیم ثبت تأمین اجتماعی ناموفق بود (خطای سامانه و بی‌پاسخ)؛ "
        "از «تهران ۱» و «تهران ۲»"
    )
    assert explain_text(told, LAYOUT, NAMES["en"], "en")[0] == (
        "7 looks at Social Security (Register), asked directly, failed "
        "(server error and no answer), from “Tehran 1” and “\u2068teh2\u2069”"
    )


def test_one_look_is_one_look():
    told = claim(reason("tamin.front", "ok", -1.0, count=1))
    assert explain_text(told, LAYOUT, NAMES["en"], "en")[0].startswith("1 look at the address of")


def test_a_good_answer_says_what_it_means_for_the_rival():
    told = claim(
        reason("panel.app", "ok", 4.0, over_rival=4.0),
        reason("tamin.register", "ok", -2.0, over_rival=-2.0),
        rival="platform",
        lead=5.4,
    )
    for_, against, lost, _ = explain_text(told, LAYOUT, NAMES["en"], "en")
    assert for_.endswith("; trouble of our own panel would not look like that")
    assert against.endswith("; trouble of our own panel would look like that")
    assert lost == (
        "The strongest other explanation was trouble of our own panel. What was seen speaks "
        "against it, about 200 to 1; above all: 6 looks at Boghrat panel, asked directly, "
        "went well, from all 3 domestic places"
    )
    assert explain_text(told, LAYOUT, NAMES["fa"], "fa")[2] == (
        "قوی‌ترین توضیح دیگر: اختلال در پنل خود ما. آنچه دیده شد حدود ۲۰۰ به ۱ به زیان آن است؛ "
        "بیش از همه: ۶ سنجش مستقیم پنل بقراط پاسخ درست گرفت؛ از هر ۳ نقطه داخل کشور"
    )


def test_an_id_that_has_no_name_keeps_its_own_direction():
    (said, *_) = explain_text(claim(reason("tamin.front", "ok", 1.0)), LAYOUT, {}, "fa")
    assert "\u2068tamin\u2069" in said


@pytest.mark.parametrize("kind", list(NoticeKind))
@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_notice_that_is_a_ground_is_a_sentence(kind, language):
    notice = Notice(kind, 0.0, 900.0, party="tamin", region="tehran")
    domain = FaultDomain.POWER if kind is NoticeKind.POWER_CUT else FaultDomain.UPSTREAM
    about = claim(domain=domain, places=HOME[:1])
    (told, *_) = grounds_of(about, LAYOUT, (notice,))
    assert told.key == f"told.{kind.value}"
    sound(ground(voice_of(LAYOUT, NAMES[language], language), told), language)


@pytest.mark.parametrize("domain", list(FaultDomain))
@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_claim_has_words_for_what_it_leaves_open_and_what_would_change_it(domain, language):
    voice = voice_of(LAYOUT, NAMES[language], language)
    about = claim(domain=domain, named=False, rival="contract:tamin", lead=0.1)
    for each in grounds_of(about, LAYOUT):
        sound(ground(voice, each), language)
    for key in changes_of(about):
        assert would_change(voice, key) != voice.words.text("would_change.unknown")


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_doubt_names_what_is_possible_and_what_would_settle_it(language):
    voice = voice_of(LAYOUT, NAMES[language], language)
    candidates = tuple((f"{d.value}:tamin", 0.25) for d in FaultDomain)
    every_target = tuple(LAYOUT.things)
    finding = Finding(1.0, State.INCONCLUSIVE, (), 0.9, candidates, settles=every_target)
    for each in doubts_of(finding):
        sound(ground(voice, each), language)
    assert voice.target("gone.target") == "\u2068gone.target\u2069"


def test_what_would_settle_a_doubt_is_told_once_each():
    voice = voice_of(LAYOUT, NAMES["en"], "en")
    settle = a_ground("doubt.settle", targets=("ref.a", "ref.b", "panel.relay"))
    assert ground(voice, settle) == (
        "What would settle it: answers of the domestic references and "
        "Social Security (Register), through our panel"
    )


def test_the_strength_of_a_ground_is_told_as_odds_and_capped():
    fa, en = (voice_of(LAYOUT, NAMES[each], each) for each in ("fa", "en"))
    assert odds(fa, a_ground("seen.self_ok", odds=200)) == "حدود ۲۰۰ به ۱"
    assert odds(fa, a_ground("seen.self_ok", odds=10_000)) == "بیش از ۱۰٬۰۰۰ به ۱"
    assert odds(en, a_ground("seen.self_ok", odds=1)) == "hardly weighing"
    assert odds(en, a_ground("looks_failed")) == ""


def test_an_explanation_nobody_knows_is_told_as_such():
    voice = voice_of(LAYOUT, NAMES["en"], "en")
    assert explanation(voice, "sunspots") == "a cause unknown to us"
    assert explanation(voice, "upstream") == "a cause unknown to us"
    assert explanation(voice, "upstream:tamin+platform") == (
        "trouble within Social Security and trouble of our own panel"
    )


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_role_of_a_target_has_its_name(language):
    voice = voice_of(LAYOUT, NAMES[language], language)
    assert len({voice.target(target) for target in ROLES}) == len(Role)
