"""The catalogue of what can go wrong in the demo world, and what an honest monitor concludes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.demo import boghrat, ihio, tamin
from monitor.demo.breaks import Break, What
from monitor.demo.places import ABROAD, HOSTS, IN_COUNTRY, NAMES, VANTAGES
from monitor.model import FaultDomain

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong, and what may be concluded from it.

    `apply` says which process gets which breaks; their `sources` are places without neighbourhood.
    `FaultDomain.NONE` among `expected`: to conclude nothing is right.
    """

    name: str
    title: Mapping[str, str]  # language -> what a visitor reads on the button
    expected: frozenset[FaultDomain]  # any of these is right
    apply: Mapping[str, tuple[Break, ...]] = field(default_factory=dict)
    party: str | None = None  # whose fault it is, where somebody's
    service: str | None = None  # that party's service
    named: bool = False  # an upstream is expected to be named
    services_stay: bool = False  # no service may change for doctors
    isolates: tuple[str, ...] = ()  # vantages that must stop being witnesses
    stalls_monitor: bool = False  # the monitor's process is stopped and continued, again and again


@dataclass(frozen=True, slots=True)
class _Insurer:
    process: str
    fa: str
    en: str
    answering: tuple[str, ...]  # hosts that can say "error" in an HTTP 200
    one_operation: str  # the path of one operation
    slow: tuple[str, ...]  # paths of which any doctor's work meets one, and only one


_INSURERS = (
    _Insurer(
        "tamin",
        "تأمین اجتماعی",
        "Social Security",
        ("soa.tamin.demo", "api.tamin.demo"),
        tamin.PRESCRIPTION_TYPE,
        (tamin.ENTITLEMENT, tamin.PRESCRIPTION_TYPE, tamin.FETCH),
    ),
    _Insurer(
        "ihio",
        "بیمه سلامت",
        "Health Insurance",
        ("erx.ihio.demo",),
        ihio.ORDER,
        (ihio.PARTNER,),
    ),
)


def _insurer_faults(insurer: _Insurer) -> tuple[Fault, ...]:
    ways = (
        ("hang", "پاسخ نمی‌دهد", "does not answer", Break(What.HANG)),
        ("refuse", "اتصال را رد می‌کند", "refuses connections", Break(What.REFUSE)),
        ("5xx", "خطای ۵۰۳ می‌دهد", "answers 503", Break(What.STATUS, code=503)),
        (
            "error-in-200",
            "خطا را در پاسخ ۲۰۰ می‌گوید",
            "says its error inside HTTP 200",
            Break(What.ERROR_IN_200, hosts=insurer.answering),
        ),
        (
            "certificate",
            "گواهی نادرست دارد",
            "shows a wrong certificate",
            Break(What.CERTIFICATE),
        ),
        ("slow", "کند است", "is slow", Break(What.SLOW, paths=insurer.slow)),
        (
            "one-operation",
            "فقط در ثبت مشکل دارد",
            "fails at registering only",
            Break(What.STATUS, code=500, paths=(insurer.one_operation,)),
        ),
    )
    return tuple(
        Fault(
            f"{insurer.process}-{way}",
            {"fa": f"{insurer.fa} {fa}", "en": f"{insurer.en} {en}"},
            frozenset({FaultDomain.UPSTREAM}),
            {insurer.process: (each,)},
            party=insurer.process,
            service=insurer.process,
            named=True,
        )
        for way, fa, en, each in ways
    )


def _standing_faults(insurer: _Insurer) -> tuple[Fault, ...]:
    """What concerns our standing, the doctor's or the patient's: never the insurer's fault."""
    nothing = FaultDomain.NONE
    own, not_covered = FaultDomain.CREDENTIALS, FaultDomain.UNDETERMINED
    entitlement = {"tamin": tamin.ENTITLEMENT, "ihio": ihio.ENTITLEMENT}[insurer.process]
    ways = (
        (
            "account-locked",
            "حساب پزشک نزد {} قفل است",
            "The doctor's account at {} is locked",
            Break(What.LOCKED),
            frozenset({own}),
        ),
        (
            "tokens-forgotten",
            "{} توکن‌های داده‌شده را فراموش می‌کند",
            "{} forgets the tokens it gave out",
            Break(What.FORGOTTEN),
            frozenset({nothing, own}),
        ),
        (
            "not-covered",
            "{} می‌گوید بیمار پوشش ندارد",
            "{} says that the patient has no cover",
            Break(What.NOT_COVERED, paths=(entitlement,)),
            frozenset({nothing, not_covered}),
        ),
    )
    return tuple(
        Fault(
            f"{way}-{insurer.process}",
            {"fa": fa.format(insurer.fa), "en": en.format(insurer.en)},
            expected,
            {insurer.process: (each,)},
        )
        for way, fa, en, each, expected in ways
    )


