"""A replay tells each change once, in a fixed form, and how it ended."""

from __future__ import annotations

from monitor.core.inference.finding import Claim, Finding, State
from monitor.core.replay.play import Moment
from monitor.core.replay.tell import changes
from monitor.model import FaultDomain, Mode


def claim(domain=FaultDomain.UPSTREAM, party="ins", *, named=False, **changed):
    told = {"mode": Mode.DOWN, "confidence": 0.99812, "onset_s": 12.34} | changed
    return Claim(domain=domain, party=party, named=named, **told)


def moments(*conclusions):
    return [
        Moment(Finding(5.0 * n, state, tuple(claims), 0.0), 10 * n, n, n / 7)
        for n, (state, *claims) in enumerate(conclusions, 1)
    ]


def test_only_changes_are_told():
    lines = list(
        changes(
            moments(
                (State.OK,),
                (State.INVESTIGATING,),
                (State.INVESTIGATING, claim()),
                (State.INVESTIGATING, claim(confidence=0.5, onset_s=13.0)),
                (State.BLAMED, claim(named=True)),
                (State.BLAMED, claim(named=True, mode=Mode.PARTIAL)),
                (State.OK,),
            )
        )
    )

    assert [line.get("t") for line in lines] == [10.0, 15.0, 25.0, 30.0, 35.0, None]
    assert lines[2] == {
        "t": 25.0,
        "state": "blamed",
        "verdicts": [
            {
                "domain": "upstream", "party": "ins", "mode": "down", "confidence": 0.9981,
                "onset_s": 12.3, "named": True,
            }
        ],
    }  # fmt: skip
    assert lines[-2]["verdicts"] == []
    assert lines[-1] == {"type": "end", "looks": 70, "extra_looks": 7, "cpu_s": 1.0}


def test_a_party_is_told_where_its_label_has_one():
    told = [
        claim(FaultDomain.PLATFORM, "panel"),
        claim(FaultDomain.CREDENTIALS, "ins"),
        claim(FaultDomain.NETWORK_DOMESTIC, None),
    ]

    (line, _) = changes(moments((State.BLAMED, *told)))

    assert [(v["domain"], v["party"]) for v in line["verdicts"]] == [
        ("platform", None), ("credentials", "ins"), ("network.domestic", None),
    ]  # fmt: skip


def test_grounds_stand_strongest_first_each_with_what_it_is_about():
    weights = {"ins": [3.0, 0.5], "other": [2.0]}

    def explain(one):
        return [{"weight": weight, "text": "…"} for weight in weights[one.party]]

    (line, _) = changes(moments((State.BLAMED, claim(), claim(party="other"))), explain)

    assert [(g["of"], g["weight"]) for g in line["grounds"]] == [
        ("upstream:ins", 3.0), ("upstream:other", 2.0), ("upstream:ins", 0.5),
    ]  # fmt: skip
