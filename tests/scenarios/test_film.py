from __future__ import annotations

import numpy as np
import pytest

from monitor.core.inference.evidence import OUTCOMES, SignalKind
from monitor.core.inference.evidence import Outcome as O  # noqa: N817 - a table reads better so
from monitor.scenarios.breaks import INDEX, Break, comes_and_goes, grows, redrawn, row_of, stands
from monitor.scenarios.episodes import wiring_of
from monitor.scenarios.film import film
from monitor.scenarios.style import TELLS, told
from monitor.scenarios.usual import usual_rows

SLOTS = 200
FROM_S, TO_S = 300.0, 800.0


def shown(*breaks, world="five", seed=3, style=None, slots=SLOTS, usual=True):
    wiring = wiring_of(world)
    chance = np.random.default_rng(seed)
    style = told(1e6, chance) if style is None else style
    rows = usual_rows(wiring, chance)
    if not usual:
        rows = np.zeros_like(rows)
        rows[:, INDEX[O.OK]] = 1.0
    return wiring, film(wiring, rows, breaks, style, slots, chance)


def broken(part, outcome, share=1.0, **more):
    return Break(part, row_of({outcome: 1.0}), stands(FROM_S, TO_S, share), spared=0.0, **more)


def cell(wiring, *key):
    keys = [*wiring.layout.looks, *wiring.layout.signals]
    return keys.index(key)


