"""A look arrives as it left, whatever a probe may have put into it."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.model import (
    Certificate,
    Failure,
    Observation,
    Phase,
    SelfHealth,
    Sighting,
    Step,
    Timings,
    Void,
)
from monitor.wire.looks import (
    LONGEST_LOOK_S,
    LookWire,
    look_from_json,
    look_to_json,
    observation_of,
)

BOOT = "4f0f1a52-0000-4000-8000-1234567890ab"
AT = datetime(2026, 11, 22, 6, 55, 1, 123456, tzinfo=UTC)
OURS_TO_SAY = {"received_at", "late"}  # only the core knows these

seconds = st.floats(0, 1e6, allow_nan=False)
maybe_seconds = st.none() | seconds
names = st.text("abcdefghijklmnopqrstuvwxyz0123456789._-", min_size=1, max_size=63)
words = st.text(st.characters(categories=["L", "N", "P"]), max_size=60)
moments = st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis wants naive bounds
hexes = st.text("0123456789abcdef", min_size=64, max_size=64)
certificates = st.builds(
    Certificate,
    sha256=hexes,
    subject=words,
    issuer=words,
    names=st.lists(words, max_size=3).map(tuple),
    not_before=moments,
    not_after=moments,
    verified=st.booleans(),
)
sightings = st.builds(
    Sighting,
    phase=st.sampled_from(Phase),
    failure=st.none() | st.sampled_from(Failure),
    detail=words,
    timings=st.builds(Timings, *[maybe_seconds] * 5),
    address=st.none() | st.sampled_from(["127.77.4.2:8443", "[2001:db8::1%eth0]:443", "10.0.0.1"]),
    http_status=st.none() | st.integers(100, 599),
    code=st.none() | st.from_regex(r"[A-Za-z0-9_.:-]{1,32}", fullmatch=True),
    body_bytes=st.none() | st.integers(0, 2**40),
    certificate=st.none() | certificates,
    steps=st.just(()),
)
steps = st.builds(Step, name=names, sighting=sightings, begun_s=seconds, duration_s=seconds)
shares = st.floats(0, 1)
healths = st.builds(
    SelfHealth,
    lag_s=seconds,
    clock_step_s=st.floats(-1e6, 1e6),
    open_files=st.integers(0, 2**30),
    open_files_limit=st.integers(0, 2**40),
    paused_s=seconds,
    starved=shares,
    memory=shares,
    clock_error_s=seconds,
)
looks = st.builds(
    Observation,
    id=st.text("0123456789abcdef", min_size=16, max_size=16),
    check=names,
    vantage=names,
    target=names,
    started_at=moments,
    started_mono_s=st.floats(-1e6, 1e9),
    duration_s=st.floats(0, LONGEST_LOOK_S),
    sighting=sightings,
    slow=st.booleans(),
    health=healths,
    void=st.none() | st.sampled_from(Void),
    steps=st.lists(steps, max_size=3).map(tuple),
    received_at=st.none(),
    late=st.just(False),
)
PLAIN = Observation(
    id="0123456789abcdef",
    check="tamin",
    vantage="mashhad",
    target="tamin.front",
    started_at=AT,
    started_mono_s=77.25,
    duration_s=0.5,
    sighting=Sighting(Phase.DONE),
)


def travelled(look: Observation, n: int = 7) -> Observation:
    return observation_of(look_from_json(json.dumps(look_to_json(look, BOOT, n))))


@given(looks)
def test_what_a_probe_saw_arrives_exactly(look):
    assert travelled(look) == look


def test_every_field_travels_but_those_only_the_core_can_know():
    of_the_wire = set(LookWire.model_fields) - {"n", "at"} | {"started_at", "started_mono_s"}

    assert {f.name for f in fields(Observation)} == of_the_wire | OURS_TO_SAY


def test_what_is_at_its_default_costs_nothing():
    assert set(look_to_json(PLAIN, BOOT, 1)) == {
        *("n", "id", "check", "vantage", "target", "at", "duration_s", "sighting"),
    }


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({"detail": "x" * 300}, {"detail": "x" * 200}),
        ({"detail": "a\x00b\x1b[31m\ud800"}, {"detail": "a?b?[31m?"}),
        ({"detail": "نمی\u200cدانیم"}, {"detail": "نمی\u200cدانیم"}),
        ({"code": "کد 12"}, {"code": "___12"}),
        ({"code": "9" * 50}, {"code": "9" * 32}),
        ({"code": ""}, {"code": None}),
        ({"address": "not an address\n"}, {"address": None}),
    ],
)
def test_what_does_not_fit_is_made_to_fit_so_that_it_holds_up_nothing(changes, seen):
    arrived = travelled(replace(PLAIN, sighting=replace(PLAIN.sighting, **changes)))

    assert arrived == replace(PLAIN, sighting=replace(PLAIN.sighting, **seen))


def test_a_certificate_with_a_thousand_names_is_told_with_the_first():
    shown = Certificate(
        "ab" * 32, "CN=\x07" + "x" * 900, "CN=a", ("a.example",) * 1000, AT, AT, verified=True
    )

    arrived = travelled(replace(PLAIN, sighting=Sighting(Phase.DONE, certificate=shown)))

    told = arrived.sighting.certificate
    assert told is not None
    assert (len(told.names), told.subject) == (200, "CN=?" + "x" * 496)


def test_our_own_condition_beyond_measure_is_told_as_the_most_there_is():
    health = SelfHealth(lag_s=math.inf, starved=1.00001, memory=-0.1, clock_error_s=math.inf)

    told = travelled(replace(PLAIN, health=health)).health

    assert (told.starved, told.memory) == (1.0, 0.0)
    assert math.isfinite(told.lag_s)
    assert math.isfinite(told.clock_error_s)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "0123456789ABCDEF"},
        {"id": 5},
        {"n": True},
        {"n": 1.5},
        {"n": "1"},
        {"duration_s": "0.5"},
        {"duration_s": 1e300},
        {"duration_s": 3601.0},  # added up, such figures overflow; of a gap it is allowed
        {"at": {"wall": "2026-11-22T06:55:01", "mono": 1.0, "boot": BOOT}},
        {"at": {"wall": 1795330501, "mono": 1.0, "boot": BOOT}},
        {"at": {"wall": "0001-01-01T00:00:00+14:00", "mono": 1.0, "boot": BOOT}},
        {"at": {"wall": AT.isoformat(), "mono": 1.0, "boot": "../x"}},
        {"void": "nonsense"},
        {"sighting": {"phase": "done", "failure": "nonsense"}},
        {"sighting": {"phase": "done", "code": "a b"}},
        {"sighting": {"phase": "done", "detail": "bell \x07"}},
        {"sighting": {"phase": "done", "steps": []}},
        {"late": True},
        {"received_at": AT.isoformat()},
    ],
)
def test_what_does_not_fit_is_refused_on_the_way_in(change):
    document = look_to_json(PLAIN, BOOT, 1) | change

    with pytest.raises(ValidationError) as refused:
        look_from_json(json.dumps(document))
    assert "nonsense" not in str(refused.value)


def test_a_gap_may_be_as_long_as_it_was():
    gap = replace(PLAIN, duration_s=400_000.0, void=Void.SPOOL_FULL)

    assert travelled(gap) == gap


def test_the_wall_time_is_understood_in_any_zone():
    document = look_to_json(PLAIN, BOOT, 1)
    tehran = (AT + timedelta(hours=3, minutes=30)).replace(tzinfo=None).isoformat() + "+03:30"
    document["at"]["wall"] = tehran

    assert observation_of(look_from_json(json.dumps(document))).started_at == AT
