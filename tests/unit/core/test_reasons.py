"""What inference weighed becomes grounds: alike together, for and against, and what stays open."""

from __future__ import annotations

from math import log

import pytest

from monitor.core.attribution.caveats import changes_of, doubts_of
from monitor.core.attribution.reasons import LOOKS_CITED, grounds_of
from monitor.core.attribution.strength import MOST_ODDS, odds_of, weight_of
from monitor.core.inference.evidence import Notice, SignalKind
from monitor.core.inference.finding import Finding, State
from monitor.core.inference.likelihoods import DEPLOY_FACTOR, MAINTENANCE_FACTOR
from monitor.model import EvidenceClass, FaultDomain, NoticeKind
from tests.support.claims import HOME, LAYOUT, claim, reason


def keys(grounds):
    return [g.key for g in grounds]


def the(key, grounds):
    (found,) = (g for g in grounds if g.key == key)
    return found


def test_looks_that_went_alike_are_one_ground_with_all_counts_places_and_operations():
    found = grounds_of(
        claim(
            reason("tamin.register", "http_5xx", 4.0, vantages=HOME[:2], count=6),
            reason("tamin.entitlement", "read_timeout", 2.0, vantages=HOME[1:], count=9),
        ),
        LAYOUT,
    )
    ground = the("seen.direct_failed", found)
    assert ground.supports
    assert ground.evidence is EvidenceClass.ACTIVE_PROBE
    assert ground.facts == {
        "count": 15,
        "vantages": tuple(sorted(HOME)),
        "party": "tamin",
        "operations": ("register", "entitlement"),
        "outcomes": ("read_timeout", "http_5xx"),  # the more frequent first
        "nats": 6.0,
        "odds": 400,
    }


def test_what_speaks_against_is_listed_by_the_same_measure_as_what_speaks_for():
    found = grounds_of(
        claim(
            reason("tamin.register", "http_5xx", 4.0),
            reason("tamin.entitlement", "ok", -6.5, over_rival=-6.5),
            reason("tamin.front", "http_5xx", 1.0),
        ),
        LAYOUT,
    )
    assert [(g.key, g.supports) for g in found[:3]] == [
        ("seen.direct_ok", False),
        ("seen.direct_failed", True),
        ("seen.front_failed", True),
    ]
    assert [g.weight for g in found[:3]] == sorted((g.weight for g in found[:3]), reverse=True)


def test_looks_of_one_kind_for_and_against_are_not_added_up():
    found = grounds_of(
        claim(
            reason("ref.a", "ok", 3.0, over_rival=3.0), reason("ref.b", "ok", -2.0, over_rival=-2.0)
        ),
        LAYOUT,
    )
    told = [g for g in found if g.key == "seen.references_ok"]
    assert [(g.supports, g.facts["nats"]) for g in told] == [(True, 3.0), (False, -2.0)]


def test_of_the_looks_behind_a_ground_no_more_are_cited_than_a_page_can_show():
    ids = tuple(f"{i:03}" for i in range(20))
    more = tuple(f"{i:03}" for i in range(10, 40))
    (ground, *_) = grounds_of(
        claim(
            reason("tamin.register", "http_5xx", 4.0, looks=ids),
            reason("tamin.entitlement", "http_5xx", 2.0, looks=more),
        ),
        LAYOUT,
    )
    assert ground.looks == tuple(f"{i:03}" for i in range(LOOKS_CITED))


def test_good_answers_say_which_rival_they_speak_against_once_and_for_always():
    found = grounds_of(
        claim(
            reason("panel.app", "ok", 5.0, over_rival=5.0),
            reason("salamat.front", "ok", 3.0, over_rival=3.0),
            reason("tamin.front", "ok", -2.0, over_rival=-2.0),
            reason("ref.a", "ok", -1.0, over_rival=-1.0),
            rival="platform",
            lead=5.0,
        ),
        LAYOUT,
    )
    means = [(g.facts.get("unfit"), g.facts.get("fits")) for g in found[:4]]
    assert means == [
        ("platform", None),
        (None, None),
        (None, "platform"),
        (None, "platform"),
    ]


