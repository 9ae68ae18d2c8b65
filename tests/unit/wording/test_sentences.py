"""Who is named, who is only probably meant, and who is not named at all."""

import itertools
import re

import pytest

from monitor.model import (
    Entry,
    EntryKind,
    FaultDomain,
    IncidentState,
    Level,
    Mode,
)
from monitor.wording import Wording
from tests.unit.wording.small_world import (
    GROUNDS,
    HOME,
    ONSET,
    SERVICES,
    ground,
    incident,
    resolved,
    verdict,
    world,
)

WORDING = Wording.load(world())
EVERY = list(
    itertools.product(
        FaultDomain, Mode, Level, ("fa", "en"), (None, "tamin", "panel"), (True, False)
    )
)


@pytest.mark.parametrize("over", [False, True])
@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_verdict_there_can_be_is_a_whole_sentence(language, over):
    for domain, mode, level, _, service, with_party in EVERY:
        party = {"tamin": "tamin", "panel": "boghrat"}.get(service) if with_party else None
        operations = ("register",) if service == "tamin" else ("visits",) if service else ()
        said = WORDING.headline(
            verdict(
                domain=domain,
                mode=mode,
                level=level,
                service=service,
                party=party,
                operations=operations,
            ),
            language,
            over=over,
        )
        assert said
        assert not re.search(r"[{}]|None|  ", said)
        assert all(len(part.split()) <= 14 for part in re.split("[؛;.،]", said)), said


def test_what_is_over_is_told_in_the_past():
    past = WORDING.headline(verdict(), "fa", over=True)
    assert past == "تأمین اجتماعی پاسخ نداد؛ پنل بقراط سالم بود"
    assert WORDING.headline(verdict(), "en", over=True).startswith(
        "Social Security did not respond"
    )


def test_a_named_upstream_is_named_and_our_panel_is_cleared():
    assert WORDING.headline(verdict(), "fa") == "تأمین اجتماعی پاسخ نمی‌دهد؛ پنل بقراط سالم است"
    assert (
        WORDING.headline(verdict(), "en")
        == "Social Security is not responding; Boghrat panel is fine"
    )


def test_our_panel_is_not_cleared_when_it_is_not_fine():
    assert WORDING.headline(verdict(), "fa", platform_fine=False) == "تأمین اجتماعی پاسخ نمی‌دهد"
    assert WORDING.headline(verdict(grounds=()), "fa") == "تأمین اجتماعی پاسخ نمی‌دهد"


def test_probably_says_so_and_does_not_clear_us():
    said = WORDING.headline(verdict(level=Level.PROBABLY), "fa")
    assert said == "درخواست‌ها به تأمین اجتماعی بی‌پاسخ می‌ماند؛ احتمالاً از سمت تأمین اجتماعی"


def test_a_symptom_tells_what_is_seen_of_the_service_and_no_cause():
    for domain in set(FaultDomain) - {FaultDomain.NONE, FaultDomain.MONITOR}:
        said = WORDING.headline(verdict(level=Level.SYMPTOM, domain=domain), "fa")
        assert said == "درخواست‌ها به تأمین اجتماعی بی‌پاسخ می‌ماند؛ علت در دست بررسی است"


def test_an_undetermined_cause_is_never_named_whatever_its_level():
    said = WORDING.headline(verdict(domain=FaultDomain.UNDETERMINED), "en")
    assert said == "Requests to Social Security get no answer; cause under investigation"


def test_one_failing_operation_is_told_as_that_one():
    said = WORDING.headline(
        verdict(mode=Mode.PARTIAL, operations=("entitlement",), grounds=()), "fa"
    )
    assert said == "فقط استحقاق در تأمین اجتماعی پاسخ نمی‌دهد"


def test_a_relay_bug_is_ours_and_says_where_it_is_felt():
    ours = verdict(domain=FaultDomain.PLATFORM, party="boghrat")
    assert WORDING.headline(ours, "fa").startswith("راه ما به تأمین اجتماعی قطع است؛ اشکال از ماست")


def test_two_insurers_at_once_are_both_named():
    shared = verdict(
        service=None,
        party=None,
        operations=(),
        domain=FaultDomain.SHARED,
        grounds=(ground("both_upstreams", services=("ihio", "tamin")),),
    )
    assert WORDING.headline(shared, "en").startswith("Health Insurance and Social Security are not")


def test_a_party_with_several_services_comes_with_the_one_that_is_meant():
    second = SERVICES[0].__class__(
        "tamin-lab", "tamin", {"fa": "آزمایش", "en": "Lab"}, SERVICES[0].operations
    )
    wider = Wording.load(world(services={s.id: s for s in (*SERVICES, second)}))
    said = wider.headline(verdict(service="tamin-lab", grounds=()), "en")
    assert said == "Lab (Social Security) is not responding"


@pytest.mark.parametrize("state", list(IncidentState))
def test_every_state_of_an_incident_has_its_sentence(state):
    for service in ("tamin", None):
        about = verdict(service=service, operations=()) if service is None else verdict()
        for language in ("fa", "en"):
            assert WORDING.standing(incident(about, state=state), language)


def test_an_incident_that_comes_and_goes_is_told_so():
    assert "قطع و وصل می‌شود" in WORDING.standing(incident(state=IncidentState.UNSTABLE), "fa")
    assert WORDING.standing(resolved(), "fa") == "تأمین اجتماعی برقرار است"


