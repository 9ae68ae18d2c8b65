"""A batch of outcomes is taken whole or not at all, and what is refused is never quoted."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from monitor.core.outcomes import MOST_OUTCOMES, OutcomesError, parse
from monitor.model import Outcome, OutcomeClass
from tests.unit.wording.small_world import world

WORLD = world()
NOW = datetime(2026, 11, 22, 6, 31, 40, tzinfo=UTC)
MINUTE = "2026-11-22T06:31Z"
GOOD = {
    "service": "tamin",
    "operation": "register",
    "outcome": "business",
    "code": "-14507",
    "count": 3,
    "minute": MINUTE,
    "region": "tehran",
    "network": "mci",
}
MISSING = object()


def body(*items, **changes):
    told = {"version": 1, "batch": "0123456789abcdef", "outcomes": list(items), **changes}
    return json.dumps({k: v for k, v in told.items() if v is not MISSING}).encode()


def refusal(data):
    with pytest.raises(OutcomesError) as caught:
        parse(data, WORLD, now=NOW)
    return caught.value


def test_everything_an_outcome_can_say_arrives():
    batch = parse(body(GOOD), WORLD, now=NOW)

    assert batch.id == "0123456789abcdef"
    at = datetime(2026, 11, 22, 6, 31, tzinfo=UTC)
    assert batch.outcomes == (
        Outcome("tamin", "register", OutcomeClass.BUSINESS, at, 3, "-14507", "tehran", "mci"),
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("service", "esata"),
        ("service", 7),
        ("operation", "login"),
        ("outcome", "fine"),
        ("outcome", None),
        ("count", 0),
        ("count", 1_000_001),
        ("count", 1.0),
        ("count", True),
        ("count", "3"),
        ("minute", "2026-11-22T06:34Z"),
        ("minute", "2026-11-15T06:31Z"),
        ("minute", "2026-13-22T06:31Z"),
        ("minute", "2026-11-22T06:31:00Z"),
        ("minute", "2026-11-22T06:31+03:30"),
        ("minute", "۲۰۲۶-۱۱-۲۲T۰۶:۳۱Z"),
        ("minute", 1),
        ("code", ""),
        ("code", "a b"),
        ("code", "x" * 33),
        ("code", "0012345678"),
        ("code", "نامعتبر"),
        ("region", "+98912"),
        ("region", "09121234567"),
        ("network", "mci\n"),
        ("network", None),
    ],
)
def test_a_wrong_field_is_named_with_its_place_and_never_quoted(field, value):
    error = refusal(body(GOOD, GOOD | {field: value}))

    assert (error.index, error.field) == (1, field)
    assert str(error).startswith(f"outcomes[1].{field}: must ")
    assert not isinstance(value, str) or len(value) < 4 or value not in str(error)


@pytest.mark.parametrize("field", ["service", "operation", "outcome", "count", "minute"])
def test_a_missing_field_is_named(field):
    error = refusal(body({name: value for name, value in GOOD.items() if name != field}))

    assert str(error) == f"outcomes[0].{field}: is missing"


def test_a_key_nobody_knows_may_be_a_patient_and_is_not_even_named():
    error = refusal(body(GOOD | {"national_code": "0012345678"}))

    assert str(error) == "outcomes[0]: holds a key that is not known"


@pytest.mark.parametrize("minute", ["2026-11-22T06:33Z", "2026-11-15T06:32Z"])
def test_minutes_up_to_two_minutes_ahead_and_seven_days_back_are_taken(minute):
    assert parse(body(GOOD | {"minute": minute}), WORLD, now=NOW).outcomes


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "batch: this is not JSON"),
        (b"\xff", "batch: this is not JSON"),
        (b"[" * 100_000, "batch: this is not JSON"),
        (b'{"version":1,"version":1}', "batch: this is not JSON"),
        (b"[]", "batch: must hold version, batch and outcomes"),
        (body(GOOD, patient="x"), "batch: must hold version, batch and outcomes"),
        (body(GOOD, version=MISSING), "batch: must hold version, batch and outcomes"),
        (body(GOOD, version=2), "batch.version: "),
        (body(GOOD, version=True), "batch.version: "),
        (body(GOOD, batch="0123456789ABCDEF"), "batch.batch: "),
        (body(GOOD, batch=7), "batch.batch: "),
        (body(), "batch.outcomes: "),
        (body(outcomes={}), "batch.outcomes: "),
        (body(*[GOOD] * (MOST_OUTCOMES + 1)), "batch.outcomes: "),
        (body("x"), "outcomes[0]: must be an object"),
        (body(GOOD | {"count": float("nan")}), "outcomes[0].count: "),
    ],
    ids=range(16),
)
def test_a_batch_that_is_none_is_refused(data, told):
    assert str(refusal(data)).startswith(told)


def test_the_largest_batch_is_taken():
    assert len(parse(body(*[GOOD] * MOST_OUTCOMES), WORLD, now=NOW).outcomes) == MOST_OUTCOMES