def test_the_rival_lost_by_what_tells_it_from_the_claim_and_not_by_what_weighs_most():
    found = grounds_of(
        claim(
            reason("tamin.register", "http_5xx", 20.0, over_rival=0.1),
            reason("panel.app", "ok", 4.0, over_rival=4.0),
            rival="platform",
            lead=5.4,
        ),
        LAYOUT,
    )
    lost = the("rival.lost_by", found)
    assert (lost.facts["rival"], lost.facts["why"]) == ("platform", "seen.direct_ok")
    assert (lost.facts["odds"], lost.facts["party"]) == (200, "panel")


def test_a_rival_that_what_was_seen_does_not_rule_out_is_told_as_standing():
    (_, close, _) = grounds_of(
        claim(reason("tamin.register", "http_5xx", 4.0), rival="path:tamin", lead=-0.3), LAYOUT
    )
    assert (close.key, close.supports, close.facts["rival"]) == ("rival.close", False, "path:tamin")


def test_a_rival_that_is_nobodys_fault_is_a_rival():
    found = grounds_of(claim(reason("tamin.register", "http_5xx", 4.0), lead=4.0), LAYOUT)
    assert the("rival.lost", found).facts["rival"] == "none"


@pytest.mark.parametrize(
    ("domain", "open_question"),
    [
        (FaultDomain.UPSTREAM, "unseen.inside"),
        (FaultDomain.CONTRACT, "unseen.inside"),
        (FaultDomain.SHARED, "unseen.one_or_several"),
        (FaultDomain.CREDENTIALS, "unseen.refusal"),
        (FaultDomain.PATH, "unseen.way"),
        (FaultDomain.NETWORK_DOMESTIC, "unseen.network"),
    ],
)
def test_what_nobody_sees_from_outside_is_said(domain, open_question):
    found = grounds_of(claim(reason("tamin.register", "http_5xx", 4.0), domain=domain), LAYOUT)
    assert (found[-1].key, found[-1].supports) == (open_question, False)


def test_of_ourselves_nothing_is_hidden_behind_not_knowing():
    found = grounds_of(
        claim(reason("panel.app", "http_5xx", 4.0), domain=FaultDomain.PLATFORM, party="panel"),
        LAYOUT,
    )
    assert keys(found) == ["seen.direct_failed"]


def test_silence_is_ambiguous_where_nobody_watches_the_power_and_only_there():
    def silent_at(vantage):
        return claim(
            reason(SignalKind.SELF, "no_result", 4.0, EvidenceClass.SELF, vantages=(vantage,)),
            domain=FaultDomain.MONITOR,
            party=None,
        )

    watched = next(subject for subject, kind in LAYOUT.signals if kind is SignalKind.MAINS)
    (other,) = (v for v in HOME[:2] if v != watched)
    assert keys(grounds_of(silent_at(watched), LAYOUT)) == ["seen.self_silent"]
    assert keys(grounds_of(silent_at(other), LAYOUT)) == ["seen.self_silent", "unseen.silence"]


def test_an_announcement_weighs_what_it_adds_to_the_odds_for_and_against():
    work = Notice(NoticeKind.MAINTENANCE, 0.0, 900.0, party="tamin")
    ours = Notice(NoticeKind.DEPLOY, 200.0, 800.0)
    accused = claim(reason("tamin.register", "http_5xx", 9.0))

    (_, first, second, _) = grounds_of(accused, LAYOUT, (ours, work))

    assert (first.key, first.supports) == ("told.maintenance", False)
    assert first.facts["nats"] == round(-log(MAINTENANCE_FACTOR), 2)
    assert (second.key, second.supports) == ("told.deploy", False)
    assert second.facts["nats"] == round(-log(DEPLOY_FACTOR), 2)
    assert second.evidence is EvidenceClass.ENVIRONMENT

    announced = claim(reason("tamin.register", "http_5xx", 9.0), domain=FaultDomain.MAINTENANCE)
    assert the("told.maintenance", grounds_of(announced, LAYOUT, (work,))).supports