def during(rows):
    return rows[..., int(FROM_S // 5) : int(TO_S // 5)]


def test_healthy_looks_fail_one_in_a_hundred_and_each_pair_has_its_own_rate():
    wiring, rows = shown(slots=20_000)
    looks = rows[: len(wiring.layout.looks)]
    failed = np.isin(looks, [INDEX[O.OK], INDEX[O.SLOW]], invert=True).mean(axis=1)
    assert 0.007 < failed.mean() < 0.02
    assert failed.max() > 3 * failed.min()


def test_what_breaks_earlier_hides_what_breaks_later():
    both = (broken("work:mehr", O.HTTP_5XX), broken("line:karaj", O.CONNECT_TIMEOUT))
    for breaks in (both, both[::-1]):
        wiring, rows = shown(*breaks)
        assert (during(rows[cell(wiring, "karaj", "mehr.work")]) == INDEX[O.CONNECT_TIMEOUT]).all()
        assert (during(rows[cell(wiring, "yazd", "mehr.work")]) == INDEX[O.HTTP_5XX]).all()


def test_a_relay_tells_in_its_platforms_words_and_direct_looks_see_it_plainly():
    certificate = broken("door:mehr", O.TLS_CERTIFICATE)
    wiring, rows = shown(certificate, slots=SLOTS)
    direct = during(rows[cell(wiring, "karaj", "mehr.work")])
    relayed = during(rows[cell(wiring, "karaj", "nobat.via.mehr")])
    other = during(rows[cell(wiring, "karaj", "nobat.via.sina")])
    assert (direct == INDEX[O.TLS_CERTIFICATE]).all()
    assert set(np.unique(relayed)) <= {INDEX[outcome] for outcome in TELLS[O.TLS_CERTIFICATE]}
    assert np.isin(other, [INDEX[O.OK], INDEX[O.SLOW]]).mean() > 0.9


def test_a_name_is_forgotten_by_each_resolver_in_its_own_time():
    wiring = wiring_of("five")
    ages = {owner: 40.0 * number for number, owner in enumerate(("", *wiring.layout.places))}
    wiring, rows = shown(broken("zone:mehr", O.DNS_SERVFAIL, ages_s=ages), usual=False)
    firsts = [
        int(np.flatnonzero(rows[cell(wiring, v, "mehr.front")])[0]) * 5
        for v in ("hall", "karaj", "yazd", "rasht")
    ]
    assert firsts == [FROM_S + ages[v] for v in ("hall", "karaj", "yazd", "rasht")]
    relays = rows[[cell(wiring, v, "nobat.via.mehr") for v in ("karaj", "rasht")]]
    assert (np.argmax(relays > 0, axis=1) * 5 == FROM_S).all()  # the platform's own resolver


def test_looks_of_one_broken_part_fail_in_the_same_moments():
    wiring, rows = shown(broken("resolver:karaj", O.DNS_SERVFAIL, 0.4, together=0.7), usual=False)
    mine = during(rows[[i for i, (v, _) in enumerate(wiring.layout.looks) if v == "karaj"]]) > 0
    share = mine.mean()
    assert 0.25 < share < 0.6
    among_all = mine.mean(axis=0)
    assert among_all.var() > 3 * share * (1 - share) / len(mine)  # far more than if independent


def test_a_power_cut_silences_no_signal_of_elsewhere():
    wiring, rows = shown(broken("doctors:YZD", O.DROP), usual=False)
    told_ = SignalKind.REGIONAL_TRAFFIC
    assert (during(rows[cell(wiring, "yazd", told_)])[15:] == INDEX[O.DROP]).mean() > 0.7
    assert not during(rows[cell(wiring, "karaj", told_)]).any()


@pytest.mark.parametrize(
    ("part", "outcome", "counted"),
    [
        ("work:mehr", O.HTTP_5XX, O.HTTP_5XX),
        ("standing:platform>mehr", O.HTTP_429, O.HTTP_401),
        ("operation:mehr.entitle", O.REJECTED, O.REJECTED),
        ("work:nobat", O.READ_TIMEOUT, O.DROP),
        ("calls:mehr.entitle", O.NO_RESULT, O.NO_RESULT),
        ("centre", O.NO_RESULT, O.NO_RESULT),
    ],
)
def test_the_count_of_real_calls_books_what_happened_behind_the_platform(part, outcome, counted):
    wiring, rows = shown(broken(part, outcome), world="tasks", usual=False)
    row = during(rows[cell(wiring, "mehr.entitle", SignalKind.TRAFFIC)])
    assert (row[15:] == INDEX[counted]).mean() > 0.7
    untouched = during(rows[cell(wiring, "sina.fetch", SignalKind.TRAFFIC)])
    if "mehr" in part:
        assert not untouched.any()


def test_the_looks_own_token_is_not_the_platforms():
    wiring, rows = shown(broken("standing:looks>mehr", O.HTTP_401), world="tasks", usual=False)
    assert (during(rows[cell(wiring, "kish", "mehr.register")]) == INDEX[O.HTTP_401]).all()
    assert not during(rows[cell(wiring, "kish", "nobat.via.mehr.register")]).any()
    assert not during(rows[cell(wiring, "mehr.register", SignalKind.TRAFFIC)]).any()


def test_shares_are_redrawn_around_what_the_mechanism_says():
    shares = {O.HTTP_5XX: 0.8, O.READ_TIMEOUT: 0.2}
    chance = np.random.default_rng(5)
    rows = np.stack([redrawn(shares, 4.0, chance) for _ in range(4000)])
    assert np.allclose(rows.sum(axis=1), 1.0)
    assert np.allclose(rows.mean(axis=0), row_of(shares), atol=0.02)
    expected = 0.8 * 0.2 / (4.0 + 1.0)  # of a Dirichlet
    assert rows[:, INDEX[O.HTTP_5XX]].var() == pytest.approx(expected, rel=0.15)


def test_courses_over_time():
    times_s = np.array([299.0, 300.0, 345.0, 385.0, 600.0, 899.0, 900.0])
    assert stands(300.0, 900.0)(times_s).tolist() == [0, 1, 1, 1, 1, 1, 0]
    assert grows(300.0, 900.0, 600.0)(times_s)[4] == pytest.approx(0.5)
    assert comes_and_goes(300.0, 900.0, 40.0, 40.0)(times_s).tolist() == [0, 1, 0, 1, 0, 1, 0]


def test_a_style_tells_every_outcome_and_no_nonsense():
    style = told(4.0, np.random.default_rng(1))
    assert style.shape == (len(OUTCOMES), len(OUTCOMES))
    assert np.allclose(style.sum(axis=1), 1.0)
    assert style[INDEX[O.OK], INDEX[O.OK]] == 1.0
