"""Messages: whole, honest, and never more than two parts."""

import itertools
import re
from dataclasses import replace

import pytest

from monitor.core.segments import count
from monitor.model import FaultDomain, Level, MessageKind, Mode
from monitor.wording import Wording, WordingError
from tests.unit.wording.small_world import NEUTRAL, SERVICES, incident, resolved, verdict, world

WORDING = Wording.load(world())


def opened(**changes):
    return WORDING.message(MessageKind.OPEN, incident(verdict(**changes)), "fa")


def test_a_named_insurer_in_persian():
    assert opened() == (
        "بقراط: طبق بررسی ما از ۱۰:۲۵ تأمین اجتماعی پاسخ نمی‌دهد؛ پنل بقراط سالم است. "
        "نسخه را نگه دارید. خبر بعدی ۱۰:۵۵. کد ۱۲۴۷"
    )


def test_a_named_insurer_in_english_is_one_part():
    said = WORDING.message(MessageKind.OPEN, incident(), "en")
    assert said == (
        "Boghrat, since 10:25, per our checks: Social Security is not responding; "
        "Boghrat panel is fine. Keep the draft. Next update 10:55. Ref 1247"
    )
    assert count(said).segments == 1


@pytest.mark.parametrize("level", [Level.PROBABLY, Level.SYMPTOM])
def test_below_the_bar_the_message_tells_the_symptom(level):
    said = opened(level=level)
    assert "درخواست‌ها به تأمین اجتماعی بی‌پاسخ می‌ماند؛ علت در دست بررسی است" in said
    assert "احتمالاً" not in said
    assert "طبق بررسی ما" not in said


def test_our_own_fault_is_admitted():
    said = opened(domain=FaultDomain.PLATFORM, service="panel", party="boghrat", operations=())
    assert "اشکال از سامانه ماست؛ پوزش می‌خواهیم" in said


def test_the_end_is_told_with_how_long_it_was():
    said = WORDING.message(MessageKind.RESOLVED, resolved(), "fa")
    assert said == (
        "بقراط کد ۱۲۴۷: از ۱۱:۱۰ تأمین اجتماعی برقرار است (۴۵ دقیقه اختلال). "
        "پیش از ثبت دوباره، نسخه‌های امروز را ببینید."
    )


def test_every_message_there_can_be_fits_two_parts_and_has_no_link():
    for domain, mode, level, kind, language in itertools.product(
        FaultDomain, Mode, Level, MessageKind, ("fa", "en")
    ):
        about = verdict(
            domain=domain, mode=mode, level=level, operations=("entitlement", "register")
        )
        said = WORDING.message(kind, replace(resolved(about), ref=999_999), language)
        assert count(said).segments <= 2
        assert not re.search(r"https?:|www\.|/i/|[{}]", said)
        assert said.startswith(("بقراط", "Boghrat"))


def test_long_operation_names_give_way_before_advice_and_reference_do():
    long = tuple(
        replace(o, name={"fa": "استعلام استحقاق درمان بیمه‌شدگان " + o.id, "en": o.id})
        for o in SERVICES[0].operations
    )
    services = {s.id: s for s in SERVICES} | {"tamin": replace(SERVICES[0], operations=long)}
    wording = Wording.load(world(services=services))
    about = verdict(mode=Mode.PARTIAL, operations=("entitlement", "register"))
    said = wording.message(MessageKind.OPEN, incident(about), "fa")
    assert count(said).segments == 2
    assert "بخشی از تأمین اجتماعی پاسخ نمی‌دهد" in said
    assert "نسخه را نگه دارید" in said
    assert said.endswith("کد ۱۲۴۷")


def test_names_or_advice_that_can_never_fit_are_refused_before_anything_is_sent():
    long = replace(NEUTRAL, short={"fa": "نسخه را نگه دارید و " * 5, "en": "Keep the draft"})
    with pytest.raises(WordingError, match="two SMS parts; shorten"):
        Wording.load(world(advice=(long,)))


def test_an_advice_that_is_gone_is_replaced_by_one_that_holds():
    said = WORDING.message(MessageKind.OPEN, incident(advice="forgotten"), "fa")
    assert "نسخه را نگه دارید." in said


def test_without_a_promise_none_is_told():
    said = WORDING.message(MessageKind.OPEN, incident(next_update_at=None), "fa")
    assert "خبر بعدی" not in said
    assert said.endswith("نسخه را نگه دارید. کد ۱۲۴۷")