@pytest.mark.parametrize(
    "notice",
    [
        Notice(NoticeKind.MAINTENANCE, 0.0, 299.0, party="tamin"),  # over at the onset
        Notice(NoticeKind.MAINTENANCE, 301.0, 900.0, party="tamin"),  # not begun
        Notice(NoticeKind.MAINTENANCE, 0.0, 900.0, party="salamat"),
        Notice(NoticeKind.STATUS, 0.0, 900.0, party="salamat"),
        Notice(NoticeKind.POWER_CUT, 0.0, 900.0, region="elsewhere"),
    ],
)
def test_what_was_said_of_another_time_or_party_is_no_ground(notice):
    accused = claim(reason("tamin.register", "http_5xx", 9.0))
    assert grounds_of(accused, LAYOUT, (notice,)) == grounds_of(accused, LAYOUT)


def test_a_planned_power_cut_speaks_for_power_and_against_our_monitor():
    cut = Notice(NoticeKind.POWER_CUT, 0.0, 900.0, region="tehran")
    silent = reason("ref.a", "no_result", 9.0, vantages=HOME[:1])
    power = claim(silent, domain=FaultDomain.POWER, party=None, places=HOME[:1])
    monitor = claim(silent, domain=FaultDomain.MONITOR, party=None, places=HOME[:1])

    assert the("told.power_cut", grounds_of(power, LAYOUT, (cut,))).supports
    assert not the("told.power_cut", grounds_of(monitor, LAYOUT, (cut,))).supports


def test_where_no_explanation_holds_the_likeliest_and_what_would_settle_it_are_told():
    def finding(**more):
        return Finding(
            300.0,
            State.INCONCLUSIVE,
            (),
            0.99,
            (("upstream:tamin", 0.6), ("platform", 0.3)),
            **more,
        )

    first, second, settle = doubts_of(finding(settles=("panel.app",), wishes=((HOME[0], "ref.a"),)))
    assert (first.facts["explanation"], second.facts["share"]) == ("upstream:tamin", 0.3)
    assert settle.facts["targets"] == ("panel.app",)
    wished = doubts_of(finding(wishes=((HOME[0], "ref.a"), (HOME[1], "ref.a"))))
    assert wished[-1].facts["targets"] == ("ref.a",)
    assert keys(doubts_of(finding())) == ["doubt.candidate", "doubt.candidate"]


def test_every_claim_says_what_would_change_our_mind():
    for domain in set(FaultDomain) - {
        FaultDomain.NONE,
        FaultDomain.UNDETERMINED,
        FaultDomain.CLIENT,
    }:
        assert changes_of(claim(domain=domain))
    assert "longer" in changes_of(claim(named=False))


@pytest.mark.parametrize(
    ("nats", "odds"),
    [
        (0.0, 1),
        (0.7, 2),
        (2.1, 8),
        (2.4, 10),
        (-5.5, 200),
        (9.2, 9000),
        (9.3, 10_000),
        (900.0, 10_000),
    ],
)
def test_nats_are_told_as_odds_never_rounded_up_and_never_above_the_cap(nats, odds):
    assert odds_of(nats) == odds <= MOST_ODDS


def test_weights_grow_with_the_evidence_and_never_reach_certainty():
    weights = [weight_of(nats) for nats in (0.0, 0.5, 5.0, -10.0, 1000.0)]
    assert weights == sorted(weights)
    assert (weights[0], weights[2]) == (0.0, 0.5)
    assert weights[-1] < 1.0