@pytest.mark.parametrize("kind", list(EntryKind))
@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_line_of_a_story_is_a_sentence(kind, language):
    assert "{" not in WORDING.entry(Entry(ONSET, kind, verdict()), language)


LOOKED_AT = ("front", "direct", "through", "references")
LOOKED = {
    "count": 7,
    "vantages": HOME[:2],
    "party": "tamin",
    "operations": ("register",),
    "scope": "domestic",
}
FACTS = {
    "looks_failed": {
        "service": "tamin",
        "failed": 70,
        "looks": 72,
        "vantages": HOME,
        "failure": "eof_error",
    },
    "looks_ok": {"service": "tamin", "looks": 72, "vantages": HOME},
    "references_answered": {"vantages": HOME, "scope": "domestic"},
    "references_failed": {"vantages": HOME, "scope": "international"},
    "other_upstream_fine": {"service": "ihio"},
    "platform_fine": {},
    "platform_failed": {"vantages": HOME},
    "relay_failed": {"service": "tamin", "vantages": HOME},
    "direct_fine": {"service": "tamin", "vantages": HOME},
    "front_fine": {"service": "tamin"},
    "one_vantage_only": {"vantages": HOME[:1]},
    "dissenting": {"vantages": HOME[:1]},
    "credentials_refused": {"service": "tamin", "failure": "http_401", "vantages": HOME},
    "own_names_failed": {"vantages": HOME},
    "own_loop_lag": {"lag_s": 1.25},
    "own_clock_step": {"step_s": 3600.0},
    "own_resources_spent": {"open_files": 1024},
    "own_clock_unsure": {"error_s": 7.5},
    "own_pause": {"paused_s": 600.0},
    "own_processor_short": {"percent": 80},
    "own_memory_short": {"percent": 97},
    "vantage_doubted": {"vantages": ("tehran-mci",)},
    "own_trust_failed": {"vantages": HOME, "parties": 3},
    "just_started": {},
    "no_fresh_looks": {"vantages": HOME},
    "vantage_isolated": {"vantages": HOME[:1]},
    "not_enough_vantages": {"vantages": HOME[:1], "needed": 2},
    "both_upstreams": {"services": ("tamin", "ihio")},
    "foreign_cannot_see": {"vantages": ("frankfurt",)},
    "slow_answers": {"service": "tamin", "vantages": HOME, "median_s": 4.2},
    "inside_unknown": {"service": "tamin"},
    **{f"seen.{role}_failed": LOOKED | {"outcomes": ("http_5xx",)} for role in LOOKED_AT},
    **{f"seen.{role}_{end}": LOOKED for role in LOOKED_AT for end in ("ok", "slow")},
    "seen.nothing": {"count": 7, "vantages": HOME[:1]},
    **{
        f"seen.{signal}": {"count": 1, "vantages": HOME[:1]}
        for signal in (
            *("self_ok", "self_silent", "self_lagging", "self_clock"),
            *("sessions_usual", "sessions_fewer", "sessions_untold"),
            *("mains_on", "mains_off", "mains_untold"),
        )
    },
    **{
        f"seen.calls_{end}": {"party": "tamin"}
        for end in ("usual", "slow", "fewer", "few", "refused")
    },
    "seen.calls_failed": {"party": "tamin", "outcomes": ("http_401", "http_5xx")},
    **{
        f"told.{kind}": {"party": "tamin"} for kind in ("maintenance", "status", "alert", "reports")
    },
    "told.power_cut": {"vantages": HOME[:1]},
    "told.deploy": {},
    "rival.lost_by": {"rival": "platform", "odds": 200, "why": "seen.front_ok", **LOOKED},
    "rival.lost": {"rival": "none", "odds": 10_000},
    "rival.close": {"rival": "maintenance:tamin"},
    **{f"unseen.{what}": {"party": "tamin"} for what in ("inside", "refusal", "way")},
    **{f"unseen.{what}": {} for what in ("one_or_several", "network", "silence")},
    "doubt.candidate": {"explanation": "path:tamin", "share": 0.61},
    "doubt.settle": {"targets": ("tamin.entitlement", "ref.home.a")},
}


def test_the_table_of_grounds_is_the_catalogues():
    keys = {
        k.removeprefix("ground.")
        for k in WORDING.voice("fa").words.texts
        if k.startswith("ground.")
    }
    assert keys == {*FACTS, "unknown"}


@pytest.mark.parametrize("key", FACTS)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_ground_is_told_with_its_facts(key, language):
    said = WORDING.ground(ground(key, **FACTS[key]), language)
    assert said != WORDING.text(language, "ground.unknown")
    assert "tamin" not in said
    if language == "fa":
        assert not re.search("[0-9a-z_]", said)


def test_a_ground_nobody_knows_and_one_without_its_facts_get_the_general_sentence():
    general = WORDING.text("fa", "ground.unknown")
    assert WORDING.ground(ground("sunspots", vantages=HOME), "fa") == general
    assert WORDING.ground(ground("looks_failed", service="tamin"), "fa") == general


def test_what_would_change_our_mind_is_told():
    assert WORDING.would_change("longer", "fa") == "اگر بیشتر ادامه یابد"
    assert WORDING.would_change("sunspots", "en") == "If a new finding comes in"


def test_a_language_the_world_does_not_speak_is_answered_in_its_first():
    assert WORDING.ground(GROUNDS[3], "ar") == WORDING.ground(GROUNDS[3], "fa")