_CUT = (VANTAGES["mashhad-irancell"],)
_HOME = ("a.home.demo", "b.home.demo")
_ABROAD = ("a.abroad.demo", "b.abroad.demo")

_OTHER_FAULTS = (
    Fault(
        "platform-down",
        {"fa": "پلتفرم از کار افتاده است", "en": "The platform is down"},
        frozenset({FaultDomain.PLATFORM}),
        {"boghrat": (Break(What.STATUS, code=503),)},
        party="boghrat",
        service="panel",
    ),
    Fault(
        "relay-bug",
        {"fa": "پلتفرم درخواست‌ها را به بیمه‌ها نمی‌رساند", "en": "The platform's relay has a bug"},
        frozenset({FaultDomain.PLATFORM}),
        {"boghrat": (Break(What.RELAY_BUG, paths=(boghrat.RELAY_TAMIN, boghrat.RELAY_IHIO)),)},
        party="boghrat",
        service="panel",
    ),
    Fault(
        "credentials-expired",
        {
            "fa": "اعتبار دسترسی ما نزد تأمین اجتماعی تمام شده است",
            "en": "Our credentials at Social Security have expired",
        },
        frozenset({FaultDomain.CREDENTIALS}),
        {"tamin": (Break(What.EXPIRED),)},
    ),
    Fault(
        "terminal-refused",
        {
            "fa": "بیمه سلامت پایانهٔ ما را نمی‌پذیرد",
            "en": "Health Insurance refuses our terminal",
        },
        frozenset({FaultDomain.CREDENTIALS}),
        {"ihio": (Break(What.EXPIRED),)},
    ),
    Fault(
        "quota",
        {
            "fa": "سهمیهٔ ما نزد تأمین اجتماعی پر شده است",
            "en": "Our quota at Social Security is used up",
        },
        frozenset({FaultDomain.CREDENTIALS}),
        {"tamin": (Break(What.QUOTA),)},
    ),
    Fault(
        "vantage-cut",
        {"fa": "خط مشهد، ایرانسل قطع است", "en": "The line of Mashhad, Irancell is cut"},
        frozenset({FaultDomain.MONITOR, FaultDomain.PATH}),
        {
            NAMES: (Break(What.DROP_DNS, sources=_CUT),),
            **{process: (Break(What.HANG, sources=_CUT),) for process in HOSTS},
        },
        services_stay=True,
        isolates=("mashhad-irancell",),
    ),
    Fault(
        "international-cut",
        {"fa": "اینترنت بین‌الملل قطع است", "en": "The international network is cut"},
        frozenset({FaultDomain.NETWORK_INTERNATIONAL}),
        {
            "references": (
                Break(What.HANG, hosts=_ABROAD, sources=IN_COUNTRY),
                Break(What.HANG, hosts=_HOME, sources=ABROAD),
            ),
            **{
                process: (Break(What.HANG, sources=ABROAD),)
                for process in HOSTS
                if process != "references"
            },
        },
        services_stay=True,
    ),
    Fault(
        "dns-dead",
        {"fa": "سرور نام‌ها پاسخ نمی‌دهد", "en": "The DNS server is dead"},
        frozenset({FaultDomain.MONITOR, FaultDomain.NETWORK_DOMESTIC}),
        {NAMES: (Break(What.DROP_DNS),)},
    ),
    Fault(
        "references-dead",
        {"fa": "همهٔ مرجع‌ها از کار افتاده‌اند", "en": "All references are dead"},
        frozenset({FaultDomain.MONITOR}),
        {"references": (Break(What.HANG),)},
    ),
    Fault(
        "monitor-stalled",
        {"fa": "خود پایشگر گیر می‌کند", "en": "The monitor itself stalls"},
        frozenset({FaultDomain.MONITOR}),
        stalls_monitor=True,
    ),
)

FAULTS: Mapping[str, Fault] = {
    fault.name: fault
    for fault in (
        *(f for insurer in _INSURERS for f in _insurer_faults(insurer)),
        *_OTHER_FAULTS,
        *(f for insurer in _INSURERS for f in _standing_faults(insurer)),
    )
}
